package exectrace

import (
	"bytes"
	"strings"
	"testing"
)

// The runtime counts goroutines and collections itself, and a program reads
// that right before and after its work: counts must be the same.
func TestCountsAreTheRuntimes(t *testing.T) {
	for _, w := range [][3]string{{"unbounded", "1000", "2"}, {"sleepers", "200", "2"}, {"gc", "120000", "2"}, {"net", "100", "2"}} {
		data, told := run(t, w[0], w[1], w[2])
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, tr)
		checkProcs(t, tr)
		m := tr.Metrics
		if float64(m.Goroutines.Created) != told["created"] {
			t.Errorf("%s: %d goroutines made, the runtime says %.0f", w[0], m.Goroutines.Created, told["created"])
		}
		// One collection may be under way when the program reads.
		if d := float64(m.GC.Cycles) - told["cycles"]; d < 0 || d > 1 {
			t.Errorf("%s: %d collections, the runtime says %.0f", w[0], m.GC.Cycles, told["cycles"])
		}
		stops := 0.
		for _, s := range tr.STW {
			if strings.HasPrefix(s.Name, "GC ") {
				stops++
			}
		}
		if d := stops - told["pauses"]; d < 0 || d > 2 {
			t.Errorf("%s: the world stopped %.0f times to collect, the runtime says %.0f", w[0], stops, told["pauses"])
		}
		if w[0] == "gc" && told["cycles"] < 5 {
			t.Errorf("%.0f collections in a run that makes garbage", told["cycles"])
		}
	}
}

// The runtime's pauses come in buckets: their sum is between two bounds. Its
// account of waits for locks is an estimate from one in eight goroutines.
func TestTimesAreTheRuntimes(t *testing.T) {
	const runs, within = 6, 1.5
	near := map[string]bool{}
	for range runs {
		data, told := run(t, "gc", "120000", "2")
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		stw := tr.Metrics.GC.STWMS
		near["pauses"] = near["pauses"] || told["pauses"] > 10 && stw > told["pause_least_ms"]/within && stw < told["pause_most_ms"]*within

		data, told = run(t, "mutex", "2000", "2")
		if tr, err = Parse(bytes.NewReader(data), Options{}); err != nil {
			t.Fatal(err)
		}
		waited, truth := tr.Metrics.Sync["Mutex"].TotalMS, told["mutex_ms"]
		near["waits for a lock"] = near["waits for a lock"] || truth > 10 && waited > truth/within && waited < truth*within
		t.Logf("world stopped %.2f ms; waits for a lock %.1f ms, the runtime says %.1f", stw, waited, truth)
		if near["pauses"] && near["waits for a lock"] {
			return
		}
	}
	t.Errorf("in %d runs these were near what the runtime says: %v; want both", runs, near)
}
