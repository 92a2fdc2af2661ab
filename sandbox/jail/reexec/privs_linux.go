package reexec

import (
	"syscall"
	"unsafe"
)

const (
	prSetPdeathsig  = 1
	prSetDumpable   = 4
	prCapBsetDrop   = 24
	prSetSecurebits = 28
	prSetNoNewPrivs = 38
	prCapAmbient    = 47
)

// becomeUser leaves uid 0 of the namespace, where there are two.
func (c *child) becomeUser() {
	if !c.on(OnCaps) { // then they are to survive
		const noSetuidFixup = 0x04
		c.must("set securebits", prctl(prSetSecurebits, noSetuidFixup))
	}
	gid := int(c.GID)
	if err := setgroups(); err != nil && err != syscall.EPERM {
		c.fail("drop groups", err) // EPERM: a namespace that cannot change them at all
	}
	c.must("set gid", raw(syscall.SYS_SETRESGID, uintptr(gid), uintptr(gid), uintptr(gid)))
	uid := uintptr(c.UID)
	c.must("set uid", raw(syscall.SYS_SETRESUID, uid, uid, uid))
}

func setgroups() error { return raw(syscall.SYS_SETGROUPS, 0, 0, 0) }

// dropBounding makes sure that no exec brings a capability back, and that the
// uid changes below keep them until dropCaps.
func (c *child) dropBounding() {
	// noroot, no_setuid_fixup, no_cap_ambient_raise, each locked.
	const securebits = 0x01 | 0x02 | 0x04 | 0x08 | 0x40 | 0x80
	if err := prctl(prSetSecurebits, securebits); err == syscall.EPERM && !c.on(SetUID) {
		return // an ordinary user outside a user namespace: there is nothing to drop
	} else if err != nil {
		c.fail("set securebits", err)
	}
	for capability := uintptr(0); capability < 64; capability++ {
		if err := prctl(prCapBsetDrop, capability); err == syscall.EINVAL {
			return // past the last one this kernel knows
		} else if err != nil {
			c.fail("drop capability", err)
		}
	}
}

// dropCaps gives up every capability of this thread, the only one that goes on.
func (c *child) dropCaps() {
	const clearAll = 4
	if err := prctl(prCapAmbient, clearAll); err != nil && err != syscall.EINVAL {
		c.fail("clear ambient capabilities", err)
	}
	c.must("drop capabilities", raw(syscall.SYS_CAPSET,
		uintptr(unsafe.Pointer(&ourselves)), uintptr(unsafe.Pointer(&noCaps)), 0))
}

// What capset is told.
var (
	ourselves = struct {
		version uint32
		pid     int32
	}{version: 0x20080522}
	noCaps [2]struct{ effective, permitted, inheritable uint32 }
)

// dropOnAll has the other threads of ours, which do nothing but serve the
// runtime, give up what this one has. Where the binary is linked with a C library
// it can't be done.
func (c *child) dropOnAll() {
	if c.on(SetUID) {
		uid := uintptr(c.UID)
		onAll(syscall.SYS_SETRESUID, uid, uid, uid)
	}
	if c.on(OnCaps) {
		onAll(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&ourselves)), uintptr(unsafe.Pointer(&noCaps)), 0)
	}
}

func onAll(number, a, b, c uintptr) {
	_, _, _ = syscall.AllThreadsSyscall(number, a, b, c)
}

// dieWithParent asks for SIGKILL when the server dies. A change of uid forgot
// the first request, so the parent may have died in between: then the control
// socket is at its end.
func (c *child) dieWithParent() {
	c.must("set parent death signal", prctl(prSetPdeathsig, uintptr(syscall.SIGKILL)))
	var one [1]byte
	n, _, err := syscall.Recvfrom(c.control, one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	if n == 0 && err == nil {
		syscall.Exit(exitOrphan)
	}
}

func (c *child) setAffinity() {
	if len(c.CPUs) == 0 {
		return
	}
	err := raw(syscall.SYS_SCHED_SETAFFINITY, 0, uintptr(8*len(c.CPUs)), uintptr(unsafe.Pointer(&c.CPUs[0])))
	c.must("set affinity", err)
}

// setRlimits is called last: the limits are for the target, and our own
// runtime could trip over them.
func (c *child) setRlimits() {
	for i := range c.Rlimits {
		l := &c.Rlimits[i]
		limit := [2]uint64{l.Soft, l.Hard}
		_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, uintptr(l.Resource),
			uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
		if errno != 0 {
			c.fail("set limit "+itoa(l.Resource), errno)
		}
	}
}

// network makes sure that this thread is in a network namespace of its own, in
// which lo is up.
func (c *child) network() {
	if !c.ownNet {
		c.must("unshare network namespace", syscall.Unshare(newNet))
	}
	c.loopbackUp()
}

// loopbackUp brings up lo, the only interface of a new network namespace.
func (c *child) loopbackUp() {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	c.must("open socket", err)
	request := struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}{name: [16]byte{'l', 'o'}, flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	c.must("bring up lo", raw(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))))
	_ = syscall.Close(fd)
	c.boundBuffers()
}

// boundBuffers makes the buffers of connections small. They are memory of the
// kernel that no rlimit counts, nor every cgroup: with the usual settings a
// few hundred connections of a program to itself hold gigabytes.
func (c *child) boundBuffers() {
	for _, name := range []string{"tcp_rmem", "tcp_wmem"} {
		fd, err := syscall.Open("/proc/sys/net/ipv4/"+name, syscall.O_WRONLY|syscall.O_CLOEXEC, 0)
		c.must("open "+name, err)
		_, err = syscall.Write(fd, []byte("4096 65536 131072"))
		c.must("bound "+name, err)
		_ = syscall.Close(fd)
	}
}
