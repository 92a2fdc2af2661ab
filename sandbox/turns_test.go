package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// counter is a Runner of benchmarks that notes with how many processors it ran,
// and fails when it is told to.
type counter struct {
	ran   []int
	fails func(run int) Status
}

func (c *counter) Run(_ context.Context, job Job, sink Sink) (*Result, error) {
	c.ran = append(c.ran, job.Procs)
	r := &Result{
		Kind: KindBench, Status: StatusOK, Procs: job.Procs,
		Events: []Output{{TMS: 1, Stream: "stdout", Text: "goos: linux\n"}, {TMS: 2, Stream: Stderr, Text: fmt.Sprintln(len(c.ran))}},
		Usage:  Usage{WallMS: 10, CPUMS: 20}, Timing: Timing{RunMS: 10}, Measured: &Measured{Alone: true, Beside: 1},
		Tests: []Test{{Name: "BenchmarkA", Status: "passed"}},
		Bench: []Bench{{Name: "BenchmarkA", N: len(c.ran), NsOp: []float64{float64(len(c.ran))}}},
	}
	if c.fails != nil {
		r.Status = c.fails(len(c.ran))
	}
	if sink != nil {
		sink(Event{Name: "build", Build: &Build{}})
		for _, o := range r.Events {
			sink(Event{Name: "out", Out: &o})
		}
	}
	return r, nil
}

func inTurns(t *testing.T, c *counter, limits Limits, rounds int, sink Sink) *Result {
	t.Helper()
	r, err := RunInTurns(t.Context(), c, Job{Kind: KindBench, Vary: []int{1, 4, 2}, Limits: limits}, rounds, sink)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRunInTurns: each value goes first in turn, its counts come together in its
// part, and what every round says again is told once.
func TestRunInTurns(t *testing.T) {
	var told []string
	c := &counter{}
	r := inTurns(t, c, Limits{Wall: time.Second, CPU: time.Second}, 3, func(e Event) {
		if told = append(told, e.Name); e.Out != nil {
			told = append(told, strings.TrimSpace(e.Out.Text))
		}
	})
	if want := []int{1, 4, 2, 4, 2, 1, 2, 1, 4}; !slices.Equal(c.ran, want) {
		t.Errorf("ran %v, want %v", c.ran, want)
	}
	if r.Status != StatusOK || !slices.Equal(r.Vary, []int{1, 4, 2}) || len(r.Diagnostics) > 0 || r.Measured.Beside != 9 || r.Usage.WallMS != 90 {
		t.Errorf("%+v", r)
	}
	for i, want := range [][]float64{{1, 6, 8}, {2, 4, 9}, {3, 5, 7}} {
		part := r.Varied()[i]
		if b := part.Bench[0]; !slices.Equal(b.NsOp, want) || b.Summary["ns/op"].Counts != 3 || r.Bench[i].Name != fmt.Sprintf("BenchmarkA-%d", r.Vary[i]) {
			t.Errorf("%d: %+v", r.Vary[i], b)
		}
		if len(part.Tests) != 1 || len(part.Events) != 4 || part.Events[3].TMS != 22 {
			t.Errorf("%d: %+v %+v", r.Vary[i], part.Tests, part.Events)
		}
	}
	if got := strings.Count(strings.Join(told, " "), "goos"); got != 3 || strings.Count(strings.Join(told, " "), "build") != 3 {
		t.Errorf("told %v", told)
	}
}

// TestTurnsEnd: a value that failed is not measured again, others are; what does
// not compile, or is stopped, ends all; limits are of all counts of a value.
func TestTurnsEnd(t *testing.T) {
	long := Limits{Wall: time.Second, CPU: time.Second}
	c := &counter{fails: func(run int) Status { return map[bool]Status{true: StatusRuntimeError, false: StatusOK}[run == 5] }} // the second of 2
	r := inTurns(t, c, long, 3, nil)
	part := r.Parts["GOMAXPROCS=2"]
	if r.Status != StatusRuntimeError || len(part.Bench[0].NsOp) != 2 || len(r.Bench[0].NsOp) != 3 || !strings.Contains(fmt.Sprint(part.Diagnostics), "2 of 3 counts") {
		t.Errorf("%v: %+v", c.ran, r)
	}
	c = &counter{fails: func(int) Status { return StatusCompileError }}
	if r := inTurns(t, c, long, 3, nil); r.Status != StatusCompileError || len(c.ran) != 1 || len(r.Vary) != 1 {
		t.Errorf("%v: %+v", c.ran, r)
	}
	c = &counter{fails: func(run int) Status { return map[bool]Status{true: StatusKilled, false: StatusOK}[run == 4] }}
	if r := inTurns(t, c, long, 3, nil); r.Status != StatusKilled || len(c.ran) != 4 || len(r.Vary) != 3 {
		t.Errorf("%v: %+v", c.ran, r)
	}
	for _, limits := range []Limits{{Wall: 20 * time.Millisecond, CPU: time.Second}, {Wall: time.Second, CPU: 40 * time.Millisecond}} {
		c = &counter{}
		r := inTurns(t, c, limits, 3, nil)
		if r.Status != StatusTimeLimit || len(c.ran) != 6 || r.Limit == nil || r.Limit.Used != r.Limit.Allowed || len(r.Bench[0].NsOp) != 2 {
			t.Errorf("%v: %+v %+v", c.ran, r, r.Limit)
		}
	}
}
