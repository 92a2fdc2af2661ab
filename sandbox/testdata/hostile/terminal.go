// Types into a terminal.
// status: ok
// says: HELD type
// control: none, there is none

package main

import (
	"os"
	"syscall"
	"unsafe"
)

func main() {
	letter := byte('x')
	for fd := uintptr(0); fd < 3; fd++ {
		const typeLetter = 0x5412
		_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, fd, typeLetter, uintptr(unsafe.Pointer(&letter)))
		if errno == 0 {
			try("type", nil)
		} else {
			try("type", errno)
		}
	}
	_, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	try("tty", err)
}
