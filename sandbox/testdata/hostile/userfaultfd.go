// Holds the kernel up in the middle of a copy.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, not every kernel has it

package main

import (
	"fmt"
	"runtime"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(map[string]uintptr{"amd64": 323, "arm64": 282}[runtime.GOARCH], 1, 0, 0)
	fmt.Println("HARM went on", errno)
}
