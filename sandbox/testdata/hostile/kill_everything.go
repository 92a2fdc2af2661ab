// Kills every process it may.
// status: ok
// says: alive
// control: none, it would

package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

func main() {
	fmt.Println(syscall.Kill(-1, syscall.SIGKILL))
	fmt.Println(syscall.Kill(os.Getpid(), syscall.SIGSTOP))
	time.Sleep(50 * time.Millisecond)
	fmt.Println("alive")
}
