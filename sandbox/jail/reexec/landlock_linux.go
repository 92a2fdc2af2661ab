package reexec

import (
	"syscall"
	"unsafe"
)

// Rights of Landlock over paths, as the kernel numbers them.
const (
	mayExecute uint64 = 1 << iota
	mayWrite
	mayRead
	mayList
	mayRemoveDir
	mayRemoveFile
	mayMakeChar
	mayMakeDir
	mayMakeFile
	mayMakeSock
	mayMakeFifo
	mayMakeBlock
	mayMakeSymlink
	mayRefer
	mayTruncate
	mayIoctlDevice
)

const (
	readAll  = mayRead | mayList
	writeAll = mayWrite | mayRemoveDir | mayRemoveFile | mayMakeDir | mayMakeFile |
		mayMakeSock | mayMakeFifo | mayMakeSymlink | mayRefer | mayTruncate
	fileOnly = mayExecute | mayWrite | mayRead | mayTruncate | mayIoctlDevice
)

type ruleset struct{ paths, ports, scopes uint64 }

// rulesOf is what each version of the kernel's interface can restrict.
func rulesOf(abi int) (r ruleset, size uintptr) {
	r.paths, size = 1<<13-1, 8
	if abi >= 2 {
		r.paths |= mayRefer
	}
	if abi >= 3 {
		r.paths |= mayTruncate
	}
	if abi >= 4 {
		r.ports, size = 3, 16 // bind and connect of TCP
	}
	if abi >= 5 {
		r.paths |= mayIoctlDevice
	}
	if abi >= 6 {
		r.scopes, size = 3, 24 // abstract sockets and signals
	}
	return r, size
}

// landlock leaves this thread only the paths that the Config names.
func (c *child) landlock() {
	const askVersion = 1
	abi, _, errno := syscall.RawSyscall(sysLandlockNew, 0, 0, askVersion)
	if errno != 0 {
		c.fail("ask for landlock", errno)
	}
	rules, size := rulesOf(int(abi))
	if c.on(OnLoopback) {
		rules.ports = 0 // a namespace with nothing but lo in it
	}
	fd, _, errno := syscall.RawSyscall(sysLandlockNew, uintptr(unsafe.Pointer(&rules)), size, 0)
	if errno != 0 {
		c.fail("make landlock rules", errno)
	}
	c.allowPaths(int(fd), rules.paths)
	c.must("apply landlock", raw(sysLandlockApply, fd, 0, 0))
	_ = syscall.Close(int(fd))
}

func (c *child) allowPaths(rules int, known uint64) {
	switch {
	case c.self >= 0:
		c.allow(rules, c.self, (mayExecute|mayRead)&known)
	case c.Exe != "":
		c.allowPath(rules, c.Exe, mayExecute|mayRead, known)
	}
	for i := range c.Binds {
		b := &c.Binds[i]
		c.allowPath(rules, c.seen(b), b.rights(), known)
	}
	if !c.on(OnRoot) {
		c.allowPath(rules, c.Work, readAll, known)
		c.allowPath(rules, c.Work+"/tmp", readAll|writeAll, known)
		return
	}
	c.allowPath(rules, "/tmp", readAll|writeAll, known)
	for _, folder := range []string{"/proc", "/etc", "/src"} {
		c.allowPath(rules, folder, readAll, known)
	}
}

// seen is where a bind is found: without a private root it is where it was.
func (c *child) seen(b *Bind) string {
	if c.on(OnRoot) {
		return b.Inside
	}
	return b.Host
}

func (b *Bind) rights() uint64 {
	switch {
	case b.Device:
		return mayRead | mayWrite
	case b.Exec:
		return readAll | mayExecute
	default:
		return readAll
	}
}

// allowPath grants rights below a path. One that does not exist needs none.
func (c *child) allowPath(rules int, path string, rights, known uint64) {
	const oPath = 0x200000
	fd, err := syscall.Open(path, oPath|syscall.O_CLOEXEC, 0)
	if err == syscall.ENOENT {
		return
	}
	c.must("open "+path, err)
	var st syscall.Stat_t
	c.must("look at "+path, syscall.Fstat(fd, &st))
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		rights &= fileOnly
	}
	c.allow(rules, fd, rights&known)
	_ = syscall.Close(fd)
}

func (c *child) allow(rules, fd int, rights uint64) {
	// The kernel's struct is packed: eight bytes of rights, four of descriptor.
	rule := [3]uint32{uint32(rights), uint32(rights >> 32), uint32(fd)}
	const pathBeneath = 1
	_, _, errno := syscall.RawSyscall6(sysLandlockAdd, uintptr(rules), pathBeneath,
		uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		c.fail("add landlock rule", errno)
	}
}
