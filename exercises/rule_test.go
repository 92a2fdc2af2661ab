package exercises_test

import (
	"slices"
	"testing"

	"course/tutor/exercises"
)

func TestParseRule(t *testing.T) {
	r, err := exercises.ParseRule(`goroutines.created <= 2 * procs and latency.p50_us < reference.latency.p50_us && region("w").n == args[0]`, exercises.TraceScope())
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"goroutines.created", "procs"}, {"latency.p50_us", "reference.latency.p50_us"}, nil}
	if len(r.Clauses) != 3 {
		t.Fatalf("%d clauses, want 3", len(r.Clauses))
	}
	for i, c := range r.Clauses {
		if !slices.Equal(c.Names, want[i]) {
			t.Errorf("clause %q reads %v, want %v", c.Text, c.Names, want[i])
		}
	}
	if calls := r.Clauses[2].Calls; len(calls) != 2 || calls[0].Text != `region("w").n` || calls[1].Text != "args[0]" {
		t.Errorf("the last clause looks up %+v", calls)
	}
	for _, bad := range []string{"", "1", "goroutines", "goroutines.created", "created < 1", "procs < ", "args < 1", `task("x") == 1`} {
		if _, err := exercises.ParseRule(bad, exercises.TraceScope()); err == nil {
			t.Errorf("the rule %q was taken", bad)
		}
	}
	if _, err := exercises.ParseValue("traces.cpu.parallelism > parallelism", exercises.AnswerScope([]string{"cpu"})); err != nil {
		t.Error(err)
	}
	if _, err := exercises.ParseValue("traces.io.parallelism", exercises.AnswerScope([]string{"cpu"})); err == nil {
		t.Error("a trace that nobody takes was taken")
	}
}

func TestMessage(t *testing.T) {
	m, err := exercises.ParseMessage(`{goroutines.created} made, {parallelism} at once, {gc.stw_ms}{procs > 1 ? "!" : "?"}`, exercises.TraceScope())
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]any{"procs": 2.0, "goroutines": map[string]any{"created": 400000.0}, "parallelism": 1.2345, "gc": map[string]any{"stw_ms": nil}}
	if got, want := m.Fill(env), "400000 made, 1.23 at once, unknown!"; got != want {
		t.Errorf("Fill = %q, want %q", got, want)
	}
}

func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		text      string
		got, want float64
		holds     bool
	}{
		{"", 3, 3, true}, {"", 3, 3.1, false}, {"10%", 109, 100, true}, {"10%", 111, 100, false},
		{"10%", -91, -100, true}, {"2", 5, 7, true}, {"2", 5, 7.5, false},
	} {
		tol, err := exercises.ParseTolerance(c.text)
		if err != nil || tol.Holds(c.got, c.want) != c.holds {
			t.Errorf("%q: %v within %v: not %t (%v)", c.text, c.got, c.want, c.holds, err)
		}
	}
	for _, bad := range []string{"a", "-1", "%"} {
		if _, err := exercises.ParseTolerance(bad); err == nil {
			t.Errorf("the tolerance %q was taken", bad)
		}
	}
}
