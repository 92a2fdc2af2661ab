package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func bench(name string, ns ...float64) Bench { return Bench{Name: name, NsOp: ns} }

// TestCompareBench says faster only when chance is an unlikely cause, and
// says so when the counts are too few to know.
func TestCompareBench(t *testing.T) {
	slow := []float64{100, 101, 102, 103, 104, 105}
	for _, c := range []struct {
		name          string
		old, new      []float64
		verdict, says string
	}{
		{"half", slow, []float64{50, 51, 52, 53, 54, 55}, "faster", "B, ns/op: faster (103 before, 52.5 now, -48.8 %; p=0.002, n=6+6)"},
		{"double", []float64{50, 51, 52, 53, 54, 55}, slow, "slower", "slower"},
		{"noise", slow, []float64{99, 101.5, 102.5, 103.5, 104, 106}, NoDifference, NoDifference},
		{"three", slow[:3], []float64{5, 6, 7}, NoDifference, "3 counts are too few to compare"},
		{"equal", []float64{8, 8, 8, 8}, []float64{8, 8, 8, 8}, NoDifference, "the same, 8"},
		{"from nothing", []float64{0, 0, 0, 0, 0, 0}, slow, "slower", "(0 before, 103 now; p="},
	} {
		changes, missing := CompareBench([]Bench{bench("B", c.old...)}, []Bench{bench("B", c.new...)})
		if len(changes) != 1 || len(missing) != 0 || changes[0].Verdict != c.verdict || !strings.Contains(changes[0].Says, c.says) {
			t.Errorf("%s: %+v %v", c.name, changes, missing)
		}
	}
	_, missing := CompareBench([]Bench{bench("A", 1)}, []Bench{bench("B", 1)})
	if len(missing) != 2 {
		t.Errorf("missing %q", missing)
	}
	for unit, want := range map[string]string{"ns/op": "faster", "B/op": "less", "MB/s": "slower"} {
		if got := verdict(unit, true); got != want {
			t.Errorf("less of %s is %s, want %s", unit, got, want)
		}
	}
}

// TestSummarize gives an interval only where there are counts enough for one,
// and leaves the values as they were measured.
func TestSummarize(t *testing.T) {
	b := bench("B", 3, 1, 2, 6, 5, 4)
	b.Add("B/op", 7)
	b.Add("x/s", 1)
	b.Summarize()
	s := b.Summary["ns/op"]
	if s.Median != 3.5 || s.Lo != 1 || s.Hi != 6 || s.Confidence < 0.95 || len(s.Warnings) != 0 {
		t.Errorf("%+v", s)
	}
	if !slices.Equal(b.NsOp, []float64{3, 1, 2, 6, 5, 4}) || !slices.Equal(b.Units(), []string{"ns/op", "B/op", "x/s"}) {
		t.Errorf("%+v", b)
	}
	if s := b.Summary["B/op"]; s.Confidence != 0 || s.Lo != 7 || !strings.Contains(s.Warnings[0], "1 count: an interval of 95 % confidence needs at least 6") {
		t.Errorf("%+v", s)
	}
}
