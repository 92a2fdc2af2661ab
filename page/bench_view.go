package page

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// benchView is the benchmarks of a run: a picture and the same as a table.
type benchView struct {
	Chart    template.HTML // "" when no time was measured
	Rows     []benchRow
	Changes  []benchChange
	Missing  []string
	Against  string // what Before of the rows and the thin bars are: "version before"; "" for nothing
	Note     string // on what is compared; "" for nothing
	Warnings []string
}

// AgainstTitle heads the column of it.
func (v *benchView) AgainstTitle() string { return Capital(v.Against) }

// benchRow is one measure of one benchmark.
type benchRow struct {
	Name, Unit, Median, Range, Counts string
	Before, BeforeRange               string // "" where it was not measured before
}

// benchChange is how a measure differs from the run before.
type benchChange struct {
	State, Icon, Verdict, Says string
}

// Title is the verdict as a sentence begins.
func (c benchChange) Title() string { return Capital(c.Verdict) }

// newBench shows benchmarks, and how they differ from those before; before may
// be nil. It is nil when there are none.
func newBench(r, before *sandbox.Result) *benchView {
	if len(r.Bench) == 0 {
		return nil
	}
	v := &benchView{}
	old := r.Baseline
	switch {
	case old != nil:
		v.Against = "version before"
		v.Note = "Both versions were measured in turn, in this run."
		v.compare(old, r.Bench)
	case before != nil:
		old, v.Against = before.Bench, "run before"
		v.Note = "The text is the same as in the run before: where the two differ, it is the machine that was busier or faster."
	}
	warned := map[string]bool{}
	for _, b := range r.Bench {
		for _, unit := range b.Units() {
			s := b.Summary[unit]
			row := benchRow{Name: b.Name, Unit: unit, Median: measure(s.Median), Range: between(s), Counts: thousands(int64(s.Counts))}
			o, had := summaryOf(old, b.Name, unit)
			if had {
				row.Before, row.BeforeRange = measure(o.Median), between(o)
			}
			v.Rows = append(v.Rows, row)
			for _, w := range slices.Concat(s.Warnings, o.Warnings) {
				if !warned[w] {
					warned[w] = true
					v.Warnings = append(v.Warnings, "The range is that of all values. "+w)
				}
			}
		}
	}
	v.Chart = benchChart(r.Bench, old)
	return v
}

// compare fills in the changes, those that are any first.
func (v *benchView) compare(before, now []sandbox.Bench) {
	changes, missing := sandbox.CompareBench(before, now)
	v.Missing = missing
	var none []benchChange
	same := map[string][]string{}
	for _, c := range changes {
		if c.Same() {
			same[c.Unit] = append(same[c.Unit], c.Name)
			continue
		}
		row := benchChange{Verdict: c.Verdict, Says: c.Says, Icon: "dash"}
		switch c.Verdict {
		case "faster", "less":
			row.State, row.Icon = "pass", "check"
		case "slower", "more":
			row.State, row.Icon = "err", "warn"
		default:
			none = append(none, row)
			continue
		}
		v.Changes = append(v.Changes, row)
	}
	v.Changes = append(append(v.Changes, none...), unchanged(same)...)
}

// unchanged tells in one line a unit what of it was the same in every count.
func unchanged(same map[string][]string) []benchChange {
	var rows []benchChange
	for _, unit := range slices.Sorted(maps.Keys(same)) {
		rows = append(rows, benchChange{Verdict: "the same", Says: unit + " of " + strings.Join(same[unit], ", "), Icon: "dash"})
	}
	return rows
}

// summaryOf finds what was measured of a benchmark in a unit.
func summaryOf(rows []sandbox.Bench, name, unit string) (sandbox.BenchSummary, bool) {
	for _, b := range rows {
		if b.Name == name {
			s, ok := b.Summary[unit]
			return s, ok
		}
	}
	return sandbox.BenchSummary{}, false
}

func between(s sandbox.BenchSummary) string {
	if s.Lo == s.Hi {
		return "always"
	}
	return measure(s.Lo) + " to " + measure(s.Hi)
}

