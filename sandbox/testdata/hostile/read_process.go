// Reads the memory of a process.
// status: forbidden
// dump: SIGSYS: bad system call
// control: plain

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	number := map[string]uintptr{"amd64": 310, "arm64": 270}[runtime.GOARCH]
	var from, to [8]byte
	local, remote := syscall.Iovec{Base: &to[0], Len: 8}, syscall.Iovec{Base: &from[0], Len: 8}
	_, _, errno := syscall.RawSyscall6(number, uintptr(os.Getpid()),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	fmt.Println("HARM went on", errno)
}
