package grade

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// maxRows is how many rows of a trace a verdict points at.
const maxRows = 2

// rows are the rows of the trace that a clause is about: what one goroutine
// did at one line in one stretch of time, most telling first. They lead to
// that moment in the picture. Where nobody waited, who ran is told instead.
func (s *session) rows(clause exercises.Clause, run *tracedRun, traceID string) []Evidence {
	pick := picks(clause)
	if pick == nil {
		return nil
	}
	best := s.best(run.trace, pick)
	if len(best) == 0 {
		best = s.best(run.trace, isRunning)
	}
	var out []Evidence
	for _, seg := range best {
		out = append(out, s.row(run.trace, seg, traceID))
	}
	return out
}

// best are the longest segments of the learner's package that pick takes. Of
// one that ran no line is known: it counts when the package made its goroutine.
func (s *session) best(t *exectrace.Trace, pick picker) []exectrace.Segment {
	var list []exectrace.Segment
	for seg := range segmentsOf(t) {
		file := seg.At.File
		if seg.State == exectrace.Running {
			file = t.Goroutines[seg.Row].CreatedAt.File
		}
		if s.inPackage(file) && pick(&seg, t) {
			list = longest(list, seg)
		}
	}
	return list
}

// inPackage says whether a file is one of the learner's package, edited or
// given.
func (s *session) inPackage(file string) bool {
	name := path.Base(file)
	return slices.ContainsFunc(s.files, func(f sandbox.File) bool { return f.Name == name })
}

// longest keeps the maxRows longest segments, the longest first.
func longest(list []exectrace.Segment, seg exectrace.Segment) []exectrace.Segment {
	list = append(list, seg)
	slices.SortStableFunc(list, func(a, b exectrace.Segment) int { return cmp.Compare(b.End-b.Start, a.End-a.Start) })
	return list[:min(len(list), maxRows)]
}

// picker takes the segments that say something.
type picker func(*exectrace.Segment, *exectrace.Trace) bool

func isRunning(s *exectrace.Segment, _ *exectrace.Trace) bool { return s.State == exectrace.Running }

// picks says which segments a clause is about; nil when it is about none.
func picks(clause exercises.Clause) picker {
	reads := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(clause.Text, part) })
	}
	switch {
	case reads("at_end"):
		return func(s *exectrace.Segment, t *exectrace.Trace) bool { return s.State.Waits() && s.End >= t.Wall }
	case reads("waiters(", "waited(", "waiting_ms"):
		return func(s *exectrace.Segment, _ *exectrace.Trace) bool { return s.State.Waits() }
	case reads("latency."):
		return func(s *exectrace.Segment, _ *exectrace.Trace) bool { return s.State == exectrace.Runnable }
	case reads("running_ms", "cpu_ms", "parallelism"):
		return isRunning
	}
	return nil
}

// row tells one segment. Of one that ran to its end no line is known, so that
// of its go statement is told.
func (s *session) row(t *exectrace.Trace, seg exectrace.Segment, traceID string) Evidence {
	e := Evidence{Kind: "trace", TraceID: traceID, Goroutine: seg.G, FromMS: ms(seg.Start), ToMS: ms(seg.End)}
	at, where := seg.At, "at"
	if at.Line == 0 {
		at, where = t.Goroutines[seg.Row].CreatedAt, "started at"
	}
	name := path.Base(at.File)
	if s.mine(at.File) != "" {
		e.File, e.Line = name, at.Line
	}
	e.Text = fmt.Sprintf("G%d, %s %s:%d, %s for %.1f ms, from %.1f ms on", seg.G, where, name, at.Line, didWhat(seg), e.ToMS-e.FromMS, e.FromMS)
	return e
}

func didWhat(seg exectrace.Segment) string {
	switch {
	case seg.State.Waits():
		return "waited (" + seg.Reason + ")"
	case seg.State == exectrace.Runnable:
		return "was ready and had no P"
	}
	return "ran"
}

func ms(ns int64) float64 { return float64(ns) / 1e6 }
