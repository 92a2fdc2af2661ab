// Loads code into the kernel.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, it shows nothing

package main

import (
	"fmt"
	"runtime"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(map[string]uintptr{"amd64": 321, "arm64": 280}[runtime.GOARCH], 0, 0, 0)
	fmt.Println("HARM went on", errno)
}
