// Prints what the runtime prints when memory is out, and panics.
// status: runtime_error
// control: none, it shows nothing

package main

import (
	"os"
)

func main() {
	os.Stderr.WriteString("fatal error: runtime: out of memory\n\n")
	panic("no")
}
