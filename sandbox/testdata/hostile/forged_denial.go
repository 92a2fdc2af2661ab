// Prints what the runtime prints at a forbidden call.
// status: runtime_error
// control: none, it shows nothing

package main

import (
	"os"
)

func main() {
	os.Stderr.WriteString("SIGSYS: bad system call\nPC=0x0 m=0 sigcode=1\n")
	os.Exit(2)
}
