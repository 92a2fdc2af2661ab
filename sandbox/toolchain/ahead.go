package toolchain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"course/tutor/sandbox"
)

// aheadWall is how long a build that nobody waits for may take.
const aheadWall = 5 * time.Second

// Ahead builds the program of a job into the cache, so that a run of the same
// job costs only the run. It begins only while nothing runs, there is one such
// build for each job.Key, the newest, and it ends when anything is to run or
// ctx ends. A run of the same program that comes meanwhile waits for it instead
// of beginning again; then nothing ends it. A program whose types are wrong is
// not built.
func (e *Engine) Ahead(ctx context.Context, job sandbox.Job) (sandbox.Ahead, error) {
	p, what, err := e.foresee(ctx, job)
	switch {
	case err != nil || p == nil:
		return what, err
	case e.binaries.there(p.key):
		return sandbox.AheadThere, nil
	case !e.lane.Idle():
		return sandbox.AheadBusy, nil
	}
	if wrong, err := p.wrong(ctx); err != nil || wrong {
		return sandbox.AheadNot, err
	}
	return p.makeAhead(ctx)
}

// Built says whether the program of a job is in the cache.
func (e *Engine) Built(ctx context.Context, job sandbox.Job) (bool, error) {
	p, _, err := e.foresee(ctx, job)
	return err == nil && p != nil && e.binaries.there(p.key), err
}

// foreseen is the one program of a run that has not been asked for.
type foreseen struct {
	run     *run
	library *library
	request request
	key     string
}

// foresee finds out what a run of a job would build; nil and why not, where it
// would build nothing, or not now.
func (e *Engine) foresee(ctx context.Context, job sandbox.Job) (*foreseen, sandbox.Ahead, error) {
	r := e.newRun(job, nil)
	if r.job.Kind == sandbox.KindAsm || len(r.job.Parts) > 0 || r.job.Fresh || r.unsupported() {
		return nil, sandbox.AheadNot, nil
	}
	l, err := e.prepared(ctx, r.set())
	if err != nil || l == nil {
		return nil, sandbox.AheadLater, err
	}
	s, err := r.look(ctx, l)
	if err != nil || s == nil {
		return nil, sandbox.AheadNot, err
	}
	p := &foreseen{run: r, library: l, request: r.request(s)}
	p.key, err = p.request.key(l)
	return p, sandbox.AheadNot, err
}

// wrong has the types of a plain program checked. Those of tests are checked
// by the compiler alone.
func (p *foreseen) wrong(ctx context.Context) (bool, error) {
	if p.run.tests != nil || p.run.job.Key == forPrimer {
		return false, nil
	}
	found, err := p.run.engine.diagnose(ctx, p.library, p.run.job.Key, p.run.job.Files)
	return len(found.Errors) > 0, err
}

// prepared is the library of a set when all of it is compiled, else nil: no set
// is prepared for a program that nobody runs.
func (e *Engine) prepared(ctx context.Context, s *set) (*library, error) {
	standard, err := e.standard(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := libraryDir(e.config.DataDir, standard.tool, s)
	if err != nil {
		return nil, err
	}
	if has, _, _, _, _ := standard.state(); s == plainSet && has.Complete {
		return standard, nil
	}
	if has, err := readManifest(dir); err != nil || !has.Complete {
		return nil, nil //nolint:nilerr // what cannot be read is not there
	}
	return e.libraryOf(ctx, s)
}

// look makes the stage of a run that is not to be run; nil when there is
// something wrong with it.
func (r *run) look(ctx context.Context, l *library) (*stage, error) {
	parts, err := r.parts(ctx, l)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	stages, ok, err := r.inspect(ctx, l, parts)
	if err != nil || !ok || stages[0].plan.noMain != nil {
		return nil, err
	}
	return stages[0], nil
}

func (p *foreseen) makeAhead(ctx context.Context) (sandbox.Ahead, error) {
	e := p.run.engine
	ctx, end, ok := e.ahead.begin(ctx, e.ctx, p.run.job.Key, p.key, e.lane.Idle)
	if !ok {
		return sandbox.AheadBusy, nil
	}
	b, err := e.obtain(ctx, p.library, p.request, p.key)
	made := err == nil && b.status == ""
	if made {
		e.binaries.release(p.key)
	}
	stopped := ctx.Err() != nil
	if old := end(made); old != "" {
		e.binaries.unwanted(old)
	}
	switch {
	case made:
		return sandbox.AheadBuilt, nil
	case errors.Is(err, errDamaged):
		return sandbox.AheadLater, nil // the next run says so, and mends it
	case stopped:
		return sandbox.AheadBusy, nil
	case err != nil:
		return sandbox.AheadNot, fmt.Errorf("build ahead: %w", err)
	}
	return sandbox.AheadNot, nil
}

// ahead is what is being built that nobody has asked for.
type ahead struct {
	mu     sync.Mutex
	most   int                    // at once
	builds map[string]*aheadBuild // by who they are for
	// unused are the programs that were built last, by who they are for, and
	// that no run has taken yet.
	unused map[string]string
}

// aheadBuild is one of them.
type aheadBuild struct {
	key     string // of the program
	cancel  context.CancelFunc
	claimed bool // a run waits for it now
}

// forPrimer is who listings of the course are built for.
const forPrimer = "\x00primer"

func newAhead(most int) *ahead {
	return &ahead{most: most, builds: map[string]*aheadBuild{}, unused: map[string]string{}}
}

// begin registers a build, when it may begin. The context that it returns ends
// when the build is to: with ctx and with engine, unless a run waits for it.
// end is told whether the program was made, and names one that was made for the
// same person before and has become useless.
func (a *ahead) begin(ctx, engine context.Context, who, key string, idle func() bool) (_ context.Context, end func(made bool) (old string), ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !idle() || !a.room(who, key) {
		return nil, nil, false
	}
	inside, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &aheadBuild{key: key, cancel: cancel}
	a.builds[who] = b
	gone := context.AfterFunc(ctx, func() { a.giveUp(b) })
	closed := context.AfterFunc(engine, cancel)
	long := time.AfterFunc(aheadWall, func() { a.giveUp(b) })
	return inside, func(made bool) string {
		gone()
		closed()
		long.Stop()
		cancel()
		return a.end(who, b, made)
	}, true
}

// room makes room for a build, and says whether there is any. a.mu is held.
func (a *ahead) room(who, key string) bool {
	old, primer := a.builds[who], a.builds[forPrimer]
	switch {
	case old != nil:
		if old.claimed || old.key == key {
			return false
		}
		old.cancel()
	case len(a.builds) < a.most:
	case primer != nil && !primer.claimed:
		primer.cancel()
	default:
		return false
	}
	return true
}

func (a *ahead) end(who string, b *aheadBuild, made bool) (old string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.builds[who] == b {
		delete(a.builds, who)
	}
	if !made || b.claimed || who == forPrimer {
		return ""
	}
	old = a.unused[who]
	a.unused[who] = b.key
	return old
}

// giveUp ends a build that nobody waits for.
func (a *ahead) giveUp(b *aheadBuild) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !b.claimed {
		b.cancel()
	}
}

// makeWay is called when a program is to run: builds that nobody waits for end.
// The one of this program is waited for from now on.
func (a *ahead) makeWay(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, b := range a.builds {
		if b.key == key {
			b.claimed = true
		} else if !b.claimed {
			b.cancel()
		}
	}
	for who, unused := range a.unused {
		if unused == key {
			delete(a.unused, who)
		}
	}
}
