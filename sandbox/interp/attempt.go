package interp

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"course/tutor/sandbox"
)

// attempt is one program that was given to a child.
type attempt struct {
	job     sandbox.Job
	any     bool // take whatever compiles
	ended   *sandbox.Ended
	refusal *Refusal // it was not run
	hit     *sandbox.LimitHit
	gone    bool // whoever asked is
	queued  time.Duration
	took    time.Duration
	before  time.Duration // processor time of getting ready
	offset  float64       // of the times of the output, in ms
}

// ok says whether the program ended as it should, and nothing else was said.
func (a *attempt) ok() bool {
	if a.gone || a.hit != nil || a.ended.Status != sandbox.StatusOK || a.ended.Truncated != nil {
		return false
	}
	for _, e := range a.ended.Events {
		if e.Stream != sandbox.Stdout {
			return false
		}
	}
	return true
}

// attempt gives a program to a child and waits for the end of it. The error is
// ours or the context's; that the program waited for its turn is known then too.
func (r *Router) attempt(ctx context.Context, job sandbox.Job, sink sandbox.Sink, limits sandbox.Limits, any bool) (*attempt, error) {
	a := &attempt{job: job, any: any}
	asked := time.Now()
	leave, err := r.compiler.Lane().Enter(ctx, job.Key, func(q sandbox.Queue) {
		if sink != nil {
			sink(sandbox.Event{Name: "queue", Queue: &q})
		}
	})
	a.queued = time.Since(asked)
	if err != nil {
		return a, err
	}
	defer leave()
	c, err := r.children.take()
	if err != nil {
		return a, err
	}
	defer c.end()
	return a, a.serve(ctx, c, limits)
}

// serve has one program run by a child. What a child takes to get ready is not
// the program's.
func (a *attempt) serve(ctx context.Context, c *child, limits sandbox.Limits) error {
	text, err := json.Marshal(question{Files: a.job.Files, Any: a.any})
	if err != nil {
		return fmt.Errorf("encode a program: %w", err)
	}
	if err := c.settle(); err != nil {
		return err
	}
	began := time.Now()
	a.before, a.offset = c.process.CPU(), millis(began.Sub(c.began))
	c.process.Say(text, began.Add(limits.Wall))
	over := make(chan struct{})
	go func() {
		defer close(over)
		a.watch(ctx, c, limits, began)
	}()
	a.refusal = heard(c.process.Hear(began.Add(limits.Wall)))
	if a.refusal != nil {
		c.process.Kill(sandbox.StatusKilled)
	}
	<-over
	a.ended, err = c.wait()
	a.took = time.Since(began)
	return err
}

// heard is the refusal in what a child says before it runs a program; nil when
// it runs it, or did not live to say.
func heard(line []byte, err error) *Refusal {
	var r Refusal
	if err != nil || json.Unmarshal(line, &r) != nil || r.Status == "" {
		return nil
	}
	return &r
}

// watch waits for the end of a child, and brings it about when the program
// takes too much or nobody waits for it.
func (a *attempt) watch(ctx context.Context, c *child, limits sandbox.Limits, began time.Time) {
	wall := time.NewTimer(limits.Wall)
	defer wall.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for a.hit == nil && !a.gone {
		select {
		case <-c.process.Done():
			return
		case <-ctx.Done():
			a.gone = true
		case <-wall.C:
			a.hit = &sandbox.LimitHit{Name: "wall", Allowed: millis(limits.Wall), Used: millis(time.Since(began)), Unit: "ms"}
		case <-look.C:
			if used := c.process.CPU() - a.before; used >= limits.CPU {
				a.hit = &sandbox.LimitHit{Name: "cpu", Allowed: millis(limits.CPU), Used: millis(used), Unit: "ms"}
			}
		}
	}
	c.process.Kill(sandbox.StatusKilled)
	<-c.process.Done()
}

// result is what came of a program that was run.
func (a *attempt) result(ctx context.Context, compiler Compiler) *sandbox.Result {
	e := a.ended
	res := newResult(a.job)
	res.Status, res.Limit, res.Truncated = e.Status, e.Limit, e.Truncated
	switch {
	case a.gone:
		res.Status = sandbox.StatusKilled
	case a.hit != nil:
		res.Status, res.Limit = sandbox.StatusTimeLimit, a.hit
	}
	res.ExitCode = e.Exit.Code
	if e.Exit.Signal != 0 {
		res.Signal = e.Exit.Signal.String()
	}
	res.Events = a.events()
	res.Usage = sandbox.Usage{CPUMS: max(0, millis(e.Exit.CPU-a.before)), WallMS: millis(a.took), MaxRSSKiB: e.Exit.PeakRSS >> 10, ThreadsPeak: e.Exit.Threads}
	res.Timing = sandbox.Timing{QueueMS: millis(a.queued), RunMS: millis(a.took)}
	res.Isolation, _ = compiler.Isolation(ctx)
	return res
}

// events are what the program printed, with times since it was started.
func (a *attempt) events() []sandbox.Output {
	out := make([]sandbox.Output, 0, len(a.ended.Events))
	for _, e := range a.ended.Events {
		e.TMS = max(0, e.TMS-a.offset)
		out = append(out, e)
	}
	return out
}

// tell shows the output, which was held back until the end was known.
func (a *attempt) tell(sink sandbox.Sink) {
	if sink == nil {
		return
	}
	for _, e := range a.events() {
		sink(sandbox.Event{Name: "out", Out: &e})
	}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
