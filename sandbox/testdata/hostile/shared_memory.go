// Takes memory that no limit of a process counts.
// status: memory_limit
// without cgroups: ok
// says: |HELD shared
// limits: wall=60s cpu=30s
// control: none, it would take all there is

package main

import (
	"fmt"
	"syscall"
)

func main() {
	for range 64 {
		b, err := syscall.Mmap(-1, 0, 16<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANON)
		if err != nil {
			fmt.Println("HELD shared", err)
			return
		}
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
	}
	fmt.Println("HARM shared")
}
