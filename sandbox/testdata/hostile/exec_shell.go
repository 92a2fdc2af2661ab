// Starts a shell.
// status: ok
// says: HELD sh
// control: plain

package main

import (
	"os/exec"
	"syscall"
)

func main() {
	try("sh", exec.Command("/bin/sh", "-c", "exit 0").Run())
	try("exec", syscall.Exec("/bin/sh", []string{"sh", "-c", "echo HARM shell"}, nil))
}
