package page

import (
	"math"
	"strings"

	"course/tutor/exectrace"
)

// differences says in words, then in numbers, how two runs differ.
func differences(a, b *TraceView) string {
	na, nb := compareName(a, 0), compareName(b, 1)
	c := exectrace.Compare(na, &a.Trace.Metrics, nb, &b.Trace.Metrics)
	var out strings.Builder
	out.WriteString(`<ul class="says">`)
	for _, s := range c.Sentences {
		out.WriteString(`<li>` + esc(s) + `</li>`)
	}
	out.WriteString(`</ul>`)
	t := &table{
		caption: na + " against " + nb,
		heads:   []string{"Measure", na, nb, "Second by first"},
		foot:    "A run is one sample: “within noise” is what two runs of one program can differ by, and what differs from run to run by any amount is not compared. Times are shown, never graded.",
	}
	for _, d := range c.Diff {
		m, ok := compareMeasures[d.Name]
		if !ok || (d.A == nil && d.B == nil) {
			continue
		}
		t.rows = append(t.rows, []string{m.name, known(d.A, m.text), known(d.B, m.text), change(d)})
	}
	out.WriteString(t.html())
	return out.String()
}

// compareMeasures are the words for the measures that are compared.
var compareMeasures = map[string]struct {
	name string
	text func(float64) string
}{
	"goroutines.created":        {"Goroutines made", wholeCount},
	"goroutines.peak":           {"At most at once", wholeCount},
	"goroutines.blocked_at_end": {"Left waiting at the end", wholeCount},
	"latency.p50_us":            {"Scheduling latency, median", spanUS},
	"latency.p95_us":            {"Scheduling latency, 95 %", spanUS},
	"switches.total":            {"Context switches", wholeCount},
	"utilisation":               {"P utilisation", percent},
	"parallelism":               {"Ps in use, on average", exectrace.Digits3},
	"steals.stolen":             {"Stolen (inferred)", wholeCount},
	"steals.global_share":       {"From the global queue (inferred)", percent},
	"gc.cycles":                 {"Garbage collections", wholeCount},
	"gc.assist_ms":              {"GC assist", spanMS},
	"running_ms":                {"Time running", spanMS},
	"runnable_ms":               {"Time runnable", spanMS},
	"waiting_ms":                {"Time waiting", spanMS},
	"syscall_ms":                {"Time in system calls", spanMS},
	"wall_ms":                   {"Wall time", spanMS},
}

func wholeCount(x float64) string { return thousands(int64(x)) }

func known(x *float64, text func(float64) string) string {
	if x == nil {
		return "not known"
	}
	return text(*x)
}

// change says how the second differs from the first, with its sign, or that it
// does no more than two runs of one program.
func change(d exectrace.Difference) string {
	switch v := d.Verdict(); {
	case v == exectrace.NotKnown:
		return "–"
	case v != exectrace.Differs:
		return grey + string(v)
	case d.Ratio == nil || *d.B == 0:
		return "–"
	case *d.Ratio >= 2:
		return "× " + times(*d.Ratio)
	case *d.Ratio <= .5:
		return "÷ " + times(1 / *d.Ratio)
	}
	sign := "+"
	if *d.Ratio < 1 {
		sign = "−"
	}
	return sign + percent(math.Abs(*d.Ratio-1))
}

func times(x float64) string {
	if x >= 999.5 {
		return thousands(int64(x + .5))
	}
	return exectrace.Digits3(x)
}
