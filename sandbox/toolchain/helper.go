package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"course/tutor/sandbox/jail"
)

// HelperError is what a helper says about the bytes it was given, or how they
// were too much for it. The bytes are at fault, not we.
type HelperError struct {
	Helper string
	Reason string
}

func (e *HelperError) Error() string { return e.Reason }

// Limits of a helper. A file may be large: who reads one gets time and memory
// for each MiB beyond the first. What a trace needs most of is goroutines that
// live at once: 200,000 of them wait in 7 MiB, and take 350 MiB to follow. Many
// MiB are of few goroutines: 100 need 150 (bench/traces).
const (
	helperCPU    = watched * time.Second
	helperMemory = 256 << 20
	helperWall   = 10 * time.Second
	helperAnswer = 64 << 20

	mostMemory   = 768 << 20
	memoryPerMiB = 64 << 20
	cpuPerMiB    = watched * 600 * time.Millisecond
)

// helperLimits are those of a helper for an input of a size in bytes.
func helperLimits(size int64) (limits jail.Limits, wall time.Duration) {
	beyond := max(0, (size-1)>>20)
	cpu := (helperCPU + time.Duration(beyond)*cpuPerMiB).Truncate(time.Second)
	memory := min(helperMemory+beyond*memoryPerMiB, mostMemory)
	return jail.Limits{Memory: memory, CPU: cpu}, 4*cpu + helperWall
}

// ChildCommand is the hidden command under which our own binary is started
// again, in a jail, to work on a learner's bytes: BINARY __child NAME.
const ChildCommand = "__child"

// Helper gives bytes to one of our own helpers, in a jail, and returns what it
// answers. A *HelperError means that the bytes were at fault; any other error
// is ours.
func (e *Engine) Helper(ctx context.Context, name string, in []byte) ([]byte, error) {
	answer, err := e.HelperFrom(ctx, name, bytes.NewReader(in), int64(len(in)))
	if errors.Is(err, errOutside) {
		return e.HelperFrom(ctx, name, bytes.NewReader(in), int64(len(in)))
	}
	return answer, err
}

// HelperFrom is Helper for an input that is read while the helper works, of
// about size bytes: what it may use grows with that.
func (e *Engine) HelperFrom(ctx context.Context, name string, in io.Reader, size int64) ([]byte, error) {
	defer e.aside.begin()()
	self, err := e.self()
	if err != nil {
		return nil, err
	}
	limits, wall := helperLimits(size)
	ctx, cancel := context.WithTimeout(ctx, wall)
	defer cancel()
	h := &helper{name: name, limits: limits}
	if err := h.start(ctx, self); errors.Is(err, jail.ErrDied) {
		return nil, fmt.Errorf("start helper %s: %w", name, errOutside)
	} else if err != nil {
		return nil, fmt.Errorf("start helper %s: %w", name, err)
	}
	return h.finish(ctx, in)
}

// self is our own binary.
func (e *Engine) self() (string, error) {
	if e.config.Self != "" {
		return e.config.Self, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find our own binary: %w", err)
	}
	return self, nil
}

// helper is one helper at work.
type helper struct {
	name    string
	limits  jail.Limits
	binds   []jail.Bind // what it may read beyond its input
	env     []string
	process *jail.Process
	in      *os.File
	out     *os.File
	errs    *os.File
}

func (h *helper) start(ctx context.Context, self string) error {
	var theirs []*os.File
	var failed error
	pipe := func(ours **os.File, toHelper bool) *os.File {
		r, w, err := os.Pipe()
		if err != nil {
			failed = errors.Join(failed, err)
			return nil
		}
		if toHelper {
			r, w = w, r
		}
		*ours, theirs = r, append(theirs, w)
		return w
	}
	spec := jail.Spec{
		Profile: jail.Helper,
		Path:    self,
		Args:    []string{"tutor", ChildCommand, h.name},
		Env:     append([]string{"HOME=/tmp", "GOMAXPROCS=2", fmt.Sprintf("GOMEMLIMIT=%d", h.limits.Memory/5*4)}, h.env...),
		Binds:   h.binds,
		Dir:     "/tmp",
		Stdin:   pipe(&h.in, true),
		Stdout:  pipe(&h.out, false),
		Stderr:  pipe(&h.errs, false),
		Limits:  h.limits,
	}
	if failed == nil {
		h.process, failed = jail.Start(ctx, spec)
	}
	for _, f := range theirs {
		f.Close()
	}
	if failed != nil {
		h.close()
	}
	return failed
}

func (h *helper) close() {
	for _, f := range []*os.File{h.in, h.out, h.errs} {
		if f != nil {
			f.Close()
		}
	}
}

func (h *helper) finish(ctx context.Context, in io.Reader) ([]byte, error) {
	defer h.close()
	fed := make(chan error, 1)
	go func() {
		fed <- feed(h.in, in)
		h.in.Close()
	}()
	said := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(io.LimitReader(h.errs, 16<<10))
		said <- string(text)
		_, _ = io.Copy(io.Discard, h.errs)
	}()
	answer, err := io.ReadAll(io.LimitReader(h.out, helperAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer of helper %s: %w", h.name, err)
	}
	if len(answer) > helperAnswer {
		// Nobody reads on, so it would wait for ever.
		_ = h.process.Kill()
		return nil, &HelperError{h.name, "the answer is too long"}
	}
	exit, err := h.process.Wait()
	if err != nil {
		return nil, fmt.Errorf("wait for helper %s: %w", h.name, err)
	}
	if exit.Code == 0 { // else it may have left while more was to come
		if err := <-fed; err != nil {
			return nil, fmt.Errorf("read what helper %s is for: %w", h.name, err)
		}
	}
	return answer, h.verdict(ctx, exit, <-said)
}

// feed copies in to a helper, which need not read all of it. The error is that
// of in.
func feed(to io.Writer, in io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := in.Read(buf)
		if _, gone := to.Write(buf[:n]); gone != nil {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// verdict says whose fault it is that a helper did not end well.
func (h *helper) verdict(ctx context.Context, exit jail.Exit, said string) error {
	said = strings.TrimSpace(strings.ToValidUTF8(said, "\uFFFD"))
	switch {
	case exit.Code == 0:
		return nil
	case exit.CPU >= h.limits.CPU*9/10 && exit.Signal != 0, exit.CPU >= h.limits.CPU:
		return &HelperError{h.name, fmt.Sprintf("it needs more than the %v of processor time that are allowed", h.limits.CPU)}
	case exit.OOMKilled, strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate memory"):
		return &HelperError{h.name, fmt.Sprintf("it needs more than the %d MiB of memory that are allowed", h.limits.Memory>>20)}
	case ctx.Err() != nil:
		return fmt.Errorf("wait for helper %s: %w", h.name, ctx.Err())
	case exit.Code == ExitBadInput:
		return &HelperError{h.name, said}
	case exit.Signal == syscall.SIGKILL:
		return fmt.Errorf("helper %s: %w", h.name, errOutside)
	}
	return fmt.Errorf("helper %s ended with code %d, signal %v: %s", h.name, exit.Code, exit.Signal, said)
}

// ExitBadInput is the code with which a helper says that its input is at
// fault; it says why on stderr.
const ExitBadInput = 65
