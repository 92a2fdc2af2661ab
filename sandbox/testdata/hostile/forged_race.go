// Ends as a race does.
// status: runtime_error
// control: none, it shows nothing

package main

import (
	"os"
)

func main() {
	os.Stderr.WriteString("==================\nWARNING: DATA RACE\n==================\n")
	os.Exit(66)
}
