// Prints for ever and ignores errors.
// status: output_limit
// control: none, it would not end

package main

import (
	"os/signal"
	"syscall"
)

func main() {
	signal.Ignore(syscall.SIGPIPE)
	block := make([]byte, 64<<10)
	for {
		syscall.Write(1, block)
	}
}
