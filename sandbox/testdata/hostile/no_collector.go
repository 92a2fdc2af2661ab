// Turns the garbage collector off.
// status: memory_limit
// limits: wall=60s cpu=30s
// control: none, it would take all there is

package main

import (
	"runtime/debug"
)

var last []byte

func main() {
	debug.SetGCPercent(-1)
	for {
		last = make([]byte, 64<<10)
		for i := 0; i < len(last); i += 4096 {
			last[i] = 1
		}
	}
}
