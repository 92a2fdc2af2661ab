package page

import (
	"cmp"
	"html/template"
	"math"
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
	out.WriteString(`<trace-view class="trace cmp">`)
	if ta != nil || tb != nil {
		out.WriteString(legend(present(ta, tb)...))
	}
	for i, v := range []*TraceView{a, b} {
		out.WriteString(compared(v, axis, i))
	}
	if ta != nil && tb != nil {
		out.WriteString(compareTable(a, b))
	}
	out.WriteString(`</trace-view>`)
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

func compared(v *TraceView, axis int64, i int) string {
	if v == nil {
		return ""
	}
	head := `<p class="lg-t"><b>` + esc(compareName(v, i)) + `</b> `
	if v.Trace == nil {
		return head + `</p><p class="trace-n">` + esc(v.Problem) + `</p>`
	}
	t := v.Trace
	p := pictureOn(t, axis, compareRows, panelBars, panelMost)
	head += span(float64(t.Wall)) + noise(&t.Metrics) + `</p>`
	ps := p.processors(axis)
	ps.axis = len(p.lanes.Gs) == 0
	out := head + traceNotes(t) + ps.draw()
	if len(p.lanes.Gs) > 0 {
		out += p.goroutines(axis).draw()
	}
	if p.lanes.Hidden > 0 {
		out += `<p class="tnote">` + plural(p.lanes.Hidden, "more goroutine is", "more goroutines are") + ` not drawn.</p>`
	}
	return out
}

// comparison is one row: the same measure of two runs. A nil is not known.
type comparison struct {
	name string
	a, b *float64
	text func(float64) string
}

func compareTable(a, b *TraceView) string {
	na, nb := compareName(a, 0), compareName(b, 1)
	t := &table{
		caption: na + " against " + nb,
		heads:   []string{"Measure", na, nb, "Ratio"},
		foot:    compareSays(na, &a.Trace.Metrics) + " " + compareSays(nb, &b.Trace.Metrics) + " A run is one sample: times are shown, never graded.",
	}
	for _, c := range comparisons(&a.Trace.Metrics, &b.Trace.Metrics) {
		t.rows = append(t.rows, []string{c.name, known(c.a, c.text), known(c.b, c.text), ratio(c.a, c.b)})
	}
	return t.html()
}

func comparisons(a, b *exectrace.Metrics) []comparison {
	count := func(x float64) string { return thousands(int64(x)) }
	whole := func(x int) *float64 { f := float64(x); return &f }
	orNil := func(p *int) *float64 {
		if p == nil {
			return nil
		}
		return whole(*p)
	}
	return []comparison{
		{"Goroutines made", whole(a.Goroutines.Created), whole(b.Goroutines.Created), count},
		{"Scheduling latency, median", a.Latency.P50us, b.Latency.P50us, spanUS},
		{"Context switches", whole(a.Switches.Total), whole(b.Switches.Total), count},
		{"P utilisation", a.Utilisation, b.Utilisation, percent},
		{"Stolen (inferred)", orNil(a.Steals.Stolen), orNil(b.Steals.Stolen), count},
		{"GC assist", &a.GC.AssistMS, &b.GC.AssistMS, spanMS},
		{"Time running", &a.RunningMS, &b.RunningMS, spanMS},
		{"Time runnable", &a.RunnableMS, &b.RunnableMS, spanMS},
		{"Time waiting", &a.WaitingMS, &b.WaitingMS, spanMS},
		{"Time in system calls", &a.SyscallMS, &b.SyscallMS, spanMS},
		{"Wall time", &a.WallMS, &b.WallMS, spanMS},
	}
}

func known(x *float64, text func(float64) string) string {
	if x == nil {
		return "not known"
	}
	return text(*x)
}

// ratio says how many times a is b.
func ratio(a, b *float64) string {
	if a == nil || b == nil || *a == 0 || *b == 0 {
		return "–"
	}
	r := *b / *a
	if math.Abs(r-1) < .05 {
		return "the same"
	}
	if r < 1 {
		return "÷ " + times(1/r)
	}
	return "× " + times(r)
}

func times(x float64) string {
	if x >= 999.5 {
		return thousands(int64(x + .5))
	}
	return digits3(x)
}

// compareSays sums up one run: did it use its Ps, and what did it wait for?
func compareSays(name string, m *exectrace.Metrics) string {
	if m.Utilisation == nil {
		return ""
	}
	s := name + " used its Ps " + percent(*m.Utilisation) + " of the time"
	if reasons := byTime(m.Blocked); len(reasons) > 0 {
		s += " and waited mostly for " + waitWords(reasons[0], m)
	}
	return s + "."
}

// waitWords name a reason as one would say it.
func waitWords(reason string, m *exectrace.Metrics) string {
	switch reason {
	case "chan send", "chan receive":
		return "a channel"
	case "sleep":
		return "a timer"
	case "network":
		return "the network"
	case "sync":
		if kinds := byTime(m.Sync); len(kinds) > 0 {
			return cmp.Or(map[string]string{"WaitGroup": "a WaitGroup", "Mutex": "a mutex", "RWMutex": "an RWMutex"}[kinds[0]], "a lock")
		}
	}
	return reason
}
