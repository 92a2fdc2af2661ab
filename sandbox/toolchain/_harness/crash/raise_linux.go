package crash

import "internal/runtime/syscall/linux"

// Raise moves a descriptor out of the way, so that the first file that the
// program opens has the number it would have elsewhere, and no program that it
// starts inherits it.
func Raise(fd uintptr) uintptr {
	const dupfdCloexec, floor = 1030, 100
	high, _, errno := linux.Syscall6(linux.SYS_FCNTL, fd, dupfdCloexec, floor, 0, 0, 0)
	if errno != 0 {
		return fd
	}
	linux.Syscall6(closeNumber, fd, 0, 0, 0, 0, 0)
	return high
}
