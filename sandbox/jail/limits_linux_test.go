package jail

import (
	"errors"
	"syscall"
	"testing"
	"time"
)

func TestMemoryLimit(t *testing.T) {
	r := run(t, Spec{}, "heap", "400")
	if machine().layers[CgroupMemory] {
		if !r.OOMKilled {
			t.Errorf("%+v", r)
		}
		return
	}
	if r.Code != 2 || !contains(r.Stderr, "out of memory") {
		t.Errorf("%+v", r)
	}
}

func TestTaskLimit(t *testing.T) {
	r := run(t, Spec{}, "threads", "200")
	if r.Code != 2 || !contains(r.Stderr, "failed to create new OS thread") {
		t.Errorf("%+v", r)
	}
	if machine().layers[CgroupPIDs] && !r.TasksHit {
		t.Errorf("the limit was not noticed: %+v", r.Exit)
	}
}

func TestDiskLimits(t *testing.T) {
	for _, act := range [][]string{{"fill", "100"}, {"inodes", "5000"}} {
		r := run(t, Spec{Limits: Limits{FileSize: 1 << 30}}, act...)
		if r.Code != 1 || !r.DiskFull || !contains(r.Stdout, "no space left") {
			t.Errorf("%v: %+v", act, r)
		}
	}
	if r := run(t, Spec{}, "fill", "1"); r.Code != 0 || r.DiskFull {
		t.Errorf("one MiB: %+v", r)
	}
	if r := run(t, Spec{Limits: Limits{FileSize: 1 << 20}}, "fill", "3"); r.Code == 0 || r.DiskFull {
		t.Errorf("file size: %+v", r)
	}
}

func TestCPULimit(t *testing.T) {
	r := run(t, Spec{Limits: Limits{CPU: 300 * time.Millisecond}}, "spin")
	if r.Signal != syscall.SIGKILL || r.CPU < 300*time.Millisecond {
		t.Errorf("%+v", r.Exit)
	}
}

// A bound on processors holds over time, and Go's runtime finds it where it
// finds that of a container.
func TestProcessorLimit(t *testing.T) {
	needsLayers(t, CgroupCPU)
	spec := Spec{Limits: Limits{CPUs: 0.2}}
	r := run(t, spec, "spinners", "100")
	busy := r.Wall > r.CPU*6 // the machine itself gave it less
	if r.Code != 0 || r.Wall < r.CPU*4 || r.Throttled == 0 && !busy {
		t.Errorf("%v of CPU time in %v, held back for %v: that is more than a fifth of a processor", r.CPU, r.Wall, r.Throttled)
	}
	if r = run(t, spec, "quota"); r.Stdout != "0.2 of a processor\n" {
		t.Errorf("the program finds %q%s", r.Stdout, r.Stderr)
	}
	if r = run(t, Spec{}, "quota"); r.Code != 1 {
		t.Errorf("without a bound the program finds %q", r.Stdout)
	}
	if r = run(t, spec, "write", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"); r.Code != 1 {
		t.Error("the program can change its bound")
	}
	_, err := Start(t.Context(), Spec{Path: "/x", Args: []string{"x"}, Limits: spec.Limits, Without: []Layer{CgroupCPU}})
	if !errors.Is(err, errNoQuota) {
		t.Errorf("without the controller: %v", err)
	}
}

// What a run used is told of the target alone, and not of our own code that
// was there before it.
func TestUsage(t *testing.T) {
	r := run(t, Spec{}, "heap", "60", "200")
	if r.PeakRSS < 60<<20 || r.PeakRSS > 128<<20 {
		t.Errorf("60 MiB of heap count as %d bytes", r.PeakRSS)
	}
	r = run(t, Spec{}, "threads", "40")
	few := 40
	if !machine().layers[CgroupPIDs] {
		few = 2 // only sampled
	}
	if r.Threads < few || r.Threads > 64 {
		t.Errorf("40 threads count as %d", r.Threads)
	}
	if r = run(t, Spec{}, "nothing"); r.PeakRSS > 20<<20 {
		t.Errorf("nothing counts as %d bytes", r.PeakRSS)
	}
}
