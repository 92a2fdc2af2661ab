// Ignores every signal it can, and computes for ever.
// status: time_limit
// limits: wall=1s
// control: none, it would not end

package main

import (
	"os/signal"
)

func main() {
	signal.Ignore()
	for i := 0; i >= 0; i++ {
	}
}
