package sandbox

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"
)

// Bench is a benchmark: one value of each measure for each count of it.
type Bench struct {
	Name     string    `json:"name"` // without Benchmark's -procs
	File     string    `json:"file"` // where its function is; "" when not known
	Line     int       `json:"line"`
	N        int       `json:"n"` // rounds of the last count
	NsOp     []float64 `json:"ns_op"`
	BytesOp  []float64 `json:"bytes_op"`
	AllocsOp []float64 `json:"allocs_op"`
	// Unit holds what else is reported, by its unit, as MB/s.
	Unit map[string][]float64 `json:"unit"`
	// Summary is of each measure, by its unit: ns/op, B/op, allocs/op.
	Summary map[string]BenchSummary `json:"summary,omitempty"`
}

// BenchSummary is the median of a measure and the range in which, with the
// confidence given (0 to 1), the true median lies. Lo and Hi are those of all
// values, and Confidence 0, where the counts are too few to say.
type BenchSummary struct {
	Median     float64  `json:"median"`
	Lo         float64  `json:"lo"`
	Hi         float64  `json:"hi"`
	Confidence float64  `json:"confidence"`
	Counts     int      `json:"counts"`
	Warnings   []string `json:"warnings"`
}

// confidence is what is asked of an interval, and EnoughCounts the fewest
// values with which it can be had.
const (
	confidence   = 0.95
	EnoughCounts = 6
)

// Units are those of a benchmark's measures: time, bytes, allocations, then
// others by name.
func (b *Bench) Units() []string {
	units := []string{}
	for _, u := range []string{"ns/op", "B/op", "allocs/op"} {
		if len(b.Values(u)) > 0 {
			units = append(units, u)
		}
	}
	var others []string
	for u := range b.Unit {
		others = append(others, u)
	}
	slices.Sort(others)
	return append(units, others...)
}

// Values are the counts of a measure.
func (b *Bench) Values(unit string) []float64 {
	switch unit {
	case "ns/op":
		return b.NsOp
	case "B/op":
		return b.BytesOp
	case "allocs/op":
		return b.AllocsOp
	}
	return b.Unit[unit]
}

// InWords is the benchmark and the median of each measure, in a line.
func (b *Bench) InWords() string {
	var list []string
	for _, u := range b.Units() {
		list = append(list, amount(b.Summary[u].Median)+" "+u)
	}
	return b.Name + ": " + strings.Join(list, ", ")
}

// Add notes one value of a measure.
func (b *Bench) Add(unit string, value float64) {
	switch unit {
	case "ns/op":
		b.NsOp = append(b.NsOp, value)
	case "B/op":
		b.BytesOp = append(b.BytesOp, value)
	case "allocs/op":
		b.AllocsOp = append(b.AllocsOp, value)
	default:
		if b.Unit == nil {
			b.Unit = map[string][]float64{}
		}
		b.Unit[unit] = append(b.Unit[unit], value)
	}
}

// Summarize fills in Summary.
func (b *Bench) Summarize() {
	b.Summary = map[string]BenchSummary{}
	for _, unit := range b.Units() {
		b.Summary[unit] = summarize(b.Values(unit))
	}
}

func summarize(values []float64) BenchSummary {
	s := benchmath.AssumeNothing.Summary(sample(values), confidence)
	out := BenchSummary{Median: s.Center, Lo: s.Lo, Hi: s.Hi, Confidence: s.Confidence, Counts: len(values), Warnings: []string{}}
	if len(values) < EnoughCounts || math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
		out.Lo, out.Hi, out.Confidence = slices.Min(values), slices.Max(values), 0
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s: an interval of %.0f %% confidence needs at least %d",
			counts(len(values)), 100*confidence, EnoughCounts))
	}
	return out
}

func counts(n int) string {
	if n == 1 {
		return "1 count"
	}
	return fmt.Sprintf("%d counts", n)
}

// sample makes a sample of its own: benchmath sorts what it is given.
func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// BenchChange is how one measure of a benchmark differs between two runs.
type BenchChange struct {
	Name string       `json:"name"`
	Unit string       `json:"unit"`
	Old  BenchSummary `json:"old"`
	New  BenchSummary `json:"new"`
	// Change is new over old, less 1: -0.5 is half of it.
	Change float64 `json:"change"`
	P      float64 `json:"p"` // how likely chance alone does as much, 0 to 1
	// Verdict is faster, slower, less, more or "no difference shown".
	Verdict string `json:"verdict"`
	// Says is all of that in a sentence.
	Says string `json:"says"`
}

