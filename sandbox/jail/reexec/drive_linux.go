package reexec

import (
	"syscall"
	"unsafe"
)

// Kinds of record that a driver reports.
const (
	recordStep    = 0 // code, nanoseconds
	recordProblem = 1 // step, errno
)

// driver runs the steps of a build one after the other. It is this process, PID
// 1, once it is confined: what it starts is what its thread is, and nothing of
// what they read comes to it. To execute another program of ours for that would
// cost a millisecond.
type driver struct{ *child }

// steer makes this process one that lasts: nothing that it starts may look into
// it, and of its descriptors it keeps only those that it needs.
func (c *child) steer() {
	c.dropOnAll()
	c.must("close itself to others", prctl(prSetDumpable, 0))
	c.must("close descriptors", closeRange(3+int(c.Keep), c.control-1))
	c.must("close descriptors", closeRange(c.control+1, lastDescriptor))
}

// drive runs the steps and copies files out, reports how that went, and ends the
// process.
func (c *child) drive() {
	_ = syscall.Close(c.control) // so that the parent knows
	d := &driver{c}
	for i := range c.Steps {
		if code := d.step(&c.Steps[i]); code != 0 {
			syscall.Exit(code)
		}
	}
	for i := range c.Collect {
		d.collect(&c.Collect[i])
	}
	syscall.Exit(0)
}

// step runs the next command and reports how it ended; a signal N counts as
// the code 128+N, as in a shell.
func (d *driver) step(s *Command) int {
	began := clock(monotonic)
	code := d.run(s)
	w := writer{}
	for _, v := range []uint64{recordStep, uint64(code), clock(monotonic) - began} {
		w.number(&v)
	}
	_, _ = syscall.Write(d.report(), w.buf)
	return code
}

// report is the last of the descriptors that are kept.
func (d *driver) report() int { return 2 + int(d.Keep) }

func (d *driver) run(s *Command) int {
	pid, err := syscall.ForkExec(s.Exe, s.Args, &syscall.ProcAttr{
		Env:   d.Env,
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		d.problem("start "+s.Exe, err)
	}
	var status syscall.WaitStatus
	for {
		if _, err = syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		d.problem("wait for "+s.Exe, err)
	}
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// collect copies a regular file out. A link is not followed: the file was
// made by a program that read a learner's bytes.
func (d *driver) collect(f *Copy) {
	from, err := syscall.Open(f.Path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		d.problem("collect "+f.Path, err)
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(from, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		d.problem("collect "+f.Path, syscall.EINVAL)
	}
	if err := sendFile(int(f.To), from, int(st.Size)); err != nil {
		d.problem("collect "+f.Path, err)
	}
	_ = syscall.Close(from)
}

// sendFile copies a file without its bytes coming by here, where the kernel can.
func sendFile(to, from, size int) error {
	for sent := 0; sent < size; {
		n, err := syscall.Sendfile(to, from, nil, size-sent)
		switch {
		case err == syscall.EINTR || err == syscall.EAGAIN:
		case err != nil && sent == 0: // not between these two
			return copyFile(to, from)
		case err != nil:
			return err
		case n == 0: // it has become shorter; nobody is left who could do that
			return syscall.EIO
		}
		sent += max(n, 0)
	}
	return nil
}

func copyFile(to, from int) error {
	buf := make([]byte, 1<<20)
	for {
		n, err := syscall.Read(from, buf)
		if n == 0 || err != nil {
			return err
		}
		for data := buf[:n]; len(data) > 0; {
			n, err := syscall.Write(to, data)
			if err != nil {
				return err
			}
			data = data[n:]
		}
	}
}

func (d *driver) problem(step string, err error) {
	errno, _ := err.(syscall.Errno)
	w := writer{}
	for _, v := range []uint64{recordProblem, uint64(errno)} {
		w.number(&v)
	}
	w.text(&step)
	_, _ = syscall.Write(d.report(), w.buf)
	syscall.Exit(exitBroken)
}

// The clocks of the kernel.
const (
	monotonic  = 1
	processCPU = 2
)

// clock reads one, in nanoseconds.
func clock(id uintptr) uint64 {
	var now syscall.Timespec
	_ = raw(syscall.SYS_CLOCK_GETTIME, id, uintptr(unsafe.Pointer(&now)), 0)
	return uint64(now.Nano())
}

// Ended is how one step of a driver ended.
type Ended struct {
	Code        int
	Nanoseconds uint64
}

// Report decodes what a driver wrote. problem names what the driver itself
// could not do.
func Report(data []byte) (steps []Ended, problem string, err error) {
	r := reader{buf: data}
	for len(r.buf) > 0 {
		var kind, code, ns uint64
		r.number(&kind)
		r.number(&code)
		if kind == recordProblem {
			r.text(&problem)
			return steps, problem, syscall.Errno(code)
		}
		r.number(&ns)
		if r.short {
			return steps, "report", syscall.EBADMSG
		}
		steps = append(steps, Ended{Code: int(code), Nanoseconds: ns})
	}
	return steps, "", nil
}
