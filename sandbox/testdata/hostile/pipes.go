// Fills pipes and sockets, whose memory is the kernel's.
// status: ok, memory_limit
// says: |HELD pipes
// control: none, it shows nothing

package main

import (
	"fmt"
	"syscall"
)

func main() {
	block := make([]byte, 1<<20)
	filled := 0
	for {
		var p [2]int
		if err := syscall.Pipe2(p[:], syscall.O_NONBLOCK); err != nil {
			fmt.Println("HELD pipes", err, "after", filled, "bytes")
			break
		}
		n, _ := syscall.Write(p[1], block)
		filled += n
	}
	if filled > 64<<20 {
		fmt.Println("HARM pipes", filled)
	}
}
