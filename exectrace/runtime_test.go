package exectrace

import (
	"bytes"
	"strings"
	"testing"
)

// The runtime counts goroutines and collections itself, and a program reads
// that right before and after its work: counts must be the same. Its histogram of
// waits for a P has buckets, and one wait in eight.
func TestCountsAreTheRuntimes(t *testing.T) {
	const near = 3 // the median is of one wait in eight there
	table := newTruth("load", "what", "in the trace", "runtime/metrics")
	defer table.print(t)
	for _, w := range [][3]string{{"unbounded", "1000", "2"}, {"sleepers", "200", "2"}, {"gc", "120000", "2"}, {"net", "100", "2"}, {"mutex", "2000", "2"}} {
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
		name := w[0] + " " + w[1]
		table.row(name, "goroutines made", howMany(float64(m.Goroutines.Created)), howMany(told["created"]))
		if told["cycles"] > 0 {
			table.row(name, "collections", howMany(float64(m.GC.Cycles)), howMany(told["cycles"]))
			table.row(name, "pauses for them", howMany(stops), howMany(told["pauses"]))
			table.row(name, "how long these were", inMS(m.GC.STWMS), between(told["pause_least_ms"], told["pause_most_ms"]))
		}
		if w[0] == "mutex" { // else only the runtime's own locks are in its number
			table.row(name, "waits for locks", inMS(m.Sync["Mutex"].TotalMS), inMS(told["mutex_ms"]))
		}
		if w[0] == "gc" {
			if told["cycles"] < 5 {
				t.Errorf("%.0f collections in a run that makes garbage", told["cycles"])
			}
			continue // most that was ready in it were the collector's goroutines
		}
		p50, p99 := *m.Latency.P50us, *m.Latency.P99us
		if p50 < told["latency_p50_least_us"]/near || p50 > told["latency_p50_most_us"]*near {
			t.Errorf("%s: half waited less than %.3g µs for a P, the runtime says %.3g to %.3g", name, p50, told["latency_p50_least_us"], told["latency_p50_most_us"])
		}
		table.row(name, "waits for a P", howMany(float64(m.Latency.N)), howMany(told["latency_n"])+" of one in eight")
		table.row(name, "the median of these", inMS(p50/1e3), between(told["latency_p50_least_us"]/1e3, told["latency_p50_most_us"]/1e3))
		table.row(name, "99 of 100 below", inMS(p99/1e3), between(told["latency_p99_least_us"]/1e3, told["latency_p99_most_us"]/1e3))
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
