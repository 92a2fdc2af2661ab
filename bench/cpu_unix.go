//go:build unix

package main

import (
	"syscall"
	"time"
)

// ownCPU is what this process and all that it has waited for have used, jails
// and what ran in them among them.
func ownCPU() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var use syscall.Rusage
		if err := syscall.Getrusage(who, &use); err != nil {
			return 0
		}
		total += time.Duration(use.Utime.Nano() + use.Stime.Nano())
	}
	return total
}
