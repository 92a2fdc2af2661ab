// Starts itself with more arguments than fit.
// status: ok
// says: HELD long
// control: none, it shows nothing

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	if len(os.Args) > 20 {
		fmt.Println("HARM long")
		return
	}
	long := strings.Repeat("x", 120<<10)
	var args []string
	for range 200 {
		args = append(args, long)
	}
	try("long", exec.Command("/proc/self/exe", args...).Run())
}
