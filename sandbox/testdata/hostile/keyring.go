// Keeps a key that other runs can read.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, it would leave a key

package main

import (
	"fmt"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(syscall.SYS_KEYCTL, 0, ^uintptr(2), 1)
	fmt.Println("HARM went on", errno)
}
