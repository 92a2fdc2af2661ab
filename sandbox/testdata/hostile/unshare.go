// Makes namespaces of its own.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, a program of many threads may not

package main

import (
	"fmt"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(syscall.SYS_UNSHARE, syscall.CLONE_NEWNS, 0, 0)
	fmt.Println("HARM went on", errno)
}
