// Asks to be traced.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, its parent would become its tracer

package main

import (
	"fmt"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(syscall.SYS_PTRACE, 0, 0, 0)
	fmt.Println("HARM went on", errno)
}
