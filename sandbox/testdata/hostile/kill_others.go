// Sends signals to its parent and to a process of the same user.
// status: ok
// says: HELD victim
// control: plain

package main

import (
	"os"
	"strconv"
	"syscall"
)

func main() {
	pid, err := strconv.Atoi(os.Args[victim])
	if err != nil {
		panic(err)
	}
	try("victim", syscall.Kill(pid, 0))
	if parent := os.Getppid(); parent != 0 {
		try("parent", syscall.Kill(parent, 0))
	}
}
