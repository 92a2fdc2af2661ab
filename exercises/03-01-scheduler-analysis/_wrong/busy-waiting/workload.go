// want: io "A loop that looks at the clock is CPU work"

package sched

import (
	"context"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

// CPUBound adds up Mix(i) for every i from 0 up to n, on as many goroutines as
// there are workers. When ctx is done it stops soon and returns ctx.Err().
func CPUBound(ctx context.Context, workers, n int) (uint64, error) {
	ctx, task := trace.NewTask(ctx, "cpu")
	defer task.End()

	// Each worker has a place of its own for its sum, so that the workers
	// share nothing while they run.
	sums := make([]uint64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		// Cutting at w*n/workers leaves no unit out, and no two blocks differ
		// by more than one.
		lo, hi := w*n/workers, (w+1)*n/workers
		wg.Go(func() { sums[w] = block(ctx, lo, hi) })
	}
	wg.Wait()

	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var sum uint64
	for _, s := range sums {
		sum += s
	}
	return sum, nil
}

// block does the units from lo up to hi on one goroutine.
func block(ctx context.Context, lo, hi int) uint64 {
	defer trace.StartRegion(ctx, "worker").End()
	trace.Logf(ctx, "block", "%d-%d", lo, hi)

	var sum uint64
	for i := lo; i < hi && ctx.Err() == nil; i++ {
		sum += Mix(i)
	}
	return sum
}

// IOBound makes every request at once and returns the answers in the order of
// the requests. When ctx is done it returns an error, and leaves nothing behind.
func IOBound(ctx context.Context, requests int, d time.Duration) ([]int, error) {
	ctx, task := trace.NewTask(ctx, "io")
	defer task.End()

	answers, errs := make([]int, requests), make([]error, requests)
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() { answers[i], errs[i] = request(ctx, i, d) })
	}
	// Waiting for all of them, also after a cancellation, is what leaves
	// nothing behind: Ask gives up as soon as ctx is done.
	wg.Wait()

	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// request asks once, on one goroutine.
func request(ctx context.Context, i int, d time.Duration) (int, error) {
	defer trace.StartRegion(ctx, "request").End()
	start := time.Now()
	for time.Since(start) < d && ctx.Err() == nil {
	}
	answer, err := Ask(ctx, i, 0)
	if err != nil {
		return 0, err
	}
	trace.Log(ctx, "answer", strconv.Itoa(i))
	return answer + int(d/time.Millisecond), nil
}
