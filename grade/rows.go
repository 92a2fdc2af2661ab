package grade

import (
	"cmp"
	"iter"
	"path"
	"slices"

	"course/tutor/exectrace"
)

// segmentsOf are the segments of a trace.
func segmentsOf(t *exectrace.Trace) iter.Seq[exectrace.Segment] { return t.Segments() }

// waiters is the greatest number of goroutines that waited at one moment at
// lines of one file. A load on the machine makes waits longer, never fewer: it
// is a count, and no time.
func waiters(segs iter.Seq[exectrace.Segment], file string) int {
	type change struct {
		at int64
		by int
	}
	var all []change
	for s := range segs {
		if s.State.Waits() && path.Base(s.At.File) == file {
			all = append(all, change{s.Start, +1}, change{s.End, -1})
		}
	}
	// Where one ends as another begins, the two did not wait together.
	slices.SortFunc(all, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	now, most := 0, 0
	for _, c := range all {
		now += c.by
		most = max(most, now)
	}
	return most
}
