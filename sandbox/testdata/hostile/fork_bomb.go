// Starts itself again and again.
// status: process_limit
// without cgroups: ok
// says: HELD fork
// control: none, it would be one

package main

import (
	"os"
	"os/exec"
	"time"
)

func main() {
	for {
		cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			try("fork", err)
			break
		}
	}
	time.Sleep(200 * time.Millisecond)
}
