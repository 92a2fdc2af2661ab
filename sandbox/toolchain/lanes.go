package toolchain

import (
	"context"
	"sync"
	"time"

	"course/tutor/sandbox"
)

// enter waits for a slot to build and run in.
func (r *run) enter(ctx context.Context) (leave func(), err error) {
	return r.wait(ctx, r.engine.lane.Enter)
}

// measure has the job, whose programs are built, wait until nothing else goes
// on, and notes how it was measured. A job that is no measurement keeps the
// slot that it has.
func (r *run) measure(ctx context.Context, slot func()) (leave func(), err error) {
	if !r.job.Measures() {
		return slot, nil
	}
	slot()
	if err := r.engine.settle(ctx, r.prepares); err != nil {
		return slot, err
	}
	free, err := r.wait(ctx, r.engine.lane.Measure)
	if err != nil {
		return slot, err
	}
	began := r.engine.aside.mark()
	r.result.Measured = &sandbox.Measured{Alone: true, CPUs: r.cpus()}
	return func() {
		r.result.Measured.Beside = r.engine.aside.since(began)
		free()
	}, nil
}

// undisturbed waits, before a measurement, until the job's own vetting is over.
func (r *run) undisturbed(ctx context.Context, examined chan diagnosis) error {
	if examined == nil || !r.job.Measures() {
		return nil
	}
	select {
	case found := <-examined:
		examined <- found // for addExamined
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *run) wait(ctx context.Context, enter func(context.Context, string, func(sandbox.Queue)) (func(), error)) (leave func(), err error) {
	queued := time.Now()
	leave, err = enter(ctx, r.job.Key, func(q sandbox.Queue) {
		r.tell(sandbox.Event{Name: "queue", Queue: &q})
	})
	r.result.Timing.QueueMS += since(queued)
	return leave, err
}

// cpus are the processors for the program, nil for all. Measurements all have
// the same, so that two versions are measured on the same ones.
func (r *run) cpus() []int {
	if r.job.Measures() {
		return r.engine.cpus.same(r.procs)
	}
	return r.engine.cpus.take(r.procs)
}

func (r *run) prepares(done, total int) {
	r.tell(sandbox.Event{Name: "build", Build: &sandbox.Build{Phase: "prepare", MS: since(r.began), Done: done, Total: total}})
}

// settle waits until nothing is being prepared that would disturb a
// measurement. That something could not be prepared is no matter here.
func (e *Engine) settle(ctx context.Context, progress func(done, total int)) error {
	e.mu.Lock()
	var all []*library
	if e.library != nil {
		all = append(all, e.library)
	}
	for _, l := range e.others {
		all = append(all, l)
	}
	e.mu.Unlock()
	for _, l := range all {
		if err := l.settle(ctx, progress); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until the library is complete, or is not being prepared any
// more.
func (l *library) settle(ctx context.Context, progress func(done, total int)) error {
	for {
		has, done, total, changed, err := l.state()
		if has.Complete || err != nil {
			return nil
		}
		progress(done, total)
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// aside counts what is done beside the lane, because it is small and somebody
// waits for it while typing.
type aside struct {
	mu           sync.Mutex
	begun, ended int
}

func (a *aside) begin() (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.begun++
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.ended++
	})
}

// mark is a moment for since: how many had ended by then.
func (a *aside) mark() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ended
}

// since is how many went on at some time after mark.
func (a *aside) since(mark int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.begun - mark
}
