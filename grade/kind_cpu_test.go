package grade

import (
	"math"
	"math/rand/v2"
	"testing"

	"course/tutor/exercises"
)

// The test of Mann and Whitney against values that are known: of 252 ways to
// choose five of ten, one has all the great ones.
func TestGreater(t *testing.T) {
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{6, 7, 8, 9, 10}, []float64{1, 2, 3, 4, 5}, 1.0 / 252},
		{[]float64{5, 7, 8, 9, 10}, []float64{1, 2, 3, 4, 6}, 2.0 / 252},
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, 1},
		{[]float64{1, 1}, []float64{1, 1}, 1},
	} {
		if got := greater(c.x, c.y); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v above %v: %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

// CPU times vary by a few percent. Of work that needs as much as the reference
// none may be refused where half as much again is allowed; of work that needs
// double, none may pass.
func TestJudgeCPU(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	around := func(ms float64) float64 { return ms * (1 + .05*random.NormFloat64()) }
	for _, c := range []struct {
		times float64
		want  Status
	}{{1, Passed}, {1.2, Passed}, {2, Failed}} {
		for range 500 {
			pairs := make([]pair, 5)
			for i := range pairs {
				pairs[i].ours, pairs[i].theirs = around(30*c.times), around(30)
			}
			var r CheckResult
			if err := (&session{}).judgeCPU(exercises.Check{Rule: "cpu_ms <= 1.5 * reference.cpu_ms"}, 1.5, pairs, &r); err != nil || r.Status != c.want {
				t.Fatalf("%v times the CPU: %s, %v, %s", c.times, r.Status, err, r.Got)
			}
		}
	}
	err := (&session{}).judgeCPU(exercises.Check{}, 2, []pair{{ours: 9, theirs: .1}}, &CheckResult{})
	if err == nil {
		t.Error("too little work was judged")
	}
}
