package page

import (
	"cmp"
	"slices"

	"course/tutor/exectrace"
)

// momentBytes is the largest timeline that is searched for moments while a page
// is written: a search keeps every wait for a lock.
const momentBytes = 1 << 20

// searched says that the page of a view gets bookmarks of what this run shows.
// An author's own are left alone.
func searched(v *TraceView) bool {
	return v.At == "" && len(v.Marks) == 0 && v.Trace.TimelineBytes() <= momentBytes
}

// withMoments gives a view these bookmarks, in the order of time. The one that is
// handed in is not changed.
func withMoments(v *TraceView, shown map[string]exectrace.Moment) *TraceView {
	own := *v
	own.Marks = moments(shown)
	return &own
}

// moments are bookmarks of all that was found in a trace.
func moments(shown map[string]exectrace.Moment) []TraceMark {
	type found struct {
		name string
		exectrace.Moment
	}
	var all []found
	for _, name := range exectrace.MomentNames() {
		if m, ok := shown[name]; ok {
			all = append(all, found{name, m})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.Start, b.Start) })
	marks := make([]TraceMark, len(all))
	for i, f := range all {
		marks[i] = markOf(Capital(sightNames[f.name]), f.Moment)
	}
	return marks
}
