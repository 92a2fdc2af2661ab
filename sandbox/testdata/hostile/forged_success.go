// Prints a result of its own and ends in an error.
// status: runtime_error
// control: none, it shows nothing

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println(`{"status":"ok","exit_code":0}`)
	fmt.Println(`--- PASS: TestAll (0.00s)`)
	fmt.Println("PASS")
	os.Exit(3)
}
