package toolchain

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

var _ sandbox.Assistant = (*Engine)(nil)

// Bounds of warm checkers. One that has served for long, or that nobody has
// asked for a while, is not kept.
const (
	maxCheckers    = 4
	checkerIdle    = 2 * time.Minute
	checkerCPU     = 30 * time.Second // of all its answers
	checkerAnswers = 500
	checkerAnswer  = 4 << 20     // bytes
	checkerWall    = time.Minute // of one answer, on a machine that is busy with others
)

// Diagnose finds what is wrong with the files of a program, in a jailed child
// that stays warm for who asks. See sandbox.Assistant.
func (e *Engine) Diagnose(ctx context.Context, key string, files []sandbox.File) ([]sandbox.Diagnostic, error) {
	l, err := e.standard(ctx)
	if err != nil {
		return nil, err
	}
	if hasTests(files) {
		return e.diagnoseTests(ctx, l, key, files)
	}
	source, problems := readSource(files, false, l.tool.Version)
	if len(problems) > 0 {
		return explainAll(problems), nil
	}
	part, problems := source.program(false)
	if len(problems) > 0 {
		return explainAll(problems), nil
	}
	packages, problems := inspectPart(part, source.module, l.tool.GOOS, l.tool.GOARCH)
	if len(problems) > 0 {
		return explainAll(problems), nil
	}
	has, err := l.await(ctx, standardImports(packages), func(int, int) {})
	if err != nil {
		return nil, err
	}
	plan, problems := arrange(packages, has)
	if len(problems) > 0 {
		return explainAll(problems), nil
	}
	found, err := e.diagnose(ctx, l, key, questionOf(&plan))
	if err != nil {
		return nil, err
	}
	if len(found.Errors) == 0 && plan.noMain != nil {
		return []sandbox.Diagnostic{*plan.noMain}, nil
	}
	return append(found.Errors, found.Vet...), nil
}

// hasTests says whether files are of packages and their tests.
func hasTests(files []sandbox.File) bool {
	return slices.ContainsFunc(files, func(f sandbox.File) bool { return strings.HasSuffix(f.Name, "_test.go") })
}

