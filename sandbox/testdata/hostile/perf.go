// Measures the whole machine.
// status: forbidden
// dump: SIGSYS: bad system call
// control: none, it shows nothing

package main

import (
	"fmt"
	"syscall"
)

func main() {
	_, _, errno := syscall.RawSyscall(syscall.SYS_PERF_EVENT_OPEN, 0, 0, 0)
	fmt.Println("HARM went on", errno)
}
