package sandbox

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// RunInTurns runs benchmarks of which each run is one count, with each value of
// Vary in turn and rounds times: so whatever disturbs the machine for a while
// disturbs all values alike. Limits are of all the runs with one value, and must
// be given. The Result is that of RunVaried, with all counts of a value in its
// part. After a failure a value is not measured any more.
func RunInTurns(ctx context.Context, runner Runner, job Job, rounds int, sink Sink) (*Result, error) {
	t := &turns{runner: runner, job: job, rounds: rounds, sink: sink, values: make([]turn, len(job.Vary))}
	for round := range rounds {
		for k := range t.values {
			i := (k + round) % len(t.values) // each goes first in turn
			again, err := t.take(ctx, i, round)
			if err != nil {
				return nil, err
			}
			if !again {
				return t.whole(), nil
			}
		}
	}
	return t.whole(), nil
}

type turns struct {
	runner Runner
	job    Job
	rounds int
	sink   Sink
	values []turn // in the order of Vary
	offset float64
}

// turn is what has come of one value.
type turn struct {
	result *Result
	over   bool
}

// take runs one count with a value. It says whether there is reason to run any
// other.
func (t *turns) take(ctx context.Context, i, round int) (again bool, err error) {
	v := &t.values[i]
	if v.over {
		return true, nil
	}
	one, ok := t.next(i)
	if !ok {
		v.over = true
		return true, nil
	}
	r, err := t.runner.Run(ctx, one, laterRound(named(t.sink, one.Procs, t.offset), round))
	if err != nil {
		return false, err
	}
	t.offset += r.Timing.RunMS
	if v.result == nil {
		v.result = r
	} else {
		v.result.addCount(r)
		v.result.Limit = t.ofAll(r.Limit, v.result.Usage)
	}
	if v.over = r.Status != StatusOK; v.over && round > 0 && !r.Status.lasts() {
		v.result.say(fmt.Sprintf("%d of %d counts were run: after a failure there is nothing more to measure", round+1, t.rounds))
	}
	return !r.Status.lasts(), nil
}

// next is the job of the next count with a value, unless its time is up, which
// is then noted.
func (t *turns) next(i int) (one Job, ok bool) {
	one = t.job
	one.Vary, one.Procs = nil, t.job.Vary[i]
	r := t.values[i].result
	if r == nil {
		return one, true
	}
	one.Again = true
	for _, l := range []struct {
		name string
		used float64 // ms
		left *time.Duration
	}{{"wall", r.Usage.WallMS, &one.Limits.Wall}, {"cpu", r.Usage.CPUMS, &one.Limits.CPU}} {
		allowed := *l.left
		if *l.left -= time.Duration(l.used * float64(time.Millisecond)); *l.left < time.Millisecond {
			r.Status = StatusTimeLimit
			r.Limit = &LimitHit{Name: l.name, Allowed: inMS(allowed), Used: l.used, Unit: "ms"}
			r.say("the time was up between two counts; what was measured until then is kept. Fewer counts (-count) or a shorter -benchtime take less time")
			return one, false
		}
	}
	return one, true
}

// ofAll gives the numbers of a limit of time as those of all counts of a value.
func (t *turns) ofAll(hit *LimitHit, used Usage) *LimitHit {
	if hit == nil {
		return nil
	}
	all := *hit
	switch hit.Name {
	case "wall":
		all.Allowed, all.Used = inMS(t.job.Limits.Wall), used.WallMS
	case "cpu":
		all.Allowed, all.Used = inMS(t.job.Limits.CPU), used.CPUMS
	}
	return &all
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// whole is the Result of all values that were run; nil when there is none.
func (t *turns) whole() *Result {
	var values []int
	var results []*Result
	for i, v := range t.values {
		if v.result != nil {
			values, results = append(values, t.job.Vary[i]), append(results, v.result)
		}
	}
	if len(results) == 0 {
		return nil
	}
	return together(values, results)
}

// laterRound leaves out what every round but the first says again.
func laterRound(sink Sink, round int) Sink {
	if sink == nil || round == 0 {
		return sink
	}
	return func(e Event) {
		if e.Build == nil && (e.Out == nil || e.Out.Stream == Stderr) {
			sink(e)
		}
	}
}

func (r *Result) say(sentence string) {
	r.Diagnostics = append(r.Diagnostics, Diagnostic{Code: "runtime:bench", Message: sentence})
}

// addCount takes the next count of the same benchmarks into r.
func (r *Result) addCount(next *Result) {
	for _, out := range next.Events {
		if out.Stream == Stderr {
			out.TMS += r.Timing.RunMS
			r.Events = append(r.Events, out)
		}
	}
	if r.Truncated == nil {
		r.Truncated = next.Truncated
	}
	r.Status, r.ExitCode, r.Signal, r.Limit = next.Status, next.ExitCode, next.Signal, next.Limit
	for _, d := range next.Diagnostics {
		if !slices.Contains(r.Diagnostics, d) {
			r.Diagnostics = append(r.Diagnostics, d)
		}
	}
	r.Tests = append(r.Tests, slices.DeleteFunc(slices.Clone(next.Tests), func(t Test) bool {
		return slices.ContainsFunc(r.Tests, func(old Test) bool { return old.Name == t.Name && old.Status == t.Status })
	})...)
	r.Bench, r.Baseline = addValues(r.Bench, next.Bench), addValues(r.Baseline, next.Baseline)
	if r.Measured != nil && next.Measured != nil {
		r.Measured.Beside += next.Measured.Beside
	}
	r.Usage.Add(next.Usage)
	r.Timing.Add(next.Timing)
}

// addValues adds the values of the same benchmarks.
func addValues(rows, next []Bench) []Bench {
	for _, n := range next {
		i := slices.IndexFunc(rows, func(b Bench) bool { return b.Name == n.Name })
		if i < 0 {
			rows = append(rows, n)
			continue
		}
		b := &rows[i]
		b.N = n.N
		for _, unit := range n.Units() {
			for _, value := range n.Values(unit) {
				b.Add(unit, value)
			}
		}
		b.Summarize()
	}
	return rows
}
