package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCheckVary(t *testing.T) {
	ok := []int{1, 2, 4}
	for _, c := range []struct {
		job Job
		why string
	}{
		{Job{}, ""},
		{Job{Vary: ok}, ""},
		{Job{Vary: ok, Kind: KindBench, CPULimit: 2, Args: []string{"-count=3", "cpu"}}, ""},
		{Job{Vary: []int{1, 0}}, "can't be 0"},
		{Job{Vary: []int{257}}, "can't be 257 here; it can be 1 to 256"},
		{Job{Vary: []int{2, 1, 2}}, "2 twice"},
		{Job{Vary: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}}, "9 values"},
		{Job{Vary: ok, Procs: 2}, "given twice"},
		{Job{Vary: ok, Env: []string{"A=1", "GOMAXPROCS=3"}}, "environment says"},
		{Job{Vary: ok, Kind: KindAsm}, "not for the kind asm"},
		{Job{Vary: ok, Kind: KindProfile, Profile: "cpu"}, "not for the kind profile:cpu"},
		{Job{Vary: ok, Clock: ClockFake}, "real clock"},
		{Job{Vary: ok, Kind: KindTest, Args: []string{"--test.cpu=1"}}, "-cpu"},
		{Job{Vary: ok, Engine: EngineInterp}, "interpreter"},
		{Job{Vary: ok, StdinFrom: strings.NewReader("")}, "give a file"},
	} {
		if why := CheckVary(&c.job); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%+v: %q, want %q", c.job, why, c.why)
		}
	}
}

// answers is a Runner that ends as it is told for a number of processors.
type answers map[int]Status

func (a answers) Run(_ context.Context, job Job, sink Sink) (*Result, error) {
	text := fmt.Sprintln("with", job.Procs)
	if sink != nil {
		sink(Event{Name: "out", Out: &Output{TMS: 1, Stream: "stdout", Text: text}})
		sink(Event{Name: "test", Test: &Test{Name: "TestA/b"}})
	}
	code := 0
	if a[job.Procs] != StatusOK {
		code = job.Procs
	}
	return &Result{
		Kind: job.Kind, Status: a[job.Procs], ExitCode: code, Procs: job.Procs,
		Diagnostics: []Diagnostic{{Code: "vet:x", Message: "the same each time"}},
		Events:      []Output{{TMS: 1, Stream: "stdout", Text: text}}, Timing: Timing{RunMS: 10}, Usage: Usage{CPUMS: 5, MaxRSSKiB: int64(job.Procs)},
		Tests: []Test{{Name: "TestA/b"}}, Bench: []Bench{{Name: "BenchmarkA"}},
	}, nil
}

func TestRunVaried(t *testing.T) {
	var told []string
	sink := func(e Event) {
		if e.Out != nil {
			told = append(told, fmt.Sprint(e.Out.TMS))
		} else {
			told = append(told, e.Test.Name)
		}
	}
	r, err := RunVaried(t.Context(), answers{1: StatusOK, 4: StatusDeadlock, 2: StatusRace}, Job{Vary: []int{1, 4, 2}}, sink)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != StatusDeadlock || r.ExitCode != 4 || !slices.Equal(r.Vary, []int{1, 4, 2}) || r.Procs != 0 || len(r.Diagnostics) != 1 {
		t.Errorf("%+v", r)
	}
	if list := r.Varied(); len(list) != 3 || list[1] != r.Parts["GOMAXPROCS=4"] || list[1].Procs != 4 {
		t.Errorf("parts = %v", r.Parts)
	}
	if got := strings.Join(told, " "); got != "1 TestA/b-1 11 TestA/b-4 21 TestA/b-2" {
		t.Errorf("told %q", got)
	}
	if len(r.Events) != 3 || r.Events[2].TMS != 21 || r.Usage.CPUMS != 15 || r.Usage.MaxRSSKiB != 4 || r.Bench[1].Name != "BenchmarkA-4" || r.Tests[2].Name != "TestA/b-2" {
		t.Errorf("%+v", r)
	}

	// what is not built is not built again
	r, err = RunVaried(t.Context(), answers{1: StatusCompileError, 2: StatusCompileError}, Job{Vary: []int{1, 2}}, nil)
	if err != nil || r.Status != StatusCompileError || len(r.Varied()) != 1 {
		t.Errorf("%v, %+v", err, r)
	}
}
