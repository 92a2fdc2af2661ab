//go:build !linux

package jail

import (
	"context"
	"errors"
	"runtime"
	"syscall"
	"time"
)

// Process is a process that was started.
type Process struct{}

// Start is not there yet on this system.
func Start(context.Context, Spec) (*Process, error) {
	return nil, errors.New("start jail: programs cannot be confined on " + runtime.GOOS)
}

// PID is the process's number.
func (p *Process) PID() int { return 0 }

// Signal sends a signal to the process.
func (p *Process) Signal(syscall.Signal) error { return nil }

// Kill ends the process.
func (p *Process) Kill() error { return nil }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return nil }

// Wait waits for the end and tells how it came.
func (p *Process) Wait() (Exit, error) { return Exit{}, nil }

// CPU is the time that it has used so far.
func (p *Process) CPU() time.Duration { return 0 }

// Missing lists the layers that this process does without.
func (p *Process) Missing() []Layer { return reported }
