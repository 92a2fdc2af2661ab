package sched

import (
	"context"
	"time"
)

// CPUBound adds up Mix(i) for every i from 0 up to n, on as many goroutines as
// there are workers. When ctx is done it stops soon and returns ctx.Err().
func CPUBound(ctx context.Context, workers, n int) (uint64, error) {
	// Give each worker a block of the units, and start a goroutine for it.
	// Task "cpu", a region "worker" in each worker, a log "block" in each region.
	return 0, nil
}

// IOBound makes every request at once and returns the answers in the order of
// the requests. When ctx is done it returns an error, and leaves nothing behind.
func IOBound(ctx context.Context, requests int, d time.Duration) ([]int, error) {
	// Task "io", a region "request" around each Ask, a log "answer" after it.
	return nil, nil
}
