// Reads zeros for ever.
// status: time_limit
// limits: wall=1s
// control: none, it would not end

package main

import (
	"os"
)

func main() {
	f, err := os.Open("/dev/zero")
	if err != nil {
		panic(err)
	}
	b := make([]byte, 1<<16)
	for {
		f.Read(b)
	}
}
