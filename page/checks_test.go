package page

import (
	"testing"

	"course/tutor/grade"
)

// A row of a trace leads to its moment, a whole trace to its page.
func TestTraceLink(t *testing.T) {
	for _, c := range []struct {
		e    grade.Evidence
		want string
	}{
		{grade.Evidence{TraceID: "r1-io", Goroutine: 7, FromMS: 1.25, ToMS: 40.000064}, "/traces/r1-io?t=1.25ms..40.000064ms&g=7"},
		{grade.Evidence{TraceID: "r1-io", ToMS: 3}, "/traces/r1-io"},
		{grade.Evidence{Goroutine: 7}, ""},
	} {
		if got := newTraceLink(c.e).URL; got != c.want {
			t.Errorf("%+v leads to %q, want %q", c.e, got, c.want)
		}
	}
}
