// Prints errors for ever, from many goroutines.
// status: output_limit
// control: none, it would not end

package main

import (
	"os"
)

func main() {
	for range 8 {
		go func() {
			for {
				os.Stderr.WriteString("no\n")
			}
		}()
	}
	select {}
}
