package site

import (
	"context"
	"sync"
)

// live is what is under way: runs and checks by id, so that they can be
// stopped, and no more of them than there is room for.
type live struct {
	mu      sync.Mutex
	most    int
	cancel  map[string]context.CancelFunc
	stopped bool
}

func newLive(most int) *live {
	return &live{most: most, cancel: map[string]context.CancelFunc{}}
}

// begin registers a run under a new id. Its context ends when the caller's
// does, when it is cancelled by its id, or when the server stops.
func (l *live) begin(ctx context.Context) (_ context.Context, id string, end func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return nil, "", nil, fail("stopping", "Start tutor again.")
	}
	if used := len(l.cancel); used >= l.most {
		p := fail("busy", "%d runs and checks are under way or waiting, which is the most there can be. Try again in a moment.", used)
		p.Limit = &bound{"busy", float64(l.most), float64(used + 1)}
		return nil, "", nil, p
	}
	ctx, cancel := context.WithCancel(ctx)
	id = newID()
	l.cancel[id] = cancel
	return ctx, id, func() { l.end(id, cancel) }, nil
}

func (l *live) end(id string, cancel context.CancelFunc) {
	cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.cancel, id)
}

// kill cancels one run and says whether there was one.
func (l *live) kill(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	cancel, ok := l.cancel[id]
	if ok {
		cancel()
	}
	return ok
}

// stop cancels everything and lets nothing new begin.
func (l *live) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	for _, cancel := range l.cancel {
		cancel()
	}
}

// count is how many are under way.
func (l *live) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.cancel)
}
