// Makes a call of the other interface with 32-bit pointers.
// status: forbidden
// only: amd64
// control: none, not every kernel has it

package main

import (
	"fmt"
	"syscall"
)

func main() {
	pid, _, errno := syscall.RawSyscall(0x40000000+39, 0, 0, 0)
	fmt.Println("HARM went on", pid, errno)
}
