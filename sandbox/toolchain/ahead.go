package toolchain

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	f, what, err := e.foresee(ctx, job)
	switch {
	case err != nil || f == nil:
		return what, err
	case f.built():
		return sandbox.AheadThere, nil
	case !e.lane.Idle():
		return sandbox.AheadBusy, nil
	}
	if wrong, err := f.wrong(ctx); err != nil || wrong {
		return sandbox.AheadNot, err
	}
	for _, p := range f.programs {
		if e.binaries.there(p.key) {
			continue
		}
		if what, err := f.makeAhead(ctx, p); err != nil || what != sandbox.AheadBuilt {
			return what, err
		}
	}
	return sandbox.AheadBuilt, nil
}

// Built says whether the programs of a job are in the cache.
func (e *Engine) Built(ctx context.Context, job sandbox.Job) (bool, error) {
	f, _, err := e.foresee(ctx, job)
	return err == nil && f != nil && f.built(), err
}

// foreseen is what a run that has not been asked for would build.
type foreseen struct {
	run      *run
	library  *library
	programs []binary
}

// binary is one program and its name in the cache.
type binary struct {
	request request
	key     string
}

// foresee finds out what a run of a job would build; nil and why not, where it
// would build nothing, or not now.
func (e *Engine) foresee(ctx context.Context, job sandbox.Job) (*foreseen, sandbox.Ahead, error) {
	r := e.newRun(job, nil)
	if r.job.Kind == sandbox.KindAsm || r.job.Fresh || r.unsupported() {
		return nil, sandbox.AheadNot, nil
	}
	l, err := e.prepared(ctx, r.set())
	if err != nil || l == nil {
		return nil, sandbox.AheadLater, err
	}
	stages, err := r.look(ctx, l)
	if err != nil || len(stages) == 0 {
		return nil, sandbox.AheadNot, err
	}
	f := &foreseen{run: r, library: l}
	for _, s := range stages {
		p := binary{request: r.request(s)}
		if p.key, err = p.request.key(l); err != nil {
			return nil, sandbox.AheadNot, err
		}
		f.programs = append(f.programs, p)
	}
	return f, "", nil
}

func (f *foreseen) built() bool {
	return !slices.ContainsFunc(f.programs, func(p binary) bool { return !f.run.engine.binaries.there(p.key) })
}

// wrong has the types of a plain program checked. Those of tests and of
// several parts are checked by the compiler alone.
func (f *foreseen) wrong(ctx context.Context) (bool, error) {
	r := f.run
	if r.tests != nil || len(r.job.Parts) > 0 || r.job.Key == forPrimer {
		return false, nil
	}
	found, err := r.engine.diagnose(ctx, f.library, r.job.Key, questionOf(&f.programs[0].request.plan))
	return len(found.Errors) > 0, err
}

// prepared is the library of a set when all of it is compiled, else nil: no set
// is prepared for a program that nobody runs.
func (e *Engine) prepared(ctx context.Context, s *set) (*library, error) {
	standard, err := e.standard(ctx)
	if err != nil {
		return nil, err
	}
	if has, _, _, _, _ := standard.state(); s == plainSet && has.Complete {
		return standard, nil
	}
	dir, err := libraryDir(e.config.DataDir, standard.tool, s)
	if err != nil {
		return nil, err
	}
	if has, err := readManifest(dir); err != nil || !has.Complete {
		return nil, nil //nolint:nilerr // what cannot be read is not there
	}
	return e.libraryOf(ctx, s)
}

// look makes the stages of a run that is not to be run; none when there is
// something wrong with one.
func (r *run) look(ctx context.Context, l *library) ([]*stage, error) {
	parts, err := r.parts(ctx, l)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	stages, ok, err := r.inspect(ctx, l, parts)
	if err != nil || !ok || slices.ContainsFunc(stages, func(s *stage) bool { return s.plan.noMain != nil }) {
		return nil, err
	}
	return stages, nil
}

func (f *foreseen) makeAhead(ctx context.Context, p binary) (sandbox.Ahead, error) {
	e := f.run.engine
	ctx, end, ok := e.ahead.begin(ctx, e.ctx, f.run.job.Key, p.key, e.lane.Idle)
	if !ok {
		return sandbox.AheadBusy, nil
	}
	b, err := e.obtain(ctx, f.library, p.request, p.key)
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
	most   int                    // at once; 0: one
	builds map[string]*aheadBuild // by who they are for
	// unused are the programs that were built last, by who they are for, and
	// that no run has taken yet.
	unused map[string]string
}

// aheadBuild is one of them.
type aheadBuild struct {
	key    string // of the program
	cancel context.CancelFunc
	claims int  // runs that wait for it
	ran    bool // that a run did so
	gone   bool // who asked for it no longer wants it, or it took too long
}

// forPrimer is who listings of the course are built for.
const forPrimer = "\x00primer"

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
	if a.builds == nil {
		a.builds, a.unused = map[string]*aheadBuild{}, map[string]string{}
	}
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
		if old.claims > 0 || old.key == key {
			return false
		}
		old.cancel()
	case len(a.builds) < max(1, a.most):
	case primer != nil && primer.claims == 0:
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
	if !made || b.ran || who == forPrimer {
		return ""
	}
	old = a.unused[who]
	a.unused[who] = b.key
	return old
}

// giveUp ends a build when nobody waits for it, or else when nobody does any
// more.
func (a *ahead) giveUp(b *aheadBuild) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.gone = true
	if b.claims == 0 {
		b.cancel()
	}
}

// makeWay is called when a program is to run: builds that nobody waits for end.
// The one of this program is waited for, until left is called.
func (a *ahead) makeWay(key string) (left func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var joined []*aheadBuild
	for _, b := range a.builds {
		switch {
		case b.key == key:
			b.claims++
			b.ran = true
			joined = append(joined, b)
		case b.claims == 0:
			b.cancel()
		}
	}
	for who, unused := range a.unused {
		if unused == key {
			delete(a.unused, who)
		}
	}
	return func() { a.leave(joined) }
}

func (a *ahead) leave(joined []*aheadBuild) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, b := range joined {
		if b.claims--; b.claims == 0 && b.gone {
			b.cancel()
		}
	}
}
