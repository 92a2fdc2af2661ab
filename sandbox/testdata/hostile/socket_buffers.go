// Fills connections to itself, whose memory is the kernel's.
// status: ok, memory_limit
// says: filled
// limits: wall=60s cpu=30s
// control: plain

package main

import (
	"fmt"
	"net"
	"time"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	block := make([]byte, 1<<20)
	filled := 0
	for filled < 512<<20 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		other, err := l.Accept()
		if err != nil {
			break
		}
		defer other.Close()
		for {
			c.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
			n, err := c.Write(block)
			filled += n
			if err != nil {
				break
			}
		}
	}
	fmt.Println("filled", filled>>20, "MiB")
	if filled > 128<<20 {
		fmt.Println("HARM buffers")
	}
}
