// Connects to the machine it runs on, to its network, and to the world.
// status: ok
// says: HELD listener
// control: plain

package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	_, err := net.DialTimeout("tcp", os.Args[listener], time.Second)
	try("listener", err)
	for _, addr := range []string{"1.1.1.1:80", "169.254.169.254:80", "10.0.0.1:22"} {
		_, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			try(addr, nil)
		}
	}
	if names, err := net.LookupHost("go.dev"); err == nil {
		fmt.Println("HARM names", names)
	}
	c, err := net.Dial("udp", "1.1.1.1:53")
	if err == nil {
		try("udp", err)
		c.Close()
	}
}
