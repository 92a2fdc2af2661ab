package sandbox

import (
	"syscall"
	"testing"
)

func captured(s string) Capture { return Capture{Kept: []byte(s), Total: int64(len(s))} }

// TestDerive holds the order in which a status is derived. Each row differs
// from "ok" by what it names; the forgeries are what printing alone can do.
// gcDied is how Go 1.26.8 dies of a failed allocation of its collector.
const gcDied = "SIGSEGV: segmentation violation\nPC=0x42e59d m=3 sigcode=1 addr=0x0\n\ngoroutine 0 gp=0x162c3f7b32c0 m=3 mp=0x162c3f7df008 [idle]:\n" +
	"runtime.(*spanQueue).tryDrain(0x162c00000400?, 0x436d25?, 0x5834e8?)\n\truntime/mgcmark_greenteagc.go:520 +0x5d\n"

const ownNil = "SIGSEGV: segmentation violation\nPC=0x42e59d m=3 sigcode=1 addr=0x0\n\ngoroutine 1 gp=0x1 m=3 mp=0x2 [running]:\n" +
	"main.main()\n\tmain.go:5 +0x5d\nruntime.(*spanQueue).tryDrain(0x0)\n"

func TestDerive(t *testing.T) {
	const trace = "\ngoroutine 1 [chan receive]:\nmain.main()\n\tmain.go:4 +0x1d\n"
	dead := func(x string) (Capture, Capture) {
		return captured("before\nfatal error: " + x + "\n" + trace), captured(trace)
	}
	fatal := func(x string) Ending {
		stderr, crash := dead(x)
		return Ending{Code: 2, Stderr: stderr, Crash: crash}
	}
	with := func(e Ending, f func(*Ending)) Ending { f(&e); return e }
	goexit := "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n"

	tests := []struct {
		name string
		end  Ending
		want Status
	}{
		{"nothing", Ending{}, StatusOK},
		{"exit 3", Ending{Code: 3}, StatusRuntimeError},
		{"signal", Ending{Code: -1, Signal: syscall.SIGKILL}, StatusRuntimeError},

		{"killed over everything", with(fatal(fatalAsleep), func(e *Ending) { e.Stopped = StatusKilled; e.OOMKilled = true }), StatusKilled},
		{"time limit over its own dump", with(fatal(fatalAsleep), func(e *Ending) { e.Stopped = StatusTimeLimit }), StatusTimeLimit},
		{"output limit over exit code", Ending{Stopped: StatusOutputLimit, Code: -1, Signal: syscall.SIGKILL}, StatusOutputLimit},

		{"oom kill", Ending{Code: -1, Signal: syscall.SIGKILL, OOMKilled: true}, StatusMemoryLimit},
		{"oom kill of a child", Ending{OOMKilled: true}, StatusMemoryLimit},
		{"oom before tasks", Ending{OOMKilled: true, TasksHit: true}, StatusMemoryLimit},
		{"tasks", Ending{TasksHit: true}, StatusProcessLimit},
		{"no thread", fatal("newosproc"), StatusProcessLimit},
		{"printed no thread", Ending{Code: 2, Stderr: captured("fatal error: newosproc\n")}, StatusRuntimeError},
		{"sigsys", Ending{Code: -1, Signal: 31}, StatusForbidden},
		{"sigsys in crash", Ending{Code: 2, Crash: captured("SIGSYS: bad system call\nPC=0x1"), Stderr: captured("SIGSYS: bad system call\nPC=0x1")}, StatusForbidden},
		{"printed sigsys", Ending{Code: 2, Stderr: captured("SIGSYS: bad system call\nPC=0x1")}, StatusRuntimeError},

		{"race", Ending{Code: 66, Race: true}, StatusRace},
		{"exit 66 alone", Ending{Code: 66}, StatusRuntimeError},
		{"race seen, exit 0", Ending{Race: true}, StatusOK},

		{"deadlock", fatal(fatalAsleep), StatusDeadlock},
		{"deadlock after a partial line", Ending{Code: 2,
			Stderr: captured("no newlinefatal error: " + fatalAsleep + "\n" + trace), Crash: captured(trace)}, StatusDeadlock},
		{"deadlock, exit 1", with(fatal(fatalAsleep), func(e *Ending) { e.Code = 1 }), StatusRuntimeError},
		{"printed deadlock", Ending{Code: 2, Stderr: captured("fatal error: " + fatalAsleep + "\n" + trace)}, StatusRuntimeError},
		{"printed deadlock, then a panic", Ending{Code: 2,
			Stderr: captured("fatal error: " + fatalAsleep + "\npanic: x\n" + trace), Crash: captured("panic: x\n" + trace)}, StatusRuntimeError},
		{"out of memory", fatal("runtime: out of memory"), StatusMemoryLimit},
		{"out of memory for the heap's own", fatal("out of memory allocating heap arena metadata"), StatusMemoryLimit},
		{"out of memory for a stack", fatal("out of memory (stackalloc)"), StatusMemoryLimit},
		{"cannot map", fatal("runtime: cannot allocate memory"), StatusMemoryLimit},
		{"the collector did not get what it asked for", Ending{Code: 2, Stderr: captured("fatal error: runtime: cannot allocate memory\n" + gcDied), Crash: captured(gcDied)}, StatusMemoryLimit},
		{"printed as the collector", Ending{Code: 2, Stderr: captured(gcDied)}, StatusRuntimeError},
		{"a nil pointer of the program's own", Ending{Code: 2, Stderr: captured(ownNil), Crash: captured(ownNil)}, StatusRuntimeError},
		{"concurrent map writes", fatal("concurrent map writes"), StatusRuntimeError},
		{"panic", Ending{Code: 2, Stderr: captured("panic: x\n" + trace), Crash: captured("panic: x\n" + trace)}, StatusRuntimeError},
		{"long dump, kept in part", Ending{Code: 2,
			Stderr: Capture{Kept: []byte("fatal error: " + fatalAsleep + "\n" + trace), Total: int64(len(fatalAsleep)) + 14 + 1e6},
			Crash:  Capture{Kept: []byte(trace), Total: 1e6}}, StatusDeadlock},

		{"goexit", Ending{Code: 2, Stderr: captured(goexit)}, StatusDeadlock},
		{"goexit with a crash", Ending{Code: 2, Stderr: captured(goexit), Crash: captured("panic: x")}, StatusRuntimeError},
		{"disk full", Ending{Code: 1, DiskFull: true}, StatusDiskLimit},
		{"disk full but deadlocked", with(fatal(fatalAsleep), func(e *Ending) { e.DiskFull = true }), StatusDeadlock},
		{"disk full and ended well", Ending{DiskFull: true}, StatusOK},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Derive(test.end); got != test.want {
				t.Errorf("Derive = %s, want %s", got, test.want)
			}
		})
	}
}
