package sandbox

import (
	"math"
	"strings"
	"testing"
)

func TestCheckCPULimit(t *testing.T) {
	for _, c := range []struct {
		job Job
		why string
	}{
		{Job{}, ""},
		{Job{CPULimit: 1.5}, ""},
		{Job{CPULimit: 0.5, Kind: KindBench, Procs: 4}, ""},
		{Job{CPULimit: -1}, "0.01 to 256"},
		{Job{CPULimit: 0.001}, "0.01 to 256"},
		{Job{CPULimit: 257}, "0.01 to 256"},
		{Job{CPULimit: math.NaN()}, "0.01 to 256"},
		{Job{CPULimit: 1, Kind: KindAsm}, "runs nothing"},
		{Job{CPULimit: 1, Clock: ClockFake}, "needs the real clock"},
	} {
		if why := CheckCPULimit(&c.job); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%+v: %q, want %q", c.job, why, c.why)
		}
	}
}

// As runtime/cgroup_linux.go has it: rounded up, at least 2.
func TestGoProcs(t *testing.T) {
	for _, c := range []struct {
		cpus  int
		limit float64
		want  int
	}{{4, 0, 4}, {4, 0.5, 2}, {4, 2, 2}, {4, 2.1, 3}, {4, 16, 4}, {1, 0.5, 1}} {
		if got := GoProcs(c.cpus, c.limit); got != c.want {
			t.Errorf("%d CPUs, limit %v: %d, want %d", c.cpus, c.limit, got, c.want)
		}
	}
}
