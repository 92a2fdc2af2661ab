// Takes shared memory from the device of zeros.
// status: memory_limit
// without cgroups: ok
// limits: wall=60s cpu=30s
// control: none, it would take all there is

package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	f, err := os.OpenFile("/dev/zero", os.O_RDWR, 0)
	if err != nil {
		fmt.Println("HELD zero", err)
		return
	}
	for range 64 {
		b, err := syscall.Mmap(int(f.Fd()), 0, 16<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
		if err != nil {
			fmt.Println("HELD zero", err)
			return
		}
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
	}
	fmt.Println("HARM zero")
}
