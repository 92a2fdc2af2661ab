// Keeps a program in memory and executes it from there.
// status: ok
// says: HELD memfd
// control: plain

package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	number := map[string]uintptr{"amd64": 319, "arm64": 279}[runtime.GOARCH]
	name := []byte("x\x00")
	fd, _, errno := syscall.Syscall(number, uintptr(unsafe.Pointer(&name[0])), 0, 0)
	if errno != 0 {
		try("memfd", errno)
		return
	}
	try("memfd", nil)
	syscall.Close(int(fd))
}
