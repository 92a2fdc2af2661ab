package site

import (
	"context"
	"sync"

	"course/tutor/sandbox"
)

// live is what is under way: runs and checks by id, so that they can be
// stopped, and no more of them than there is room for.
type live struct {
	mu      sync.Mutex
	most    int
	under   map[string]*underWay
	stopped bool
}

type underWay struct {
	only   string // see beginOnly
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when it has ended
}

// Why something that is under way is stopped.
var (
	errStopped  = &sandbox.StopError{Code: "runtime:stopped", Says: "the run was stopped, as was asked"}
	errReplaced = &sandbox.StopError{Code: "runtime:replaced", Says: "a newer run took its place"}
	errStopping = &sandbox.StopError{Code: "runtime:stopping", Says: "the server is stopping, and its runs with it"}
)

func newLive(most int) *live {
	return &live{most: most, under: map[string]*underWay{}}
}

// begin registers a run under a new id. Its context ends when the caller's
// does, when it is cancelled by its id, or when the server stops.
func (l *live) begin(ctx context.Context) (_ context.Context, id string, end func(), err error) {
	ctx, id, end, _, err = l.beginOnly(ctx, "")
	return ctx, id, end, err
}

// beginOnly is begin for a run of which only one is to be under way at a time:
// older ones of the same name are stopped. The new one is to begin when all of
// gone are closed. The name "" is nobody's.
func (l *live) beginOnly(ctx context.Context, name string) (_ context.Context, id string, end func(), gone []<-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return nil, "", nil, nil, fail("stopping", "Start tutor again.")
	}
	var older []*underWay
	for _, u := range l.under {
		if name != "" && u.only == name {
			older = append(older, u)
			gone = append(gone, u.done)
		}
	}
	if used := len(l.under) - len(older); used >= l.most {
		p := fail("busy", "%d runs and checks are under way or waiting, which is the most there can be. Try again in a moment.", used)
		p.Limit = &bound{"busy", float64(l.most), float64(used + 1)}
		return nil, "", nil, nil, p
	}
	for _, u := range older {
		u.cancel(errReplaced)
	}
	u := &underWay{only: name, done: make(chan struct{})}
	ctx, u.cancel = context.WithCancelCause(ctx)
	id = newID()
	l.under[id] = u
	return ctx, id, sync.OnceFunc(func() { l.end(id, u) }), gone, nil
}

func (l *live) end(id string, u *underWay) {
	u.cancel(nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.under, id)
	close(u.done)
}

// await waits until all of gone are closed, or ctx ends.
func await(ctx context.Context, gone []<-chan struct{}) {
	for _, done := range gone {
		select {
		case <-done:
		case <-ctx.Done():
			return
		}
	}
}

// kill cancels one run and says whether there was one.
func (l *live) kill(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	u, ok := l.under[id]
	if ok {
		u.cancel(errStopped)
	}
	return ok
}

// stop cancels everything and lets nothing new begin.
func (l *live) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	for _, u := range l.under {
		u.cancel(errStopping)
	}
}

// count is how many are under way.
func (l *live) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.under)
}
