package jail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// plain is a process with no confinement at all: what Start makes on systems
// where this package has no layer to offer. It keeps the promises of Spec
// about paths, steps and collected files, and none about safety.
type plain struct {
	spec   Spec
	work   *workplace
	cancel context.CancelFunc
	began  time.Time

	mu      sync.Mutex
	current *os.Process

	done chan struct{} // closed when exit and err are set
	exit Exit
	err  error
}

func startPlain(ctx context.Context, spec Spec) (*plain, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	work, err := newWorkplace(&spec)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &plain{spec: work.apply(spec), work: work, cancel: cancel, began: time.Now(), done: make(chan struct{})}
	steps := p.spec.Steps
	if len(steps) == 0 {
		steps = []Step{{Exe: p.spec.Path, Args: p.spec.Args}}
	}
	first, err := p.start(ctx, steps[0])
	if err != nil {
		cancel()
		work.remove()
		return nil, err
	}
	go p.follow(ctx, first, steps)
	return p, nil
}

func (p *plain) start(ctx context.Context, s Step) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, s.Exe)
	cmd.Args, cmd.Env, cmd.Dir = s.Args, p.spec.Env, p.spec.Dir
	if cmd.Env == nil {
		cmd.Env = []string{} // nil would be our own
	}
	// A nil *os.File is not a nil io.Reader.
	if p.spec.Stdin != nil {
		cmd.Stdin = p.spec.Stdin
	}
	if p.spec.Stdout != nil {
		cmd.Stdout = p.spec.Stdout
	}
	if p.spec.Stderr != nil {
		cmd.Stderr = p.spec.Stderr
	}
	cmd.ExtraFiles = p.spec.Extra
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Exe, err)
	}
	p.mu.Lock()
	p.current = cmd.Process
	p.mu.Unlock()
	return cmd, nil
}

// follow waits for the process, or for one step after the other.
func (p *plain) follow(ctx context.Context, cmd *exec.Cmd, steps []Step) {
	for i, s := range steps {
		if i > 0 {
			if cmd, p.err = p.start(ctx, s); p.err != nil {
				break
			}
		}
		began := time.Now()
		p.note(cmd)
		if len(p.spec.Steps) > 0 {
			p.exit.Steps = append(p.exit.Steps, StepExit{Name: s.Name, Code: p.exit.Code, Wall: time.Since(began)})
		}
		if p.exit.Code != 0 {
			break
		}
	}
	if p.err == nil && p.exit.Code == 0 {
		p.err = p.collect()
	}
	p.exit.Wall = time.Since(p.began)
	p.cancel()
	p.work.remove()
	close(p.done)
}

// note waits for one process and notes how it ended.
func (p *plain) note(cmd *exec.Cmd) {
	err := cmd.Wait()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) && !errors.Is(err, context.Canceled) {
		p.err = fmt.Errorf("wait for %s: %w", cmd.Path, err)
	}
	if cmd.ProcessState == nil {
		return
	}
	p.exit.Code = cmd.ProcessState.ExitCode()
	p.exit.CPU += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		p.exit.Signal = ws.Signal()
	}
}

func (p *plain) collect() error {
	for _, c := range p.spec.Collect {
		f, err := os.Open(c.Path)
		if err != nil {
			return fmt.Errorf("collect file: %w", err)
		}
		_, err = io.Copy(c.To, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("collect %s: %w", c.Path, err)
		}
	}
	return nil
}

func (p *plain) process() *os.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// PID is the number of the process that runs now.
func (p *plain) PID() int { return p.process().Pid }

// Signal sends a signal to the process. After its end it does nothing.
func (p *plain) Signal(sig syscall.Signal) error {
	if err := p.process().Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal process: %w", err)
	}
	return nil
}

// Kill ends the process. What it started lives on.
func (p *plain) Kill() error {
	p.cancel()
	return nil
}

// Done is closed when the process has ended and Wait would not block.
func (p *plain) Done() <-chan struct{} { return p.done }

// Wait waits for the end and tells how it came. It may be called repeatedly.
func (p *plain) Wait() (Exit, error) {
	<-p.done
	return p.exit, p.err
}

// CPU is known only after the end.
func (p *plain) CPU() time.Duration {
	select {
	case <-p.done:
		return p.exit.CPU
	default:
		return 0
	}
}

// Missing lists the layers that this process does without: all of them.
func (p *plain) Missing() []Layer { return reported }
