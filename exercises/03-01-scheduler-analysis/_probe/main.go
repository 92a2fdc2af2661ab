// Command probe calls the two workloads and reports what they returned.
package main

import (
	"context"
	"strconv"
	"time"

	sched "exercise"
	"tutor/probe"
)

func main() {
	probe.Main(map[string]probe.Func{
		"CPUBound": cpuBound,
		"IOBound":  ioBound,
		"Stop":     stop,
	})
}

// cpuBound answers with text: the sum has more digits than a JSON number keeps.
func cpuBound(a probe.Args) (any, error) {
	sum, err := sched.CPUBound(context.Background(), a.Int(0), a.Int(1))
	return strconv.FormatUint(sum, 10), err
}

func ioBound(a probe.Args) (any, error) {
	return sched.IOBound(context.Background(), a.Int(0), a.MS(1))
}

// stop cancels the requests while they wait, and hands the CPU work a context
// that is done already.
func stop(a probe.Args) (any, error) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(5*time.Millisecond, cancel)
	if _, err := sched.IOBound(ctx, a.Int(0), a.MS(1)); err == nil {
		return "IOBound returned no error", nil
	}
	_, err := sched.CPUBound(ctx, 2, a.Int(2))
	return "CPUBound returned no error", err
}
