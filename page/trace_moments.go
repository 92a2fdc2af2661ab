package page

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"course/tutor/exectrace"
)

// momentBytes is the largest timeline that is searched for moments while a page
// is written: about 100,000 events, some 50 ms.
const momentBytes = 256 << 10

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
		at   int64
		mark TraceMark
	}
	var all []found
	for _, name := range exectrace.MomentNames() {
		m, ok := t.Moment(name)
		if !ok {
			continue
		}
		title := sightNames[name]
		all = append(all, found{m.Start, TraceMark{
			Name: strings.ToUpper(title[:1]) + title[1:], Focus: "goroutines", G: m.G,
			At:     time.Duration(m.Start).String() + ".." + time.Duration(m.End).String(),
			Moment: time.Duration(m.At).String(),
		}})
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.at, b.at) })
	marks := make([]TraceMark, len(all))
	for i, f := range all {
		marks[i] = f.mark
	}
	return marks
}
