// Leaves a process behind that holds its output.
// status: ok
// says: started|HELD daemon
// control: none, it would stay

package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		time.Sleep(time.Hour)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		fmt.Println("HELD daemon", err)
		return
	}
	fmt.Println("started")
}
