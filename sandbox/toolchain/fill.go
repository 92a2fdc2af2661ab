package toolchain

import (
	"fmt"
	"slices"
	"syscall"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// fill puts what is known of an ended program into the stage's result.
func (s *stage) fill(e *sandbox.Ended) {
	res := s.result
	res.Status, res.Limit, res.Truncated = e.Status, e.Limit, e.Truncated
	res.ExitCode, res.Signal = e.Exit.Code, signalName(e.Exit.Signal)
	if e.Events != nil {
		res.Events = e.Events
	}
	res.Usage = usageOf(e)
	res.Timing.StartMS, res.Timing.RunMS = millis(e.Startup), millis(e.Exit.Wall)
	if len(e.Races) > 0 {
		code := learnersCode{s.learners, goCalls(s.plan.learners())}
		res.Diagnostics = append(res.Diagnostics, raceDiagnostics(e.Races, code)...)
	}
	res.Diagnostics = append(res.Diagnostics, s.lastWords(e).diagnostics()...)
	res.Diagnostics = append(res.Diagnostics, killedOutside(e)...)
	if e.Status == sandbox.StatusMemoryLimit && len(res.Diagnostics) == 0 {
		res.Diagnostics = append(res.Diagnostics, outOfMemory())
	}
	res.Isolation = less(res.Isolation, e)
	if s.race {
		res.Isolation = unbounded(res.Isolation)
	}
	if e.Trace != nil {
		s.fillTraces(e.Trace)
	}
}

// usageOf is what an ended program took.
func usageOf(e *sandbox.Ended) sandbox.Usage {
	return sandbox.Usage{CPUMS: millis(e.Exit.CPU), WallMS: millis(e.Exit.Wall),
		MaxRSSKiB: e.Exit.PeakRSS >> 10, ThreadsPeak: e.Exit.Threads, ThrottledMS: millis(e.Exit.Throttled)}
}

// less is the isolation that a run had: what was measured or, should a layer
// have been refused to this process alone, less.
func less(measured sandbox.Isolation, e *sandbox.Ended) sandbox.Isolation {
	for _, layer := range e.Missing {
		if name := string(layer); !slices.Contains(measured.Missing, name) {
			measured.Missing = append(slices.Clone(measured.Missing), name)
			if measured.Level > 1 {
				measured.Level, measured.Name = 1, "restricted"
			}
		}
	}
	return measured
}

// unbounded is the isolation of a program with the race detector, which cannot
// be held by RLIMIT_DATA: without a cgroup nothing bounds its memory.
func unbounded(i sandbox.Isolation) sandbox.Isolation {
	if i.Level > 1 && slices.Contains(i.Missing, string(jail.CgroupMemory)) {
		i.Level, i.Name = 1, "restricted"
	}
	return i
}

// signalName names the signals that can end a program; others, which Go
// programs turn into an exit code, by number.
func signalName(sig syscall.Signal) string {
	switch sig {
	case 0:
		return ""
	case syscall.SIGKILL:
		return "SIGKILL"
	case 31:
		return "SIGSYS"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGABRT:
		return "SIGABRT"
	}
	return fmt.Sprintf("signal %d", int(sig))
}
