package reexec

import (
	"syscall"
	"unsafe"
)

// Attributes of mount_setattr.
// Namespaces, as clone and unshare are asked for them.
const (
	newCgroup = 0x02000000
	newNet    = 0x40000000
)

const (
	attrReadOnly = 1
	attrNoSUID   = 2
	attrNoDev    = 4
	attrNoExec   = 8

	recursive   = 0x8000
	atFdcwd     = -100
	atEmptyPath = 0x1000
)

// raw makes a system call on this thread.
func raw(number, a, b, c uintptr) error {
	if _, _, errno := syscall.RawSyscall(number, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

func prctl(option, value uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, value, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// setAttributes adds to the flags of a mount. Unlike a remount it clears none
// of those that the parent's namespace has locked.
func setAttributes(path string, set uint64, flags uintptr) error {
	p, err := syscall.BytePtrFromString(path)
	if err != nil {
		return err
	}
	attributes := struct{ set, clear, propagation, userns uint64 }{set: set}
	cwd := atFdcwd
	_, _, errno := syscall.RawSyscall6(sysMountSetattr, uintptr(cwd), uintptr(unsafe.Pointer(p)),
		flags, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// lastDescriptor is above every descriptor there can be.
const lastDescriptor = 1<<31 - 1

// closeOnExecFrom marks every descriptor from first on, so that nothing the
// server had open reaches the target.
func closeOnExecFrom(first int) error {
	const cloexec = 4
	return raw(sysCloseRange, uintptr(first), lastDescriptor, cloexec)
}

// closeRange closes the descriptors from first to last, if there are any.
func closeRange(first, last int) error {
	if first > last {
		return nil
	}
	return raw(sysCloseRange, uintptr(first), uintptr(last), 0)
}

// raise gives a descriptor another number, of at least least, that does not
// reach the target.
func raise(fd, least int) (int, error) {
	const dupCloexec = 1030
	up, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), dupCloexec, uintptr(least))
	if errno != 0 {
		return -1, errno
	}
	return int(up), nil
}

// become replaces this process by another program: the one at path, or when
// fd is not negative the one open there. It returns only an error.
func become(fd int, path *byte, argv, envv []*byte) error {
	if fd < 0 {
		return raw(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(path)),
			uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envv[0])))
	}
	_, _, errno := syscall.RawSyscall6(sysExecveat, uintptr(fd), uintptr(unsafe.Pointer(new(byte))),
		uintptr(unsafe.Pointer(&argv[0])), uintptr(unsafe.Pointer(&envv[0])), atEmptyPath, 0)
	return errno
}

// pointers is a list of C strings with a nil at its end.
func pointers(list []string) ([]*byte, error) {
	out := make([]*byte, len(list)+1)
	for i, s := range list {
		p, err := syscall.BytePtrFromString(s)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}