// diagnoseTests is Diagnose for packages and their tests, up to the first with
// errors. That there is no test yet is no mistake of who still writes.
func (e *Engine) diagnoseTests(ctx context.Context, l *library, key string, files []sandbox.File) (all []sandbox.Diagnostic, err error) {
	job := sandbox.Job{Key: key, Kind: sandbox.KindTest, Files: files}
	with, without, problems := sortTests(job, l.tool.Version)
	if len(problems) > 0 {
		return explainAll(problems), nil
	}
	for _, t := range slices.Concat(with, without) {
		r := e.newRun(job, nil)
		stages, ok, err := r.inspectTests(ctx, l, t)
		if err != nil || !ok {
			return r.result.Diagnostics, err
		}
		found, err := e.diagnose(ctx, l, key, questionOf(&stages[0].plan))
		if err != nil || len(found.Errors) > 0 {
			return found.Errors, err
		}
		for _, d := range found.Vet { // a package may be among what another imports
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// diagnose asks a checker about packages whose imports are all there. What is too
// much for it is a diagnostic.
func (e *Engine) diagnose(ctx context.Context, l *library, key string, q question) (diagnosis, error) {
	defer e.aside.begin()()
	found, err := e.askWarm(ctx, l, key, q)
	if errors.Is(err, errOutside) {
		found, err = e.askWarm(ctx, l, key, q)
	}
	var bad *HelperError
	if errors.As(err, &bad) {
		return diagnosis{Errors: []sandbox.Diagnostic{refusal("", 0, 0, "diagnose", "the types of this program cannot be checked while you write: %s", bad.Reason)}}, nil
	}
	return found, err
}

// askWarm asks the checker of a person once.
func (e *Engine) askWarm(ctx context.Context, l *library, key string, q question) (diagnosis, error) {
	c, err := e.warm.take(e, l, key)
	if err != nil {
		return diagnosis{}, err
	}
	defer e.warm.giveBack(c)
	return c.ask(ctx, q)
}

// checkers are the warm children, at most one for each person and one person
// for each.
type checkers struct {
	mu     sync.Mutex
	list   []*warmChecker // idle ones; the one used last is the last
	closed bool
}

// warmChecker is a jailed child that answers one question after the other.
type warmChecker struct {
	key     string
	library string // the folder it reads
	helper  *helper
	answers *bufio.Reader
	said    chan string
	asked   int
	used    time.Time
	broken  bool
}

// take finds the warm checker of a person, or starts one.
func (s *checkers) take(e *Engine, l *library, key string) (*warmChecker, error) {
	s.mu.Lock()
	var found *warmChecker
	var old []*warmChecker
	keep := s.list[:0]
	for _, c := range s.list {
		switch {
		case found == nil && c.key == key && c.library == l.dir && c.alive():
			found = c
		case time.Since(c.used) > checkerIdle || !c.alive():
			old = append(old, c)
		default:
			keep = append(keep, c)
		}
	}
	s.list = keep
	s.mu.Unlock()
	for _, c := range old {
		c.end()
	}
	if found != nil {
		return found, nil
	}
	return startChecker(e, l, key)
}

// giveBack keeps a checker for the next question, if it is fit for one.
func (s *checkers) giveBack(c *warmChecker) {
	c.used = time.Now()
	s.mu.Lock()
	var over *warmChecker
	if fit := !c.broken && c.asked < checkerAnswers && c.helper.process.CPU() < checkerCPU/2; !fit || s.closed {
		over = c
	} else if s.list = append(s.list, c); len(s.list) > maxCheckers {
		over, s.list = s.list[0], s.list[1:]
	}
	s.mu.Unlock()
	if over != nil {
		over.end()
	}
}

// close ends all checkers.
func (s *checkers) close() {
	s.mu.Lock()
	list := s.list
	s.list, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range list {
		c.end()
	}
}

func startChecker(e *Engine, l *library, key string) (*warmChecker, error) {
	self, err := e.self()
	if err != nil {
		return nil, err
	}
	h := &helper{
		name: "diagnose", limits: jail.Limits{Memory: helperMemory, CPU: checkerCPU},
		binds: []jail.Bind{{Host: l.dir, Inside: inside}}, env: []string{libraryEnv + "=" + inside},
	}
	// It outlives the question it is started for.
	if err := h.start(context.WithoutCancel(e.ctx), self); err != nil {
		return nil, fmt.Errorf("start helper diagnose: %w", err)
	}
	c := &warmChecker{key: key, library: l.dir, helper: h, answers: bufio.NewReader(h.out), said: make(chan string, 1), used: time.Now()}
	go func() {
		text, _ := io.ReadAll(io.LimitReader(h.errs, 16<<10))
		c.said <- string(text)
		_, _ = io.Copy(io.Discard, h.errs)
	}()
	return c, nil
}

func (c *warmChecker) alive() bool {
	select {
	case <-c.helper.process.Done():
		return false
	default:
		return true
	}
}

// ask has the packages of one program checked. It may take helperCPU of processor
// time for them.
func (c *warmChecker) ask(ctx context.Context, q question) (found diagnosis, err error) {
	c.asked++
	question, err := json.Marshal(q)
	if err != nil {
		return found, fmt.Errorf("diagnose: encode the question: %w", err)
	}
	done := make(chan struct{})
	over := make(chan error, 1)
	go func() { over <- c.watch(ctx, done) }()
	// A child that has died reads nothing; that shows in its answer.
	_, _ = c.helper.in.Write(append(question, '\n'))
	line, readErr := readLine(c.answers, checkerAnswer)
	close(done)
	if err := <-over; err != nil {
		c.broken = true
		return found, err
	}
	if readErr != nil {
		c.broken = true
		if errors.Is(readErr, bufio.ErrTooLong) {
			return found, &HelperError{"diagnose", "the list of what is wrong is too long"}
		}
		return found, c.why(ctx)
	}
	if err := json.Unmarshal(line, &found); err != nil {
		c.broken = true
		return found, fmt.Errorf("diagnose: decode the answer: %w", err)
	}
	return found, nil
}

// watch kills the child when an answer takes too long, and says why.
func (c *warmChecker) watch(ctx context.Context, done <-chan struct{}) error {
	before := c.helper.process.CPU()
	wall := time.NewTimer(checkerWall)
	defer wall.Stop()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			_ = c.helper.process.Kill()
			return ctx.Err()
		case <-wall.C:
			_ = c.helper.process.Kill()
			return &HelperError{"diagnose", fmt.Sprintf("it took longer than %v", checkerWall)}
		case <-look.C:
			if c.helper.process.CPU()-before > helperCPU {
				_ = c.helper.process.Kill()
				return &HelperError{"diagnose", fmt.Sprintf("it needs more than the %v of processor time that are allowed", helperCPU)}
			}
		}
	}
}

// why says how a child that gave no answer ended.
func (c *warmChecker) why(ctx context.Context) error {
	_ = c.helper.process.Kill() // it may only have closed its output
	exit, err := c.helper.process.Wait()
	if err != nil {
		return fmt.Errorf("wait for helper diagnose: %w", err)
	}
	said := <-c.said
	if strings.HasPrefix(said, "panic: ") || strings.Contains(said, "goroutine stack exceeds") {
		// The checker is go/types with a learner's bytes: they are at fault.
		return &HelperError{"diagnose", "the type checker of Go failed on it"}
	}
	if err := c.helper.verdict(ctx, exit, said); err != nil {
		return err
	}
	return &HelperError{"diagnose", "it gave no answer"}
}

// end ends the child and waits for it.
func (c *warmChecker) end() {
	_ = c.helper.process.Kill()
	_, _ = c.helper.process.Wait() // how it ended is of no interest
	c.helper.close()
}

// readLine reads a line of at most a number of bytes.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > most:
			return nil, bufio.ErrTooLong
		}
	}
}
