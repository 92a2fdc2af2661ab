package page

import (
	"html/template"
	"strings"

	"course/tutor/exectrace"
)

// compareRows bounds the goroutines of each of two traces.
const compareRows = 6

// TraceCompare draws two traces below each other on one time axis, and their
// measures side by side. A view without a trace gives its sentence in the
// place of its lanes; with none at all there is nothing to compare, and both
// sentences are given.
func TraceCompare(a, b *TraceView) (template.HTML, error) {
	var out strings.Builder
	ta, tb := traceOf(a), traceOf(b)
	axis := max(wall(ta), wall(tb))
	out.WriteString(`<div class="trace cmp compare">`)
	if ta != nil || tb != nil {
		out.WriteString(legend(present(ta, tb)...))
	}
	for i, v := range []*TraceView{a, b} {
		out.WriteString(compared(v, axis, i))
	}
	if ta != nil && tb != nil {
		out.WriteString(differences(a, b))
	}
	out.WriteString(`</div>`)
	return template.HTML(out.String()), nil
}

func traceOf(v *TraceView) *exectrace.Trace {
	if v == nil {
		return nil
	}
	return v.Trace
}

func wall(t *exectrace.Trace) int64 {
	if t == nil {
		return 0
	}
	return t.Wall
}

func present(ts ...*exectrace.Trace) []*exectrace.Trace {
	var out []*exectrace.Trace
	for _, t := range ts {
		if t != nil {
			out = append(out, t)
		}
	}
	return out
}

// compareName is what one of the two traces is called.
func compareName(v *TraceView, i int) string {
	if v != nil && v.Title != "" {
		return v.Title
	}
	return [...]string{"First run", "Second run"}[i]
}

// compared is one of the two: its name, and its lanes. A timeline takes over
// when it is asked for, that of the other at the same time.
func compared(v *TraceView, axis int64, i int) string {
	if v == nil {
		return ""
	}
	if v.Trace == nil {
		return `<p class="lg-t"><b>` + esc(compareName(v, i)) + `</b></p><p class="trace-n">` + esc(v.Problem) + `</p>`
	}
	t := v.Trace
	head := `<div class="trace-h"><p class="trace-t">` + esc(compareName(v, i)) + `</p><p class="trace-m"><span>` + span(float64(t.Wall)) + `</span>` + noise(&t.Metrics) + `</p>`
	if v.timeline() != "" {
		head += `<button type="button" class="b js-only" data-act="timeline">` + string(icon("zoomin")) + `Explore both</button>`
	}
	p := pictureOn(t, axis, compareRows, panelBars, panelMost)
	return `<trace-view class="trace"` + v.attributes("") + `>` + head + `</div>` + traceNotes(v) +
		`<div class="tv-main"><div class="tv-lanes"><div class="tv-still">` + p.compared(axis) + `</div></div></div></trace-view>`
}

// compared is the lanes of one of two traces, with one axis below them.
func (p *picture) compared(axis int64) string {
	ps := p.processors(axis)
	ps.axis = len(p.lanes.Gs) == 0
	out := ps.draw()
	if len(p.lanes.Gs) > 0 {
		out += p.goroutines(axis).draw()
	}
	if p.lanes.Hidden > 0 {
		out += `<p class="tnote">` + plural(p.lanes.Hidden, "more goroutine is", "more goroutines are") + ` not drawn.</p>`
	}
	return out
}
