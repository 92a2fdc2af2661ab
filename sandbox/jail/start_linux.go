package jail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// Start confines a process and returns once the target itself is executing,
// with every layer on that this machine has (see Process.Missing). The
// process is killed when ctx is done, and by the kernel when we die.
//
// Start keeps no file of spec: the caller closes its ends once it returns.
// Standard streams and extra descriptors must not be regular files, which
// would let the target seek in them and see where they lie.
//
// The error is ours: what the target does comes out of Wait. A target that
// cannot be executed at all (no such file, a shared library missing) is one.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	return machine().start(ctx, spec)
}

func (h *host) start(ctx context.Context, spec Spec) (*Process, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	fresh := false
	for try := 0; ; try++ {
		p, err := h.startOnce(ctx, spec, fresh)
		if errors.Is(err, errStale) && !fresh && ctx.Err() == nil {
			fresh = true
			continue
		}
		gone := errors.Is(err, errMakerGone)
		if !gone && !errors.Is(err, ErrDied) || ctx.Err() != nil {
			return p, err
		}
		// Something was killed from outside, and nothing of the target has run.
		if try == 2 && gone {
			return nil, fmt.Errorf("%w: %w", ErrDied, err)
		}
		if try == 2 {
			return nil, err
		}
	}
}

// errStale says that a child that was kept ready could not be confined. It sees
// the mounts that there were when it was made: a new one may well see more.
var errStale = errors.New("the child had been kept ready")

// startOnce starts it in the child that is kept ready or, when it is to be
// fresh, in a new one.
func (h *host) startOnce(ctx context.Context, spec Spec, fresh bool) (*Process, error) {
	l, err := h.prepare(spec, fresh)
	if err != nil {
		return nil, err
	}
	p, err := l.launch(ctx)
	if err != nil {
		l.discard()
		return nil, err
	}
	return p, nil
}

// launch is one process on its way into its jail.
type launch struct {
	host    *host
	spec    Spec
	on      layers
	outside int        // user of the host that the target is
	work    *workplace // nil with a private root
	config  reexec.Config
	files   []*os.File // descriptors of the child, in order
	null    *os.File   // stands in for streams that are nil
	report  *os.File   // our end of a driver's report; nil without Steps
	theirs  []*os.File // ends that only the child keeps
	group   *group
	spare   *spare   // the child that is used; nil: one is made
	control *os.File // our end of the socket to the child
}

func (h *host) prepare(spec Spec, fresh bool) (l *launch, err error) {
	l = &launch{host: h, spec: spec, on: h.layers.without(spec.Without), outside: outsideID + rand.IntN(1<<16)}
	defer func() {
		if err != nil {
			l.discard()
		}
	}()
	l.spec.Limits = spec.Limits.withDefaults(spec.Profile)
	if l.group, err = h.cgroups.make(l.spec.Limits, l.on); err != nil {
		return l, fmt.Errorf("make cgroup: %w", err)
	}
	if err := l.showQuota(); err != nil {
		return l, err
	}
	if err := l.openFiles(); err != nil {
		return l, err
	}
	if !fresh {
		l.takeSpare()
	}
	if !l.on[Root] {
		if err := l.makeWorkplace(); err != nil {
			return l, err
		}
	}
	l.config = l.plan()
	return l, nil
}

// errNoQuota is what Start answers where processors can't be bounded: a bound
// that is asked for is never left out in silence.
var errNoQuota = errors.New("processors can't be bounded here: there is no cgroup with the cpu controller")

// showQuota lets the target see a bound on its processors.
func (l *launch) showQuota() error {
	if l.spec.Limits.CPUs <= 0 {
		return nil
	}
	b, ok := l.group.view()
	if !ok {
		return errNoQuota
	}
	l.spec.Binds = append(slices.Clone(l.spec.Binds), b)
	return nil
}

func (l *launch) makeWorkplace() (err error) {
	if l.work, err = newWorkplace(&l.spec); err != nil {
		return err
	}
	l.spec = l.work.apply(l.spec)
	if os.Geteuid() != 0 {
		return nil
	}
	tmp := filepath.Join(l.work.root, "tmp")
	if err := os.Chown(tmp, l.outside, l.outside); err != nil {
		return fmt.Errorf("hand over workplace: %w", err)
	}
	return nil
}

// openFiles lays out the descriptors of the child: the standard streams,
// what the target keeps, the doors of its cgroups, and our own binary where
// that is the target.
func (l *launch) openFiles() error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open null device: %w", err)
	}
	l.null = null
	for _, f := range []*os.File{l.spec.Stdin, l.spec.Stdout, l.spec.Stderr} {
		if f == nil {
			f = null
		}
		l.files = append(l.files, f)
	}
	l.files = append(l.files, l.spec.Extra...)
	if len(l.spec.Steps) > 0 {
		if err := l.openReport(); err != nil {
			return err
		}
	}
	l.config.Keep = uint64(len(l.files) - 3)
	doors, err := l.group.doors()
	l.theirs, l.files = append(l.theirs, doors...), append(l.files, doors...)
	l.config.Attach = uint64(len(doors))
	if err != nil {
		return fmt.Errorf("open cgroup: %w", err)
	}
	if len(l.spec.Steps) > 0 || !isSelf(l.spec.Path) {
		return nil
	}
	own, err := os.Open(reexec.Self)
	if err != nil {
		return fmt.Errorf("open our own binary: %w", err)
	}
	l.theirs, l.files = append(l.theirs, own), append(l.files, own)
	l.config.On |= reexec.OwnFile
	return nil
}

