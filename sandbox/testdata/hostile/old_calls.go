// Makes a call of the 32-bit interface, whose numbers mean other things.
// status: forbidden, runtime_error
// only: amd64
// control: none, not every kernel has it

package main

import (
	"fmt"
	"syscall"
	"unsafe"
)

func main() {
	// mov eax, 20 (getpid); int 0x80; ret
	code := []byte{0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3}
	page, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		panic(err)
	}
	copy(page, code)
	if err := syscall.Mprotect(page, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		panic(err)
	}
	at := &page[0]
	entry := &at
	(*(*func())(unsafe.Pointer(&entry)))()
	fmt.Println("HARM went on")
}
