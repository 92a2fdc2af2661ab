package verify

import (
	"encoding/json"
	"strings"

	"course/tutor/sandbox"
)

// measuredBench is what a page can say of a benchmark: medians of its counts.
type measuredBench struct {
	Name   string  `json:"name"`
	OpNS   float64 `json:"op_ns"`
	Bytes  float64 `json:"op_bytes"`
	Allocs float64 `json:"op_allocs"`
}

// measuredRatio is how many times longer one benchmark took than another: what
// holds on more machines than one.
type measuredRatio struct {
	Name  string  `json:"name"` // "A/B"
	Times float64 `json:"times"`
}

// measured are the numbers of a run's benchmarks; nil when it has none.
func measured(rows []sandbox.Bench) json.RawMessage {
	if len(rows) == 0 {
		return nil
	}
	var m struct {
		Bench []measuredBench `json:"bench"`
		Ratio []measuredRatio `json:"ratio"`
	}
	name := func(b sandbox.Bench) string { return strings.TrimPrefix(b.Name, "Benchmark") }
	for _, a := range rows {
		took := a.Summary["ns/op"].Median
		m.Bench = append(m.Bench, measuredBench{name(a), took, a.Summary["B/op"].Median, a.Summary["allocs/op"].Median})
		for _, b := range rows {
			if other := b.Summary["ns/op"].Median; name(b) != name(a) && other > 0 {
				m.Ratio = append(m.Ratio, measuredRatio{name(a) + "/" + name(b), took / other})
			}
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return nil // only a number that is none: there is nothing to say then
	}
	return text
}
