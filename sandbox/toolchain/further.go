package toolchain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// further is the tests of another package of a module, which are a program of
// their own, as with go test ./...
type further struct {
	run   *run
	stage *stage
}

// buildFurther builds the tests of the other packages that have some, and says
// whether all compile: nothing is run unless they do. Benchmarks are measured in
// one package only.
func (r *run) buildFurther(ctx context.Context, l *library) (bool, error) {
	if len(r.others) == 0 {
		return true, nil
	}
	if r.job.Kind == sandbox.KindBench {
		r.sayFurther("the benchmarks in %s were not run: a run measures those of one package; send the others in a job of their own", r.others)
		return true, nil
	}
	for _, one := range []struct {
		what  string
		asked bool
	}{{"trace", r.job.Trace}, {"profile", r.job.Profile != ""}} {
		if one.asked {
			r.sayFurther("the "+one.what+" is of the tests in the first package; those in %s were run without one", r.others)
		}
	}
	has, _, _, _, _ := l.state()
	for _, t := range r.others {
		job := r.job
		job.Trace, job.Profile = false, ""
		one := r.engine.newRun(job, r.sink)
		one.library, one.module, one.tests = l, r.module, t
		stages, ok, err := one.inspect(ctx, l, []sandbox.Part{t.part(has, false)})
		if err == nil && ok {
			ok, err = one.build(ctx, l, stages)
		}
		r.keys = append(r.keys, one.keys...)
		if err != nil {
			return false, err
		}
		r.further = append(r.further, further{one, stages[0]})
		if !ok {
			add(r.result, one.result)
			return false, nil
		}
	}
	return true, nil
}

// letGoFurther allows their programs to be swept from the cache again.
func (r *run) letGoFurther() {
	for _, f := range r.further {
		f.run.letGo([]*stage{f.stage})
	}
}

// runFurther runs them. Together with the tests before them they have the time and
// the output of one run.
func (r *run) runFurther(ctx context.Context, l *library) error {
	for i, f := range r.further {
		f.run.limits = r.left()
		if f.run.limits.Wall <= 0 || f.run.limits.Output <= 0 {
			r.notRun(r.others[i:])
			return nil
		}
		examined := f.run.examine(ctx, l, []*stage{f.stage})
		err := f.run.runTests(ctx, f.stage)
		if err == nil {
			err = f.run.addExamined(ctx, examined)
		}
		if err != nil {
			return err
		}
		add(r.result, f.run.result)
	}
	return nil
}

// sayFurther says something of packages, by their folders.
func (r *run) sayFurther(format string, list []*tests) {
	var dirs []string
	for _, t := range list {
		dirs = append(dirs, t.dir)
	}
	r.result.Diagnostics = append(r.result.Diagnostics, sandbox.Diagnostic{Code: "runtime:tests", Message: fmt.Sprintf(format, strings.Join(dirs, ", "))})
}

// left is what of the limits the packages so far have not used.
func (r *run) left() sandbox.Limits {
	rest := r.limits
	rest.Wall -= r.result.Usage.Wall()
	rest.CPU = max(rest.CPU-r.result.Usage.CPU(), time.Millisecond)
	for _, o := range r.result.Events {
		rest.Output -= int64(len(o.Text))
	}
	return rest
}

// notRun are the tests of packages whose turn did not come.
func (r *run) notRun(list []*tests) {
	r.sayFurther("the limits of the run were used up before the tests in %s were run", list)
	for _, t := range list {
		for _, name := range t.names() {
			if t.args.selects(name) {
				row := sandbox.Test{Package: t.below(), Name: name, Status: sandbox.TestNotRun}
				r.result.Tests = append(r.result.Tests, row)
				r.tell(sandbox.Event{Name: "test", Test: &row})
			}
		}
	}
}

// add joins the result of the tests of another package to that of those before.
func add(to, from *sandbox.Result) {
	if to.Status == sandbox.StatusOK || to.Status == "" {
		to.Status, to.ExitCode, to.Signal, to.Limit = from.Status, from.ExitCode, from.Signal, from.Limit
	}
	for _, d := range from.Diagnostics {
		if !slices.Contains(to.Diagnostics, d) {
			to.Diagnostics = append(to.Diagnostics, d)
		}
	}
	for _, o := range from.Events {
		o.TMS += to.Usage.WallMS
		to.Events = append(to.Events, o)
	}
	to.Tests = append(to.Tests, from.Tests...)
	to.Truncated = firstOf(to.Truncated, from.Truncated)
	to.Usage.Add(from.Usage)
	to.Timing.Add(from.Timing)
	to.Cached = to.Cached && from.Cached
	switch {
	case to.Cover == nil || from.Cover == nil:
		to.Cover = firstOf(to.Cover, from.Cover)
	default:
		to.Cover.Files = append(to.Cover.Files, from.Cover.Files...)
		to.Cover.Functions = append(to.Cover.Functions, from.Cover.Functions...)
		to.Cover.Statements += from.Cover.Statements
		to.Cover.Covered += from.Cover.Covered
	}
}

func firstOf[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}