func (l *launch) openReport() error {
	for _, c := range l.spec.Collect {
		l.files = append(l.files, c.To)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make pipe: %w", err)
	}
	l.report, l.theirs = r, append(l.theirs, w)
	l.files = append(l.files, w)
	return nil
}

// controlSocket is what a child is told things over: our end and its end.
func controlSocket() (ours, child *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make socket pair: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "control"), os.NewFile(uintptr(pair[1]), "control of child"), nil
}

// discard lets go of what a launch that failed was holding.
func (l *launch) discard() {
	l.closeTheirs()
	l.host.end(l.spare)
	for _, f := range []*os.File{l.report, l.control} {
		if f != nil {
			_ = f.Close()
		}
	}
	l.group.remove()
	l.work.remove()
}

func (l *launch) closeTheirs() {
	for _, f := range append(l.theirs, l.null) {
		if f != nil {
			_ = f.Close()
		}
	}
	l.theirs, l.null = nil, nil
}

func (l *launch) launch(ctx context.Context) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start jail: %w", err)
	}
	proc, kept, err := l.child()
	if err != nil {
		return nil, fmt.Errorf("start jail: %w", err)
	}
	l.closeTheirs()
	p := &Process{proc: proc, launch: l, done: make(chan struct{}), began: time.Now()}
	p.release = context.AfterFunc(ctx, func() { _ = p.Kill() })
	if err := l.converse(p); err != nil {
		p.abandon()
		if failed := (*setupError)(nil); kept && errors.As(err, &failed) {
			err = fmt.Errorf("%w, and %w", err, errStale)
		}
		return nil, err
	}
	if l.spec.Profile == Build {
		l.wantSpare(spareAfter)
	}
	go p.reap()
	return p, nil
}

// child is the one that was kept ready, or a new one.
func (l *launch) child() (proc *os.Process, kept bool, err error) {
	if s := l.spare; s != nil {
		l.spare = nil
		if s.hand(l.files) == nil {
			l.control = s.control
			return s.proc, true, nil
		}
		l.host.end(s)
	}
	ours, theirs, err := controlSocket()
	if err != nil {
		return nil, false, err
	}
	l.control = ours
	defer theirs.Close()
	proc, err = l.makeChild(append(l.files[:len(l.files):len(l.files)], theirs))
	return proc, false, err
}

// makeChild has the child made by the maker, or where that is of no use or
// does not work by ourselves. The maker may be in a network of its own, which a
// child that is to be in ours can't leave.
func (l *launch) makeChild(files []*os.File) (*os.Process, error) {
	order := l.order()
	given := files
	folder, inCgroup := l.group.folder()
	if inCgroup {
		given = append(files[:len(files):len(files)], folder)
	}
	if l.on[UserNS] && l.on[Net] == l.host.layers[Net] && l.host.maker != nil {
		proc, err := l.host.maker.make(order, given)
		if !errors.Is(err, errNoMaker) {
			return proc, err
		}
	}
	attributes := order.Attributes(-1)
	if inCgroup {
		attributes.CgroupFD = int(folder.Fd())
	}
	attributes.Pdeathsig = syscall.SIGKILL
	if m := l.host.maker; m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
	}
	proc, err := os.StartProcess(reexec.Self, order.Args(len(files)), &os.ProcAttr{
		Env: reexec.Env(), Files: files, Sys: attributes,
	})
	if err == nil {
		l.host.maker.note(proc.Pid)
	}
	return proc, err
}

// converse sends the child its configuration and waits until the target is
// executing, which closes the child's end of the socket.
func (l *launch) converse(p *Process) error {
	// A child that is gone makes the write fail; what it said is then read below.
	_, _ = l.control.Write(l.config.Encode())
	message, err := l.listen(p)
	if err != nil {
		return fmt.Errorf("wait for jail: %w", err)
	}
	ready, message, ok := reexec.CutReady(message)
	if layer, step, cause, failed := reexec.Failure(message); failed {
		return &setupError{Layer: Layer(layer), Step: step, Err: cause}
	}
	if !ok || len(message) > 0 {
		return fmt.Errorf("wait for jail: %w", ErrDied)
	}
	p.baseline(ready)
	return nil
}

// setupError says which step of confining the child could not be done.
type setupError struct {
	Layer Layer // "target" when none was at fault
	Step  string
	Err   error
}

func (e *setupError) Error() string {
	return fmt.Sprintf("confine process: %s: %s: %v", e.Layer, e.Step, e.Err)
}

func (e *setupError) Unwrap() error { return e.Err }

// listen reads until the child's end closes: a descriptor of its /tmp and,
// when a layer could not be put on, which.
func (l *launch) listen(p *Process) ([]byte, error) {
	var message []byte
	buf, oob := make([]byte, 1024), make([]byte, 64)
	for {
		n, noob, _, _, err := unix.Recvmsg(int(l.control.Fd()), buf, oob, unix.MSG_CMSG_CLOEXEC)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.ECONNRESET: // it died with our words unread
			return message, nil
		case err != nil:
			return nil, err
		case n == 0:
			return message, nil
		}
		data := buf[:n]
		if noob > 0 {
			p.tmp = descriptor(oob[:noob])
			data = data[1:]
		}
		message = append(message, data...)
	}
}

func descriptor(oob []byte) *os.File {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil || len(messages) == 0 {
		return nil
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return nil
	}
	return os.NewFile(uintptr(fds[0]), "/tmp of jail")
}

// readReport reads what a driver reported; it is called when it has ended.
func (l *launch) readReport() ([]byte, error) {
	if l.report == nil {
		return nil, nil
	}
	return io.ReadAll(l.report)
}
