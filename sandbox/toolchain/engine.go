package toolchain

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// Config says what an Engine works with.
type Config struct {
	// DataDir is where the prepared standard library and the cache of
	// programs are kept.
	DataDir string
	// Self is our own binary, which is started again for helpers; empty: the
	// running one.
	Self string
	// Go is the go command; empty: the one in the PATH.
	Go string
	// Slots is how many runs go on at once; 0: one for each CPU.
	Slots int
	// CacheBytes bounds the cache of programs; 0: 512 MiB.
	CacheBytes int64
	// Remember lets the measured isolation count until the next boot, for
	// commands that live for one run. A server measures at every start.
	Remember bool
	// Lazy looks for Go, and compiles the standard library, only when something
	// is to be built: for commands that only read.
	Lazy bool
}

// Engine builds and runs programs with the Go toolchain. It is a
// sandbox.Runner.
type Engine struct {
	config   Config
	lane     *sandbox.Lane
	binaries *binaries
	cpus     cpuSet
	measured *measured
	warm     checkers
	aside    aside
	ahead    ahead
	primed   primed
	stop     context.CancelFunc
	ctx      context.Context // of what goes on in the background
	working  sync.WaitGroup

	mu      sync.Mutex
	library *library // of the plain set; nil until Go was found
	others  map[*set]*library
	finding chan struct{}
	findErr error
}

// New returns an Engine at once; looking for Go and compiling the standard
// library go on in the background until Close.
func New(config Config) (*Engine, error) {
	if config.DataDir == "" {
		return nil, errors.New("start the toolchain engine: no data folder is given")
	}
	dir, err := filepath.Abs(config.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	config.DataDir = dir
	if config.Slots == 0 {
		config.Slots = runtime.NumCPU()
	}
	if config.CacheBytes == 0 {
		config.CacheBytes = 512 << 20
	}
	e := &Engine{config: config, lane: sandbox.NewLane(config.Slots), cpus: usableCPUs()}
	if e.binaries, err = openBinaries(filepath.Join(dir, "cache", "programs"), config.CacheBytes); err != nil {
		return nil, err
	}
	e.ahead.most = config.Slots / 2
	e.measured = &measured{}
	if config.Remember {
		e.measured.file = isolationFile(dir)
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.working.Go(func() {
		e.Isolation(e.ctx)
	})
	if !config.Lazy {
		e.find()
	}
	return e, nil
}

// Lane is the queue that runs wait in.
func (e *Engine) Lane() *sandbox.Lane { return e.lane }

// Close stops what goes on in the background.
func (e *Engine) Close() {
	e.stop()
	e.warm.close()
	e.working.Wait()
	jail.LetGo()
}

// find starts to look for Go, unless that is going on. e.mu is not held.
func (e *Engine) find() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.finding != nil || e.ctx.Err() != nil {
		return
	}
	done := make(chan struct{})
	e.finding = done
	e.working.Go(func() {
		l, err := e.open()
		small := l != nil && l.useChild()
		e.mu.Lock()
		e.library, e.findErr, e.finding = l, err, nil
		e.mu.Unlock()
		close(done)
		if l == nil {
			return
		}
		l.prepare(e.ctx)
		e.warmModules(l)
		if !small {
			_ = l.makeChild(e.ctx) // without it everything works, only slower
		}
	})
}

func (e *Engine) open() (*library, error) {
	tool, err := findGo(e.ctx, e.config.Go)
	if err != nil {
		return nil, err
	}
	return openLibrary(e.config.DataDir, tool, plainSet)
}

// libraryOf returns the library of a set. One beyond the plain set is prepared
// when it is first asked for.
func (e *Engine) libraryOf(ctx context.Context, s *set) (*library, error) {
	standard, err := e.standard(ctx)
	if err != nil || s == plainSet {
		return standard, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.others[s]; l != nil && *l.tool == *standard.tool && l.usable() {
		return l, nil
	}
	l, err := openLibrary(e.config.DataDir, standard.tool, s)
	if err != nil {
		return nil, err
	}
	if has, _, _, _, _ := l.state(); s.problem(l.tool, has.Complete) != "" {
		return nil, &lackError{s, s.problem(l.tool, has.Complete)}
	}
	if e.others == nil {
		e.others = map[*set]*library{}
	}
	e.others[s] = l
	if e.ctx.Err() == nil {
		e.working.Go(func() { l.prepare(e.ctx) })
	}
	return l, nil
}

// standard returns the plain library to build with. When Go was not there, or
// another Go has taken its place, it looks again.
func (e *Engine) standard(ctx context.Context) (*library, error) {
	for try := 0; ; try++ {
		e.mu.Lock()
		l, err, finding := e.library, e.findErr, e.finding
		e.mu.Unlock()
		switch {
		case finding != nil:
			select {
			case <-finding:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case l != nil && l.usable():
			return l, nil
		case try >= 2:
			if err == nil {
				_, _, _, _, err = l.state()
			}
			if err == nil {
				err = errDamaged
			}
			return nil, err
		default:
			e.find()
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// newID names a result.
func newID() string {
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // crypto/rand never fails
	}
	return hex.EncodeToString(b[:])
}

// since is the time since t in ms.
func since(t time.Time) float64 { return millis(time.Since(t)) }
