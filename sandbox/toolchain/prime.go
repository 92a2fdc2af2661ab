package toolchain

import (
	"context"
	"sync"
	"time"

	"course/tutor/sandbox"
)

// primeRest is how long nothing may have run before a listing of the course is
// built that nobody has asked for, and how long it is until the next.
const primeRest = time.Second

// primed is how far building the listings of a course ahead has come.
type primed struct {
	mu          sync.Mutex
	done, total int
}

// Primed says how many of the programs that Prime was given are in the cache.
func (e *Engine) Primed() (done, total int) {
	e.primed.mu.Lock()
	defer e.primed.mu.Unlock()
	return e.primed.done, e.primed.total
}

// Prime builds the programs of jobs ahead, one after the other and in their
// order, whenever the engine has had nothing to do for rest; 0: a second. It
// returns when all are built that can be, or when ctx or the engine ends.
func (e *Engine) Prime(ctx context.Context, jobs []sandbox.Job, rest time.Duration) {
	if rest <= 0 {
		rest = primeRest
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(e.ctx, stop)()
	e.primed.add(0, len(jobs))
	late := 0 // how many in a row had to be put off
	for len(jobs) > 0 {
		wait := rest
		if late >= len(jobs) {
			wait *= primeLater
		}
		if !e.awaitIdle(ctx, wait) {
			return
		}
		job := jobs[0]
		job.Key = forPrimer
		switch what, err := e.Ahead(ctx, job); {
		case err == nil && what == sandbox.AheadBusy:
		case err == nil && what == sandbox.AheadLater:
			jobs = append(jobs[1:len(jobs):len(jobs)], jobs[0])
			late++
		default:
			// There is nobody to be told of an error: a run says the same.
			jobs, late = jobs[1:], 0
			e.primed.count(err == nil && what != sandbox.AheadNot)
		}
	}
}

// primeLater is how many rests it takes to look again whether what is needed
// has been prepared.
const primeLater = 10

func (p *primed) add(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += done
	p.total += total
}

// count counts a program that is in the cache, or takes back one that cannot
// be built.
func (p *primed) count(there bool) {
	if there {
		p.add(1, 0)
	} else {
		p.add(0, -1)
	}
}

// awaitIdle waits until nothing has run for a while. It says whether that came.
func (e *Engine) awaitIdle(ctx context.Context, rest time.Duration) bool {
	look := time.NewTicker(max(rest/4, time.Millisecond))
	defer look.Stop()
	since := time.Now()
	for {
		select {
		case <-ctx.Done():
			return false
		case now := <-look.C:
			if !e.lane.Idle() {
				since = now
			} else if now.Sub(since) >= rest {
				return true
			}
		}
	}
}