// measure writes a number with three or four digits that count.
func measure(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || a == math.Trunc(a):
		return whole(v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// mostBars bounds the benchmarks that are drawn; the table has all.
const mostBars = 16

// benchChart draws the time of each benchmark as a bar, from 0, and over its
// end the range in which the true median lies; the run before in outline.
func benchChart(rows, before []sandbox.Bench) template.HTML {
	const width, left, lineHeight = 400., 8., 44.
	var timed []sandbox.Bench
	most := 0.
	for _, b := range rows {
		s, ok := b.Summary["ns/op"]
		if !ok || len(timed) == mostBars {
			continue
		}
		timed = append(timed, b)
		old, _ := summaryOf(before, b.Name, "ns/op")
		most = max(most, s.Hi, old.Hi)
	}
	if len(timed) == 0 || most <= 0 {
		return ""
	}
	scale := (width - left - 8) / most
	var bars, text, says strings.Builder
	for i, b := range timed {
		s := b.Summary["ns/op"]
		y := float64(i) * lineHeight
		fmt.Fprintf(&text, `<text class="tx" x="%s" y="%s">%s: %s</text>`, fixed(left, 0), fixed(y+13, 0), esc(b.Name), timeOf(s.Median))
		bars.WriteString(benchBar("bb", left, y+27, 10, scale, s))
		says.WriteString(" " + b.Name + ": " + timeWithin(s))
		if o, had := summaryOf(before, b.Name, "ns/op"); had {
			bars.WriteString(benchBar("bb-old", left, y+19, 6, scale, o))
			says.WriteString("; before: " + timeWithin(o))
		}
		says.WriteString(".")
	}
	height := float64(len(timed))*lineHeight + 2
	label := "Time of each benchmark, with the range in which its median lies." + says.String()
	return template.HTML(`<svg class="hist bench" viewBox="0 0 400 ` + fixed(height, 0) + `" role="img" aria-label="` + esc(label) + `">` +
		fmt.Sprintf(`<path class="bl" d="M%s 0V%s"/>`, fixed(left, 1), fixed(height, 0)) + bars.String() + `<g class="lt">` + text.String() + `</g></svg>`)
}

// benchBar is a bar and its range, which is drawn as a line between two ends.
func benchBar(class string, x, y, height, scale float64, s sandbox.BenchSummary) string {
	lo, hi, mid := x+s.Lo*scale, x+s.Hi*scale, y+height/2
	return fmt.Sprintf(`<path class="%s" d="M%s %sh%sv%sh-%sz"/>`, class, fixed(x, 1), fixed(y, 1), fixed(s.Median*scale, 1), fixed(height, 1), fixed(s.Median*scale, 1)) +
		fmt.Sprintf(`<path class="be" d="M%s %sH%sM%s %sv%sM%s %sv%s"/>`, fixed(lo, 1), fixed(mid, 1), fixed(hi, 1),
			fixed(lo, 1), fixed(y, 1), fixed(height, 1), fixed(hi, 1), fixed(y, 1), fixed(height, 1))
}

// timeWithin is a time and the range in which its median lies.
func timeWithin(s sandbox.BenchSummary) string {
	return timeOf(s.Median) + ", between " + timeOf(s.Lo) + " and " + timeOf(s.Hi)
}

// timeOf writes ns with a unit that suits.
func timeOf(ns float64) string {
	switch {
	case ns >= 1e9:
		return measure(ns/1e9) + " s"
	case ns >= 1e6:
		return measure(ns/1e6) + " ms"
	case ns >= 1e4:
		return measure(ns/1e3) + " µs"
	}
	return measure(ns) + " ns"
}

// benchLine is the status line of benchmarks that ended well.
func benchLine(r *sandbox.Result) Line {
	if len(r.Bench) == 0 {
		return Line{"limit", "warn", "Nothing measured.", firstMessage(r.Diagnostics)}
	}
	counts := 0
	for _, b := range r.Bench {
		for _, u := range b.Units() {
			counts = max(counts, len(b.Values(u)))
		}
	}
	return Line{"ok", "check", "Measured.", plural(len(r.Bench), "benchmark", "benchmarks") + ", " + plural(counts, "count", "counts") + " each, after " + duration(r.Timing.RunMS) + built(r)}
}
