// Mounts a file system.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, it would change the host

package main

import (
	"fmt"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_MOUNT, 0, 0, 0, 0, 0, 0)
	fmt.Println("HARM went on", errno)
}
