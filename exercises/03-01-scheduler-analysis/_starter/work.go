// Package sched holds two workloads that make the scheduler do two different
// things: one that wants processors, and one that waits.
package sched

import (
	"context"
	"time"
)

// Mix is one unit of CPU work, about 20 µs of it. It needs nothing but a
// processor, and its value depends on i alone.
func Mix(i int) uint64 {
	x := uint64(i)*0x9e3779b97f4a7c15 + 1
	for range 10_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// Ask is one request to a server that takes d to answer, and answers with more
// the longer it was given. While it waits it needs no processor. When ctx is
// done it gives up at once.
func Ask(ctx context.Context, i int, d time.Duration) (int, error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return i*i + int(d/time.Millisecond), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
