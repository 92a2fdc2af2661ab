package exectrace

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

// What is exported is read back as other viewers do: every goroutine has a
// track, its segments come to what the metrics say, and flows have two ends.
func TestExportIsTheTrace(t *testing.T) {
	for _, name := range goldens {
		tr := parseIn(t, name, 100)
		var out bytes.Buffer
		if err := tr.WriteTraceEvents(&out); err != nil {
			t.Fatal(err)
		}
		var read struct {
			TraceEvents []exported `json:"traceEvents"`
		}
		if err := json.Unmarshal(out.Bytes(), &read); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		system := map[int64]bool{}
		for _, g := range tr.Goroutines {
			system[g.ID] = g.System
		}
		named, running, segments := map[int64]bool{}, 0., 0.
		flows := map[int64]int{}
		for _, e := range read.TraceEvents {
			switch {
			case e.Phase == "M" && e.Name == "thread_name" && e.PID == trackGoroutines:
				named[e.TID] = true
			case e.Phase == "X" && e.PID == trackGoroutines:
				segments++
				if !named[e.TID] {
					t.Errorf("%s: the track of G%d has no name", name, e.TID)
				}
				if !system[e.TID] && (e.Name == "running" || e.Name == "gc") {
					running += *e.Dur / 1e3
				}
			case e.Phase == "s":
				flows[e.ID]++
			case e.Phase == "f":
				flows[e.ID] += 10
			}
		}
		if math.Abs(running-tr.Metrics.RunningMS) > segments*tickNS/1e6 {
			t.Errorf("%s: goroutines run for %.4f ms in the export, for %.4f in the metrics", name, running, tr.Metrics.RunningMS)
		}
		for id, ends := range flows {
			if ends != 11 {
				t.Errorf("%s: flow %d has ends %d", name, id, ends)
			}
		}
	}
}
