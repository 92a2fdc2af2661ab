package reexec

import (
	"syscall"
	"unsafe"
)

// What a filter can answer.
const (
	retKill  = 0x80000000
	retTrap  = 0x00030000 // SIGSYS, which Go reports with the line it came from
	retErrno = 0x00050000
	retAllow = 0x7fff0000
)

// Instructions of classic BPF, as the kernel numbers them.
const (
	bpfLoad    = 0x20 // ld [k]
	bpfJumpEq  = 0x15
	bpfJumpGe  = 0x35
	bpfJumpSet = 0x45
	bpfJump    = 0x05
	bpfReturn  = 0x06
)

// Offsets in struct seccomp_data. The low half of an argument comes first:
// both architectures are little-endian.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

// Flags of clone and mmap that the rules look at.
const (
	cloneNamespaces = 0x7e020080 // NEWNS NEWCGROUP NEWUTS NEWIPC NEWUSER NEWPID NEWNET, NEWTIME
	cloneThread     = 0x00010000
	mapShared       = 0x01 // also a bit of MAP_SHARED_VALIDATE
	mapGrowsDown    = 0x0100
	protGrows       = 0x03000000
)

// Options of sockets that are refused.
const (
	soSndbuf        = 7
	soRcvbuf        = 8
	soAttachFilter  = 26
	soSndbufForce   = 32
	soRcvbufForce   = 33
	soAttachBPF     = 50
	soReuseportCBPF = 51
	soReuseportEBPF = 52
)

// firstUnknown is one past the newest call the lists below were made for:
// later ones do not exist as far as the target can tell.
const firstUnknown = 463

type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

// program is a piece of a filter.
type program struct{ code []instruction }

func (p *program) add(code uint16, k uint32, jt, jf uint8) {
	p.code = append(p.code, instruction{code, jt, jf, k})
}

func (p *program) ret(action uint32) { p.add(bpfReturn, action, 0, 0) }

// when answers action if what is loaded is value.
func (p *program) when(value, action uint32) {
	p.add(bpfJumpEq, value, 0, 1)
	p.ret(action)
}

func (p *program) arg(n int) { p.add(bpfLoad, uint32(offArgs+8*n), 0, 0) }

// refuseBits answers errno when any of the bits of argument n is set.
func refuseBits(n int, bits uint32, errno syscall.Errno) func(*program) {
	return func(p *program) {
		p.arg(n)
		p.add(bpfJumpSet, bits, 0, 1)
		p.ret(retErrno | uint32(errno))
	}
}

// onlyValues answers errno unless argument n is one of the values.
func onlyValues(n int, errno syscall.Errno, values ...uint32) func(*program) {
	return func(p *program) {
		p.arg(n)
		for i, v := range values {
			p.add(bpfJumpEq, v, uint8(len(values)-i), 0)
		}
		p.ret(retErrno | uint32(errno))
	}
}

// rules say what is answered to each call below firstUnknown: an action, or a
// look at the arguments.
type rules struct {
	actions [firstUnknown]uint32
	looks   [firstUnknown]*program
}

func (r *rules) list(numbers []uint32, action uint32) {
	for _, n := range numbers {
		r.actions[n] = action
	}
}

// check lets one call through a look at its arguments. What that falls
// through to is allowed.
func (r *rules) check(number uint32, look func(*program)) {
	p := &program{}
	look(p)
	p.ret(retAllow)
	r.looks[number] = p
}

// search finds the answer for a number from lo to hi by halving, since the
// kernel reads the filter once for each call there is when it is installed.
func (r *rules) search(lo, hi uint32) *program {
	middle := r.border(lo, hi)
	if middle == hi {
		return r.leaf(lo)
	}
	below, from := r.search(lo, middle), r.search(middle, hi)
	p := &program{}
	if far := len(below.code); far > 255 {
		p.add(bpfJumpGe, middle, 0, 1)
		p.add(bpfJump, uint32(far), 0, 0)
	} else {
		p.add(bpfJumpGe, middle, uint8(far), 0)
	}
	p.code = append(append(p.code, below.code...), from.code...)
	return p
}

// border is the number nearest to the middle from which on another answer is
// given, or hi when it is the same for all.
func (r *rules) border(lo, hi uint32) uint32 {
	best, middle := hi, (lo+hi)/2
	for n := lo + 1; n < hi; n++ {
		if r.actions[n] == r.actions[n-1] && r.looks[n] == r.looks[n-1] {
			continue
		}
		if best == hi || max(n, middle)-min(n, middle) < max(best, middle)-min(best, middle) {
			best = n
		}
	}
	return best
}

func (r *rules) leaf(n uint32) *program {
	if r.looks[n] != nil {
		return r.looks[n]
	}
	p := &program{}
	p.ret(r.actions[n])
	return p
}

func (c *child) filter() []instruction {
	p := &program{}
	p.add(bpfLoad, offArch, 0, 0)
	p.add(bpfJumpEq, auditArch, 1, 0)
	p.ret(retKill)
	p.add(bpfLoad, offNumber, 0, 0)
	if foreignFrom != 0 {
		p.add(bpfJumpGe, foreignFrom, 0, 1) // the 32-bit pointers' calls
		p.ret(retKill)
	}
	p.add(bpfJumpGe, firstUnknown, 0, 1)
	p.ret(retErrno | uint32(syscall.ENOSYS))
	return append(p.code, c.rules().search(0, firstUnknown).code...)
}

