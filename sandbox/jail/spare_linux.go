package jail

import (
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// spares keeps one child ready that is in its namespaces and waits to be told
// what to become, because making one takes longer than all that comes after.
// It has read nothing and is told everything by its control socket; it dies
// with us, since that closes then.
type spares struct {
	making sync.Mutex // held while one is made

	mu    sync.Mutex
	ready *spare
	next  *time.Timer // makes one; nil when none is wanted
	old   *time.Timer // ends the one that nobody needed
}

// spare is such a child.
type spare struct {
	proc    *os.Process
	control *os.File
	outside int // user of the host that the target will be
}

const (
	// spareAfter is how long after a build began the next child is made: there
	// will be a program to run, and the compiler has started by then.
	spareAfter = 5 * time.Millisecond
	// spareSoon is how long after a program ended.
	spareSoon = time.Millisecond
	// spareIdle is how long a child is kept that nobody needs.
	spareIdle = time.Minute
)

// takeSpare uses the child that is ready, if it is what this launch needs.
func (l *launch) takeSpare() {
	if !l.mayUseSpare() {
		return
	}
	s := l.host.spares
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready != nil {
		l.spare, s.ready = s.ready, nil
		l.outside = l.spare.outside
	}
}

// mayUseSpare: one that is to be born in its cgroup can't be made before that
// is there.
func (l *launch) mayUseSpare() bool {
	_, inCgroup := l.group.folder()
	return l.on[UserNS] && l.host.spares != nil && len(l.spec.Without) == 0 && !inCgroup
}

// wantSpare has a child made after a while, unless there is one.
func (l *launch) wantSpare(after time.Duration) {
	if !l.mayUseSpare() {
		return
	}
	s := l.host.spares
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready == nil && s.next == nil {
		s.next = time.AfterFunc(after, l.host.makeSpare)
	}
}

func (h *host) makeSpare() {
	s := h.spares
	s.making.Lock()
	defer s.making.Unlock()
	if !s.wanted() {
		return
	}
	made := h.newSpare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil { // no longer
		h.end(made)
		return
	}
	s.next, s.ready = nil, made
	if made == nil {
		return
	}
	if s.old != nil {
		s.old.Stop()
	}
	s.old = time.AfterFunc(spareIdle, h.letGo)
}

func (s *spares) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next != nil
}

// newSpare makes a child; nil when that fails: a launch will say why.
func (h *host) newSpare() *spare {
	l := &launch{host: h, on: h.layers, outside: outsideID + rand.IntN(1<<16)}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	defer null.Close()
	control, child, err := controlSocket()
	if err != nil {
		return nil
	}
	defer child.Close()
	order := l.order()
	order.Spare = true
	proc, err := h.maker.make(order, []*os.File{null, null, null, child})
	if err != nil {
		_ = control.Close()
		return nil
	}
	return &spare{proc: proc, control: control, outside: l.outside}
}

// LetGo ends the child that is kept ready for the next launch, if there is one.
// The next launch is as slow as the first.
func LetGo() {
	if h := known.Load(); h != nil {
		h.letGo()
	}
}

func (h *host) letGo() {
	s := h.spares
	s.mu.Lock()
	last, next := s.ready, s.next
	s.ready, s.next = nil, nil
	s.mu.Unlock()
	if next != nil {
		next.Stop()
	}
	s.making.Lock() // one that is being made is seen to be unwanted
	defer s.making.Unlock()
	h.end(last)
}

func (h *host) end(s *spare) {
	if s == nil {
		return
	}
	_ = s.control.Close()
	_ = s.proc.Kill()
	_, _ = s.proc.Wait()
	h.maker.forget(s.proc.Pid)
}

// hand gives the child the descriptors that it is to have. The error is that it
// does not live any more.
func (s *spare) hand(files []*os.File) error {
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	return unix.Sendmsg(int(s.control.Fd()), []byte{reexec.FilesFollow}, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL)
}
