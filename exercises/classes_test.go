package exercises_test

import (
	"strings"
	"testing"

	"course/tutor/exercises"
)

// A rule that reads what the machine makes is refused when the exercise is
// loaded; one that reads what the program makes is taken.
func TestWhatDecides(t *testing.T) {
	for rule, want := range map[string]string{
		"goroutines.created <= 2 * procs":                                "",
		"goroutines.blocked_at_end == 0 and goroutines.peak <= args[0]":  "",
		"latency.p50_us <= 1000":                                         "",
		"switches.total / n < 6":                                         "",
		"parallelism >= 1.15":                                            "",
		"running_ms + runnable_ms >= 3.5 * call_ms":                      "",
		"waiting_ms / call_ms >= 8":                                      "",
		"region(\\\"w\\\").total_ms < 0.5 * call_ms":                     "",
		"waiters(\\\"work.go\\\") >= args[0] / 2":                        "",
		"cpu_ms <= 2.5 * reference.cpu_ms and cpu_ms < 200":              "",
		"cpu_ms <= 1.2 * reference.cpu_ms":                               "compares CPU time of one run each, which needs a factor of 2 or more",
		"max(running_ms, runnable_ms) < call_ms":                         "",
		"wall_ms < 50":                                                   "wall_ms is shown and cannot decide",
		"reference.wall_ms > 1":                                          "wall_ms is shown and cannot decide",
		"goroutines.created > 2 and latency.p99_us < 2000":               "latency.p99_us is shown and cannot decide: the tail",
		"latency.max_us < 20000":                                         "latency.max_us is shown",
		"utilisation >= 0.9":                                             "utilisation is shown",
		"steals.stolen >= 20":                                            "steals is shown and cannot decide: who steals",
		"call_ms < 100":                                                  "compares a time of this run with a number",
		"call_ms <= 8 * reference.call_ms":                               "compares a time of this run with a time of the reference's run",
		"call_ms <= max(0.5 * args[0] * args[1], 8 * reference.call_ms)": "compares a time of this run with times that cannot be compared",
		"waited(\\\"select\\\").total_ms >= 0.7 * args[0]":               "compares a time of this run with a number",
		"cpu_ms / call_ms > 1.5":                                         "compares times that cannot be compared with a number",
		"procs > 1 ? call_ms < 5 : true":                                 "compares a time of this run with a number",
		"not (call_ms > 5)":                                              "compares a time of this run with a number",
		"latency.by_cause.timer.p99_us < 5":                              "latency.by_cause is shown",
	} {
		front := strings.Replace(goodFront, `goroutines.created <= 2 * procs and task(\"x\").n == 1`, rule, 1)
		_, probs, err := exercises.Load(folder(front, nil))
		switch {
		case err != nil:
			t.Error(err)
		case want == "" && len(probs) > 0:
			t.Errorf("%s: refused: %v", rule, probs)
		case want != "" && !contains(probs, want):
			t.Errorf("%s: problems %v, want %q", rule, probs, want)
		}
	}
}
