package page

import (
	"cmp"
	"slices"
	"strings"

	"course/tutor/exectrace"
)

// momentBytes is the largest timeline that is searched for moments while a page
// is written: half a million events and more, some 50 ms.
const momentBytes = 1 << 20

// withMoments gives a view of a page that is about one trace bookmarks of what
// this run shows, in the order of time. An author's own are left alone. The
// view that is handed in is not changed.
func withMoments(v *TraceView) *TraceView {
	if v.At != "" || len(v.Marks) > 0 || v.Trace.TimelineBytes() > momentBytes {
		return v
	}
	own := *v
	own.Marks = moments(v.Trace)
	return &own
}

// moments are bookmarks of all that can be found in a trace.
func moments(t *exectrace.Trace) []TraceMark {
	type found struct {
		name string
		exectrace.Moment
	}
	var all []found
	shown := t.Moments()
	for _, name := range exectrace.MomentNames() {
		if m, ok := shown[name]; ok {
			all = append(all, found{name, m})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.Start, b.Start) })
	marks := make([]TraceMark, len(all))
	for i, f := range all {
		title := sightNames[f.name]
		marks[i] = markOf(strings.ToUpper(title[:1])+title[1:], f.Moment)
	}
	return marks
}
