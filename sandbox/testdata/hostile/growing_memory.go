// Takes memory that counts as stack.
// status: ok
// says: HELD growing
// control: plain

package main

import (
	"syscall"
)

func main() {
	_, err := syscall.Mmap(-1, 0, 16<<20, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_GROWSDOWN)
	try("growing", err)
}
