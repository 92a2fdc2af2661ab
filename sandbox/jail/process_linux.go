package jail

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// Process is a confined process that was started. Its methods may be called
// from any goroutine.
type Process struct {
	proc    *os.Process
	launch  *launch
	tmp     *os.File // its /tmp; nil without a private root
	began   time.Time
	release func() bool // stops waiting for the context

	baseCPU time.Duration // used before the target was executed

	mu      sync.Mutex
	hwm     int64 // highest VmHWM seen
	threads int   // most tasks seen

	done chan struct{} // closed when exit and err are set
	exit Exit
	err  error
}

// PID is the process's number on the host.
func (p *Process) PID() int { return p.proc.Pid }

// Signal sends a signal to the process. After its end it does nothing.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.proc.Signal(sig); err != nil && err != os.ErrProcessDone {
		return fmt.Errorf("signal process: %w", err)
	}
	return nil
}

// Kill ends the process and everything it started: with the first process of
// a PID namespace the kernel kills all of it.
func (p *Process) Kill() error {
	if !p.launch.on[PID] {
		p.killGroup()
	}
	return p.Signal(syscall.SIGKILL)
}

// killGroup stands in for that where there is no namespace: the process leads
// a group that nothing in it may leave.
func (p *Process) killGroup() { _ = syscall.Kill(-p.PID(), syscall.SIGKILL) }

// Done is closed when the process has ended and Wait would not block.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end and tells how it came. It may be called repeatedly.
func (p *Process) Wait() (Exit, error) {
	<-p.done
	return p.exit, p.err
}

// CPU is the time that all its processes and threads have used so far.
func (p *Process) CPU() time.Duration {
	select {
	case <-p.done:
		return p.exit.CPU
	default:
		return max(0, p.usedCPU()-p.baseCPU)
	}
}

// Missing lists the layers that this process does without, in the order in
// which they are reported.
func (p *Process) Missing() []Layer { return p.launch.on.missing() }

func (p *Process) usedCPU() time.Duration {
	if used, ok := p.launch.group.cpu(); ok {
		return used
	}
	return clockOf(p.PID())
}

// clockOf reads the CPU-time clock of another process, which exists until it
// is reaped.
func clockOf(pid int) time.Duration {
	const schedClock = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedClock), &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// baseline takes from the child what our own code used until the target
// replaced it. We may learn of that late, when the target has long begun.
func (p *Process) baseline(r reexec.Readiness) {
	p.baseCPU = time.Duration(r.CPU)
	if p.launch.group.entered() {
		p.baseCPU = time.Duration(r.Inside)
	}
	p.began = time.Now()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err == nil {
		p.began = p.began.Add(time.Duration(int64(r.At) - now.Nano()))
	}
}

// abandon gets rid of a child that never became the target.
func (p *Process) abandon() {
	p.release()
	_ = p.Kill()
	_, _ = p.proc.Wait()
	p.launch.host.maker.forget(p.PID())
	if p.tmp != nil {
		_ = p.tmp.Close()
	}
}

// reap watches the process until it ends, reads what the kernel knows before
// that is gone, and lets go of everything.
func (p *Process) reap() {
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() { defer close(watched); p.watch(ctx) }()
	p.err = awaitExit(p.PID())
	p.exit.Wall = time.Since(p.began)
	stop()
	<-watched
	if !p.launch.on[PID] {
		p.killGroup() // before reaping: the number is still ours
	}
	p.read()
	state, err := p.proc.Wait()
	p.launch.host.maker.forget(p.PID())
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("wait for process: %w", err)
	}
	if state != nil {
		p.exit.Code, p.exit.Signal = ending(state)
	}
	p.close()
	if p.launch.spec.Profile != Build {
		p.launch.wantSpare(spareSoon)
	}
	close(p.done)
}

// awaitExit returns when the process has ended, without reaping it.
func awaitExit(pid int) error {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			return nil
		}
		if err != syscall.EINTR {
			return fmt.Errorf("wait for process: %w", err)
		}
	}
}

func ending(state *os.ProcessState) (code int, sig syscall.Signal) {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return -1, ws.Signal()
	}
	return state.ExitCode(), 0
}

// read asks the kernel about a process that has ended but is not yet reaped.
func (p *Process) read() {
	p.exit.CPU = max(0, p.usedCPU()-p.baseCPU)
	if p.launch.spec.Limits.CPUs > 0 {
		p.exit.Throttled = p.launch.group.throttled()
	}
	p.exit.OOMKilled = p.launch.group.oomKilled()
	p.exit.TasksHit = p.launch.group.tasksHit()
	p.exit.DiskFull = p.diskFull()
	p.mu.Lock()
	p.exit.PeakRSS, p.exit.Threads = p.hwm, p.threads
	p.mu.Unlock()
	if peak, ok := p.launch.group.peakMemory(); ok {
		p.exit.PeakRSS = peak
	}
	p.exit.Threads = max(p.exit.Threads, p.launch.group.peakTasks())
	p.readSteps()
}

// diskFull says whether the private /tmp has no block or no inode left. It is
// asked through a descriptor, since nothing can enter the dead jail by path.
func (p *Process) diskFull() bool {
	if p.tmp == nil {
		return false
	}
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(p.tmp.Fd()), &st); err != nil {
		return false
	}
	return st.Bfree == 0 || st.Ffree == 0
}

func (p *Process) readSteps() {
	data, err := p.launch.readReport()
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("read report of build: %w", err)
		return
	}
	ended, problem, err := reexec.Report(data)
	for i, e := range ended {
		if i < len(p.launch.spec.Steps) {
			name := p.launch.spec.Steps[i].Name
			p.exit.Steps = append(p.exit.Steps, StepExit{Name: name, Code: e.Code, Wall: time.Duration(e.Nanoseconds)})
		}
	}
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("build in jail: %s: %w", problem, err)
	}
}

func (p *Process) close() {
	p.release()
	for _, f := range []*os.File{p.tmp, p.launch.report, p.launch.control} {
		if f != nil {
			_ = f.Close()
		}
	}
	p.launch.group.remove()
	p.launch.work.remove()
}
