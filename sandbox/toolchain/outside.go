package toolchain

import (
	"runtime"
	"slices"
	"syscall"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// errOutside is told when something that is not ours ended a jailed process of
// ours, as the kernel does with the largest one when a machine has no memory
// left. Its bytes are not at fault, so that it is tried again, once.
var errOutside error = &sandbox.MachineError{Says: "a process that tutor had started was ended from outside (SIGKILL), and again when it was tried once more. " +
	"Somebody ends them, or the machine has too little memory: look into the log of the kernel"}

// fromOutside says whether compiler, linker or what runs them was killed by
// something else than their limits.
func fromOutside(exit jail.Exit, missing []jail.Layer) bool {
	killed := exit.Signal == syscall.SIGKILL
	for _, step := range exit.Steps {
		killed = killed || step.Code == 128+int(syscall.SIGKILL)
	}
	switch {
	case !killed, exit.OOMKilled, exit.DiskFull, exit.CPU >= buildCPU*9/10:
		return false
	case slices.Contains(missing, jail.CgroupMemory):
		// Nobody counted what it was killed for.
		return exit.PeakRSS < buildMemory/2 && !mayHaveUsed(exit, buildCPU)
	}
	return true
}

// mayHaveUsed says whether a step ran for so long that it can have used so much
// processor time, on all processors together.
func mayHaveUsed(exit jail.Exit, cpu time.Duration) bool {
	return slices.ContainsFunc(exit.Steps, func(s jail.StepExit) bool {
		return s.Wall*time.Duration(runtime.NumCPU()) >= cpu
	})
}

// outOfMemory is what is said of a program that the kernel ended for its memory:
// unlike Go's own runtime it leaves no word of where that was.
func outOfMemory() sandbox.Diagnostic {
	return sandbox.Diagnostic{Code: "runtime:memory-limit", Message: "the program had all the memory that it may use, and was ended when it touched more",
		Explain: "That came from outside and at once, so that nobody can say on which line. Usual causes: a slice or a map that grows without end, goroutines that never end, work that is read in as a whole. Print the sizes of what grows, or give it less to do and take a heap profile."}
}

// killedOutside says of a program that nobody here ended, and that did not end
// by itself, that something else did it.
func killedOutside(e *sandbox.Ended) []sandbox.Diagnostic {
	if e.Status != sandbox.StatusRuntimeError || e.Exit.Signal != syscall.SIGKILL {
		return nil
	}
	d := sandbox.Diagnostic{Code: "runtime:killed", Message: "the program was ended from outside (SIGKILL)",
		Explain: "Nothing in the sandbox can do that to it: somebody ended it on this machine, or the machine had too little memory. It says nothing about the program. Run it again."}
	if slices.Contains(e.Missing, jail.PID) {
		d.Message = "the program was ended by SIGKILL"
		d.Explain = "It ended itself, or something outside did: somebody on this machine, or the kernel, which had too little memory. Run it again to see which."
	}
	return []sandbox.Diagnostic{d}
}
