package page

import (
	"html/template"
	"io"

	"course/tutor/exectrace"
)

// TracesView is the page on which any trace is opened.
type TracesView struct {
	Chrome
	List    []TraceItem
	Most    string // the largest file that is taken, as "128 MiB"
	Problem string // why the last one was not opened; "" for none
}

// TraceItem is a kept trace in the list. Since is the time from which it is
// kept: of a run, when it ended.
type TraceItem struct{ ID, Name, Since, Says string }

// Traces writes that page.
func (r *Renderer) Traces(w io.Writer, v TracesView) error {
	return r.execute(w, "traces", struct {
		frame
		List          []TraceItem
		Most, Problem string
	}{newFrame(v.Chrome, "Traces", nil), v.List, v.Most, v.Problem})
}

// CompareView is the page of two traces.
type CompareView struct {
	Chrome
	A, B *TraceView
}

// Compare writes that page.
func (r *Renderer) Compare(w io.Writer, v CompareView) error {
	both, err := TraceCompare(v.A, v.B)
	if err != nil {
		return err
	}
	title := compareName(v.A, 0) + " and " + compareName(v.B, 1)
	return r.execute(w, "compare", struct {
		frame
		Compare template.HTML
	}{newFrame(v.Chrome, title, nil), both})
}

// TraceSays sums a trace up in a line.
func TraceSays(t *exectrace.Trace) string {
	n := t.Unlisted // those of more than a quarter of a million: most are the program's
	for i := range t.Goroutines {
		if !t.Goroutines[i].System {
			n++
		}
	}
	return span(float64(t.Wall)) + ", " + plural(n, "goroutine", "goroutines") +
		", " + thousands(t.Events) + " events, GOMAXPROCS " + procsText(t)
}
