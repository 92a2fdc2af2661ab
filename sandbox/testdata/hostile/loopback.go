// Serves itself on a port that another run uses at the same time.
// status: ok
// says: served
// times: 2
// control: none, it is allowed

package main

import (
	"fmt"
	"net"
	"time"
)

func main() {
	l, err := net.Listen("tcp", "localhost:8080")
	if err != nil {
		fmt.Println("HARM port", err)
		return
	}
	go func() {
		c, err := l.Accept()
		if err == nil {
			c.Close()
		}
	}()
	if _, err := net.Dial("tcp", "localhost:8080"); err != nil {
		panic(err)
	}
	fmt.Println("served")
	time.Sleep(300 * time.Millisecond)
}
