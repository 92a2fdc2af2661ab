package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The bounds of Job.Vary. MostProcs is that of Job.Procs too.
const (
	mostVaried = 8
	MostProcs  = 256
)

// VaryName names the part of a Result that was run with so many processors.
func VaryName(procs int) string { return fmt.Sprintf("GOMAXPROCS=%d", procs) }

// CheckVary says in a sentence what is wrong with the values of a job that is to
// be run once for each; "" when nothing is.
func CheckVary(job *Job) string {
	if len(job.Vary) == 0 {
		return ""
	}
	if why := checkVaryValues(job.Vary); why != "" {
		return why
	}
	switch {
	case job.Kind.Tests() && (job.Profile != "" || job.Asm):
		return "a profile, and what the compiler decided, are of one run: they can't be had of several values of GOMAXPROCS"
	case !job.CanVary():
		if job.Clock == ClockFake {
			return "on the fake clock GOMAXPROCS is always 1, so that the schedule repeats: it is varied on the real clock only"
		}
		return "GOMAXPROCS is varied for programs, tests and benchmarks, not for the kind " + job.KindText()
	case job.Procs > 0:
		return "the number of processors is given twice, once for all runs and once to be varied; leave one out"
	case slices.ContainsFunc(job.Env, func(v string) bool { return strings.HasPrefix(v, "GOMAXPROCS=") }):
		return "the environment says GOMAXPROCS too; leave one out"
	case len(job.Parts) > 0:
		return "a job of several parts is not varied"
	case job.Kind.Tests() && slices.ContainsFunc(job.Args, isCPUFlag):
		return "the flag -cpu of go test says the number of processors too; leave one out"
	case job.Engine == EngineInterp:
		return "GOMAXPROCS is of compiled Go, and the interpreter was asked for; leave one out"
	case job.StdinFrom != nil:
		return "a program that is run several times can't be given one stream as its input; give a file"
	}
	return ""
}

func checkVaryValues(values []int) string {
	if len(values) > mostVaried {
		return fmt.Sprintf("there are %d values of GOMAXPROCS; at most %d are run one after the other", len(values), mostVaried)
	}
	for i, n := range values {
		switch {
		case n < 1 || n > MostProcs:
			return fmt.Sprintf("GOMAXPROCS can't be %d here; it can be 1 to %d", n, MostProcs)
		case slices.Contains(values[:i], n):
			return fmt.Sprintf("GOMAXPROCS is to be %d twice; name each value once", n)
		}
	}
	return ""
}

func isCPUFlag(arg string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimLeft(arg, "-"), "test."), "=")
	return strings.HasPrefix(arg, "-") && name == "cpu"
}

// CanVary says whether a job's kind and clock, and what is asked for besides, let
// GOMAXPROCS be varied.
func (j *Job) CanVary() bool {
	kind := j.Kind == "" || j.Kind == KindProgram || j.Kind == KindTest || j.Kind == KindBench
	return kind && j.Clock != ClockFake && j.Profile == "" && !j.Asm
}

// RunVaried runs a job once for each value of Vary, one after the other, and
// answers with one Result: what they printed in that order, the tests and
// benchmarks of all with the value behind their names, as go test -cpu names
// them, and each run as a part. Its status is that of the first that did not
// end well. What was not built, or was stopped, is not run again.
func RunVaried(ctx context.Context, runner Runner, job Job, sink Sink) (*Result, error) {
	var results []*Result
	offset := 0.
	for _, procs := range job.Vary {
		one := job
		one.Vary, one.Procs = nil, procs
		result, err := runner.Run(ctx, one, named(sink, procs, offset))
		if err != nil {
			return nil, err
		}
		results = append(results, result)
		offset += result.Timing.RunMS
		if result.Status.lasts() {
			break
		}
	}
	return together(job.Vary, results), nil
}

// lasts says that a job that ended like this is not worth running again.
func (s Status) lasts() bool {
	return slices.Contains([]Status{StatusCompileError, StatusCompileLimit, StatusRefused, StatusKilled}, s)
}

// together makes one Result of the runs with the first of values.
func together(values []int, results []*Result) *Result {
	all := newVaried(results[0])
	for i, r := range results {
		all.add(values[i], r)
	}
	return all.whole
}

// named passes on the events of one run as those of all are told.
func named(sink Sink, procs int, offset float64) Sink {
	if sink == nil {
		return nil
	}
	return func(event Event) {
		if event.Out != nil {
			out := *event.Out
			out.TMS += offset
			event.Out = &out
		}
		if event.Test != nil {
			test := *event.Test
			test.Name = withProcs(test.Name, procs)
			event.Test = &test
		}
		sink(event)
	}
}

func withProcs(name string, procs int) string { return fmt.Sprintf("%s-%d", name, procs) }

// varied collects the runs of a job into one Result.
type varied struct{ whole *Result }

// newVaried begins with what all runs have in common.
func newVaried(first *Result) *varied {
	whole := *first
	whole.Vary, whole.Parts, whole.Procs = nil, map[string]*Result{}, 0
	whole.Status, whole.ExitCode, whole.Signal, whole.Limit, whole.Truncated = StatusOK, 0, "", nil, nil
	whole.Usage, whole.Timing = Usage{}, Timing{}
	if first.Measured != nil {
		whole.Measured = &Measured{Alone: first.Measured.Alone} // each on other processors
	}
	whole.Diagnostics, whole.Events, whole.Artifacts = []Diagnostic{}, []Output{}, []Artifact{}
	whole.Tests, whole.Bench, whole.Baseline, whole.Trace = []Test{}, []Bench{}, nil, nil
	return &varied{&whole}
}

// add takes one run in.
func (v *varied) add(procs int, r *Result) {
	w := v.whole
	for _, out := range r.Events {
		out.TMS += w.Timing.RunMS
		w.Events = append(w.Events, out)
	}
	w.Vary = append(w.Vary, procs)
	w.Parts[VaryName(procs)] = r
	if w.Status == StatusOK && r.Status != StatusOK {
		w.Status, w.ExitCode, w.Signal, w.Limit = r.Status, r.ExitCode, r.Signal, r.Limit
	}
	if w.Truncated == nil {
		w.Truncated = r.Truncated
	}
	for _, d := range r.Diagnostics {
		if !slices.Contains(w.Diagnostics, d) {
			w.Diagnostics = append(w.Diagnostics, d)
		}
	}
	for _, t := range r.Tests {
		t.Name = withProcs(t.Name, procs)
		w.Tests = append(w.Tests, t)
	}
	w.Bench = append(w.Bench, benchWithProcs(r.Bench, procs)...)
	w.Baseline = append(w.Baseline, benchWithProcs(r.Baseline, procs)...)
	if r.Measured != nil && w.Measured != nil {
		w.Measured.Beside += r.Measured.Beside
	}
	w.Usage.Add(r.Usage)
	w.Timing.Add(r.Timing)
}

func benchWithProcs(rows []Bench, procs int) []Bench {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].Name = withProcs(rows[i].Name, procs)
	}
	return rows
}

// Varied are the runs of a Result of RunVaried, in order; nil for any other.
func (r *Result) Varied() []*Result {
	var list []*Result
	for _, procs := range r.Vary {
		if part := r.Parts[VaryName(procs)]; part != nil {
			list = append(list, part)
		}
	}
	return list
}
