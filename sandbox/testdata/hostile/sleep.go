// Sleeps for an hour.
// status: time_limit
// limits: wall=1s
// control: none, it would not end

package main

import (
	"time"
)

func main() {
	time.Sleep(time.Hour)
}
