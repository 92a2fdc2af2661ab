// Moves itself to every processor and ahead of the others.
// status: ok
// says: HELD affinity
// control: root

package main

import (
	"syscall"
	"unsafe"
)

func main() {
	all := [16]uint64{^uint64(0)}
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(all), uintptr(unsafe.Pointer(&all)))
	if errno == 0 {
		try("affinity", nil)
	} else {
		try("affinity", errno)
	}
	try("priority", syscall.Setpriority(syscall.PRIO_PROCESS, 0, -5))
}
