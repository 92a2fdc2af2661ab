// Opens sockets that reach the kernel and not a network.
// status: ok
// says: HELD netlink
// control: plain

package main

import (
	"fmt"
	"syscall"
)

func main() {
	for name, family := range map[string]int{"netlink": 16, "packet": 17, "vsock": 40, "alg": 38, "bluetooth": 31} {
		fd, err := syscall.Socket(family, syscall.SOCK_RAW, 0)
		if name == "vsock" {
			fd, err = syscall.Socket(family, syscall.SOCK_STREAM, 0)
		}
		try(name, err)
		if err == nil {
			syscall.Close(fd)
		}
	}
	_, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP)
	if err == nil {
		fmt.Println("HARM raw")
	}
}
