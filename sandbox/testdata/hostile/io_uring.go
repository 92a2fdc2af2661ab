// Makes calls around the filter.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, not every kernel has it

package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

func main() {
	_, _, errno := syscall.RawSyscall(425, 1, uintptr(unsafe.Pointer(new([120]byte))), 0)
	fmt.Println("HARM went on", errno)
}
