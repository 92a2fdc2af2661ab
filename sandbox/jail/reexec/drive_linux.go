package reexec

import (
	"os"
	"syscall"
	"unsafe"
)

// Kinds of record that drive reports.
const (
	recordStep    = 0 // code, nanoseconds
	recordProblem = 1 // step, errno
)

// DriveArgs is the argv of the driver: the steps it runs one after the other
// and the files it then copies to descriptors. It reports to descriptor
// report.
func DriveArgs(report int, steps []Command, collect []Copy) []string {
	args := []string{NameDrive, itoa(uint64(report)), itoa(uint64(len(steps)))}
	for _, s := range steps {
		args = append(args, s.Exe, itoa(uint64(len(s.Args))))
		args = append(args, s.Args...)
	}
	args = append(args, itoa(uint64(len(collect))))
	for _, f := range collect {
		args = append(args, f.Path, itoa(uint64(f.To)))
	}
	return args
}

// Command is one program the driver runs.
type Command struct {
	Exe  string
	Args []string
}

// Copy is one file the driver copies out.
type Copy struct {
	Path string
	To   int // descriptor
}

// driver works through its argv. It is PID 1, confined like what it starts.
type driver struct {
	args   []string
	report int
}

func drive() {
	d := &driver{args: os.Args[1:]}
	d.report = d.number()
	syscall.CloseOnExec(d.report)
	for range d.number() {
		if code := d.step(); code != 0 {
			syscall.Exit(code)
		}
	}
	for range d.number() {
		d.collect()
	}
	syscall.Exit(0)
}

func (d *driver) next() string {
	s := d.args[0]
	d.args = d.args[1:]
	return s
}

func (d *driver) number() int { return atoi(d.next()) }

// step runs the next command and reports how it ended; a signal N counts as
// the code 128+N, as in a shell.
func (d *driver) step() int {
	exe, n := d.next(), d.number()
	args := d.args[:n]
	d.args = d.args[n:]
	began := clock(monotonic)
	code := d.run(exe, args)
	w := writer{}
	for _, v := range []uint64{recordStep, uint64(code), clock(monotonic) - began} {
		w.number(&v)
	}
	_, _ = syscall.Write(d.report, w.buf)
	return code
}

func (d *driver) run(exe string, args []string) int {
	pid, err := syscall.ForkExec(exe, args, &syscall.ProcAttr{
		Env:   syscall.Environ(),
		Files: []uintptr{0, 1, 2},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		d.problem("start "+exe, err)
	}
	var status syscall.WaitStatus
	for {
		if _, err = syscall.Wait4(pid, &status, 0, nil); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		d.problem("wait for "+exe, err)
	}
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// collect copies a regular file out. A link is not followed: the file was
// made by a program that read a learner's bytes.
func (d *driver) collect() {
	path, to := d.next(), d.number()
	from, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		d.problem("collect "+path, err)
	}
	var st syscall.Stat_t
	if err := syscall.Fstat(from, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		d.problem("collect "+path, syscall.EINVAL)
	}
	if err := sendFile(to, from, int(st.Size)); err != nil {
		d.problem("collect "+path, err)
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
	_, _ = syscall.Write(d.report, w.buf)
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
