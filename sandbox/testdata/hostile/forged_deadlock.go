// Prints what the runtime prints at a deadlock.
// status: runtime_error
// control: none, it shows nothing

package main

import (
	"os"
)

func main() {
	os.Stderr.WriteString("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\nmain.main()\n")
	os.Exit(2)
}
