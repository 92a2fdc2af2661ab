// Closes and replaces every descriptor it has.
// status: ok, runtime_error
// control: none, it shows nothing

package main

import (
	"syscall"
)

func main() {
	for fd := range 256 {
		if fd != 1 {
			syscall.Close(fd)
		}
	}
	for {
		if _, err := syscall.Dup(1); err != nil {
			break
		}
	}
	syscall.Write(1, []byte("HELD on\n"))
}