// NoDifference is a Verdict: it does not say that there is none.
const NoDifference = "no difference shown"

// alpha is the chance of being taken in by noise that a verdict accepts.
const alpha = 0.05

// CompareBench compares every measure that both runs have, in the order of
// the newer one. Missing are the benchmarks that only one of them has.
func CompareBench(old, new []Bench) (changes []BenchChange, missing []string) {
	changes = []BenchChange{}
	before := map[string]*Bench{}
	for i := range old {
		before[old[i].Name] = &old[i]
	}
	for i := range new {
		b := &new[i]
		o := before[b.Name]
		if o == nil {
			missing = append(missing, b.Name+" is new: there is nothing to compare it with")
			continue
		}
		delete(before, b.Name)
		for _, unit := range b.Units() {
			if len(o.Values(unit)) > 0 {
				changes = append(changes, compareMeasure(b.Name, unit, o.Values(unit), b.Values(unit)))
			}
		}
	}
	for _, b := range old {
		if before[b.Name] != nil {
			missing = append(missing, b.Name+" was measured before and is not in this run")
		}
	}
	return changes, missing
}

// compareMeasure compares the counts of one measure by the test that
// benchstat uses, which assumes nothing of how they are spread.
func compareMeasure(name, unit string, old, new []float64) BenchChange {
	c := BenchChange{Name: name, Unit: unit, Old: summarize(old), New: summarize(new), P: 1, Verdict: NoDifference}
	if c.Old.Median != 0 {
		c.Change = c.New.Median/c.Old.Median - 1
	}
	few := min(len(old), len(new)) < 4
	if test := benchmath.AssumeNothing.Compare(sample(old), sample(new)); !few && !math.IsNaN(test.P) {
		c.P = test.P
	}
	same := c.Old.Median == c.New.Median
	if !few && !same && c.P < alpha {
		c.Verdict = verdict(unit, c.New.Median < c.Old.Median)
	}
	c.Says = c.sentence(few)
	return c
}

// verdict names a change: of time by speed, of a rate by its opposite.
func verdict(unit string, less bool) string {
	switch {
	case unit == "ns/op" && less, strings.HasSuffix(unit, "/s") && !less:
		return "faster"
	case unit == "ns/op", strings.HasSuffix(unit, "/s"):
		return "slower"
	case less:
		return "less"
	}
	return "more"
}

// Same says that every count of both gave one and the same value, as memory
// often does: nothing that a test could doubt.
func (c *BenchChange) Same() bool {
	return c.Verdict == NoDifference && c.Old.Median == c.New.Median && c.Old.Lo == c.Old.Hi && c.New.Lo == c.New.Hi
}

func (c *BenchChange) sentence(few bool) string {
	n := min(c.Old.Counts, c.New.Counts)
	switch {
	case few:
		return fmt.Sprintf("%s, %s: %s, since %s are too few to compare: at least 4 are needed, and 6 or more are better",
			c.Name, c.Unit, NoDifference, counts(n))
	case c.Same():
		return fmt.Sprintf("%s, %s: the same, %s", c.Name, c.Unit, amount(c.New.Median))
	case c.Verdict == NoDifference:
		return fmt.Sprintf("%s, %s: %s (%s before, %s now; p=%.3f, n=%d+%d)", c.Name, c.Unit, NoDifference,
			amount(c.Old.Median), amount(c.New.Median), c.P, c.Old.Counts, c.New.Counts)
	}
	return fmt.Sprintf("%s, %s: %s (%s before, %s now%s; p=%.3f, n=%d+%d)", c.Name, c.Unit, c.Verdict,
		amount(c.Old.Median), amount(c.New.Median), c.percent(), c.P, c.Old.Counts, c.New.Counts)
}

// percent is ", -12.3 %"; "" when the old value is 0.
func (c *BenchChange) percent() string {
	if c.Old.Median == 0 {
		return ""
	}
	return fmt.Sprintf(", %+.1f %%", 100*c.Change)
}

// amount writes a measure with three digits that count.
func amount(v float64) string {
	switch a := math.Abs(v); {
	case a == 0 || a >= 100 || a == math.Trunc(a):
		return fmt.Sprintf("%.0f", math.Round(v)) // halves up, as elsewhere on the page
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