func (c *child) rules() *rules {
	r := &rules{}
	for n := range r.actions {
		r.actions[n] = retErrno | uint32(syscall.EPERM)
	}
	r.list(allowed[:], retAllow)
	r.list(allowedHere[:], retAllow)
	r.list(trapped[:], retTrap)
	r.list(absent[:], retErrno|uint32(syscall.ENOSYS))
	c.checked(r)
	if c.Profile == profileBuild {
		r.list(allowedBuild[:], retAllow)
	}
	if c.self >= 0 {
		r.list([]uint32{sysExecveat}, retAllow)
	}
	if !c.on(OnNoNewPrivs) { // the capabilities are dropped after the filter
		r.list([]uint32{syscall.SYS_CAPSET, syscall.SYS_PRCTL}, retAllow)
		r.looks[syscall.SYS_PRCTL] = nil
	}
	return r
}

// profileBuild is jail.Build.
const profileBuild = 1

// checked adds the calls that are allowed only with some arguments.
func (c *child) checked(r *rules) {
	c.checkClone(r)
	c.checkMemory(r)
	c.checkSockets(r)
	c.checkSignals(r)
	// Names of threads and memory, and the signal for a parent's death.
	r.check(syscall.SYS_PRCTL, onlyValues(0, syscall.EPERM, 0x53564d41, 15, 16, prSetPdeathsig))
	// isatty, window size, non-blocking, bytes waiting: nothing that types
	// into a terminal.
	r.check(syscall.SYS_IOCTL, onlyValues(1, syscall.ENOTTY, 0x5401, 0x5413, 0x5421, 0x541b, 0x5451))
	if c.Profile != profileBuild {
		// Locks and leases on files that others see too would let two jails talk.
		r.check(syscall.SYS_FCNTL, onlyValues(1, syscall.EPERM, 0, 1, 2, 3, 4, 1030, 1032))
	}
}

func (c *child) checkClone(r *rules) {
	r.check(syscall.SYS_CLONE, func(p *program) {
		refuseBits(0, cloneNamespaces, syscall.EPERM)(p)
		if c.on(OneProcess) {
			p.add(bpfJumpSet, cloneThread, 1, 0)
			p.ret(retErrno | uint32(syscall.EAGAIN))
		}
	})
}

// checkMemory closes the ways around RLIMIT_DATA: memory that grows down is
// counted as stack, and shared memory, /dev/zero's included, not at all.
func (c *child) checkMemory(r *rules) {
	refused := uint32(mapGrowsDown)
	if c.on(OneProcess) {
		refused |= mapShared
	}
	r.check(syscall.SYS_MMAP, refuseBits(3, refused, syscall.EPERM))
	r.check(syscall.SYS_MPROTECT, refuseBits(2, protGrows, syscall.EPERM))
}

func (c *child) checkSockets(r *rules) {
	if c.on(NoNetwork) {
		r.list([]uint32{syscall.SYS_SOCKET}, retErrno|uint32(syscall.EACCES))
	} else {
		r.check(syscall.SYS_SOCKET, onlyValues(0, syscall.EAFNOSUPPORT,
			syscall.AF_UNIX, syscall.AF_INET, syscall.AF_INET6))
	}
	// Larger buffers are memory that nothing counts; filters are code.
	r.check(syscall.SYS_SETSOCKOPT, func(p *program) {
		const level = 1 // SOL_SOCKET
		p.arg(1)
		p.add(bpfJumpEq, level, 1, 0)
		p.ret(retAllow)
		for _, option := range []uint32{soSndbuf, soRcvbuf, soSndbufForce, soRcvbufForce,
			soAttachFilter, soAttachBPF, soReuseportCBPF, soReuseportEBPF} {
			p.arg(2)
			p.when(option, retErrno|uint32(syscall.EPERM))
		}
	})
	r.check(syscall.SYS_SOCKETPAIR, onlyValues(0, syscall.EAFNOSUPPORT, syscall.AF_UNIX))
}

// checkSignals keeps signals and limits to the process itself where no
// namespace of its own hides the others. The number is the same before and
// after execve.
func (c *child) checkSignals(r *rules) {
	if !c.on(OwnPID) {
		r.list([]uint32{syscall.SYS_KILL, sysPidfdOpen, sysPidfdSendSignal, syscall.SYS_TGKILL,
			syscall.SYS_PRLIMIT64, syscall.SYS_SETSID, syscall.SYS_SETPGID}, retAllow)
		return
	}
	self := uint32(syscall.Getpid())
	r.check(syscall.SYS_KILL, onlyValues(0, syscall.EPERM, self, 0))
	r.check(syscall.SYS_TGKILL, onlyValues(0, syscall.EPERM, self))
	r.check(syscall.SYS_PRLIMIT64, onlyValues(0, syscall.EPERM, self, 0))
}

// installFilter puts the filter on this and every other thread.
func installFilter(code []instruction) error {
	const setFilter, everyThread = 1, 1
	fprog := struct {
		n    uint16
		code unsafe.Pointer
	}{uint16(len(code)), unsafe.Pointer(&code[0])}
	bad, _, errno := syscall.RawSyscall(sysSeccomp, setFilter, everyThread, uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return errno
	}
	if bad != 0 {
		return syscall.EBUSY // a thread of ours has another filter
	}
	return nil
}
