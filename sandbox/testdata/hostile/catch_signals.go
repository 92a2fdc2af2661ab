// Catches the request to say what it is doing, and goes on.
// status: time_limit
// limits: wall=1s
// control: none, it would not end

package main

import (
	"os"
	"os/signal"
)

func main() {
	c := make(chan os.Signal, 1)
	signal.Notify(c)
	for range c {
	}
}
