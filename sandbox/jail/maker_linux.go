package jail

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// maker is a small process of ours that makes children for us, because making
// one from a large process is slow; see reexec. It is started when it is
// first needed, and again if it has died.
type maker struct {
	mu      sync.Mutex
	socket  *os.File // nil: not started
	exe     *string  // what it was started from, as childExe
	pid     int
	command string // its name, which its children have until they execute something

	listing sync.Mutex
	ours    map[int]bool // children that are known, makers among them
}

// make makes a child. The error wraps errNoMaker when none can be started, and
// errMakerGone when one died that may have carried out the order: what the
// child was given, another must not share, so that all is to be made anew.
func (m *maker) make(o reexec.Order, files []*os.File) (*os.Process, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.socket != nil && m.exe != childExe.Load() {
		_ = m.socket.Close() // which ends it
		m.socket = nil
	}
	if m.socket == nil {
		if err := m.start(); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoMaker, err)
		}
	}
	answer, err := m.ask(o.Encode(), files)
	if err != nil {
		_ = m.socket.Close()
		m.socket = nil
		m.endOrphans()
		return nil, err
	}
	pid, err := reexec.Made(answer)
	if err != nil {
		return nil, err
	}
	m.note(pid)
	return os.FindProcess(pid)
}

var (
	errNoMaker   = errors.New("no process that makes children")
	errMakerGone = errors.New("the process that makes children has ended")
)

func (m *maker) ask(order []byte, files []*os.File) ([]byte, error) {
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	socket := int(m.socket.Fd())
	if err := unix.Sendmsg(socket, order, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL); err != nil {
		return nil, fmt.Errorf("%w: %w", errMakerGone, err)
	}
	answer := make([]byte, 64)
	for {
		n, err := unix.Read(socket, answer)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errMakerGone, err)
		case n == 0:
			return nil, errMakerGone
		default:
			return answer[:n], nil
		}
	}
}

// lasting is a thread that lives as long as we do, and does what it is given:
// the kernel takes the end of the thread that made a child for the end of its
// parent, for the children of the maker too.
var lasting = sync.OnceValue(func() chan<- func() {
	todo := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range todo {
			do()
		}
	}()
	return todo
})

// start starts the process.
func (m *maker) start() error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	theirs := os.NewFile(uintptr(pair[1]), "socket of maker")
	defer theirs.Close()
	var proc *os.Process
	started := make(chan error)
	lasting() <- func() {
		proc, err = m.startBest(theirs)
		started <- err
	}
	if err := <-started; err != nil {
		_ = unix.Close(pair[0])
		return err
	}
	m.pid, m.command = proc.Pid, commandOf(proc.Pid)
	m.note(proc.Pid)
	go func() {
		_, _ = proc.Wait() // how it ended is of no interest
		m.forget(proc.Pid)
	}()
	m.socket = os.NewFile(uintptr(pair[0]), "socket to maker")
	return nil
}

// startBest starts it from the small binary, or from our own when that is not
// there any more.
func (m *maker) startBest(socket *os.File) (*os.Process, error) {
	m.exe = childExe.Load()
	if m.exe != nil {
		proc, err := startMaker(*m.exe, socket)
		if err == nil {
			return proc, nil
		}
		childExe.CompareAndSwap(m.exe, nil)
		m.exe = nil
	}
	return startMaker(reexec.Self, socket)
}

func startMaker(exe string, socket *os.File) (*os.Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(exe, []string{reexec.NameMaker, "3"}, &os.ProcAttr{
		Dir:   "/",
		Env:   reexec.Env(),
		Files: []*os.File{null, null, null, socket}, // whoever reads our output need not wait for it
		Sys:   &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	})
}
