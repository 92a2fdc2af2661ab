package runtime

import (
	"internal/abi"
	_ "unsafe" // for linkname
)

// tutorActivity says whether a goroutine of the program's own is running or
// could run, and a number that changes whenever one of them has. It belongs to
// the trace harness (tutor/run) and is left out of programs without it.
//
//go:linkname tutorActivity tutor/run.activity
func tutorActivity() (sum uint64, busy bool) {
	forEachGRace(func(gp *g) {
		status := readgstatus(gp) &^ _Gscan
		switch status {
		case _Gidle, _Gdead:
			return
		}
		if isSystemGoroutine(gp, false) {
			return
		}
		switch status {
		case _Grunnable, _Grunning, _Gcopystack, _Gpreempted:
			busy = true
		}
		// trackingSeq counts how often the goroutine has stopped running.
		for _, v := range [...]uint64{gp.goid, uint64(status), uint64(gp.trackingSeq)} {
			sum = (sum ^ v) * 1099511628211
		}
	})
	return sum, busy
}

// tutorStubborn says whether a goroutine may run on when it is asked to stop.
//
//go:linkname tutorStubborn tutor/run.stubborn
func tutorStubborn() bool { return debug.asyncpreemptoff != 0 }

// tutorAlone lets only the runtime's own goroutines run besides the one that
// calls it, which counts as one of them from here on. It says false, and undoes
// that, when one goes on running. The program must be about to end.
//
//go:linkname tutorAlone tutor/run.alone
func tutorAlone() bool {
	gp := getg()
	before := gp.startpc
	gp.startpc = abi.FuncPCABIInternal(forcegchelper) // any of the runtime's own
	schedEnableUser(false)
	for range 200 { // 20 ms
		preemptall()
		if !tutorOthersRun() {
			return true
		}
		usleep(100)
	}
	schedEnableUser(true)
	gp.startpc = before
	return false
}

// tutorOthersRun says whether a goroutine of the program's runs on another P.
func tutorOthersRun() bool {
	me := getg().m
	lock(&allpLock)
	defer unlock(&allpLock)
	for _, pp := range allp {
		mp := pp.m.ptr()
		if pp.status != _Prunning || mp == nil || mp == me {
			continue
		}
		if gp := mp.curg; gp != nil && !isSystemGoroutine(gp, false) {
			return true
		}
	}
	return false
}

// tutorTracing says whether a trace is being taken.
//
//go:linkname tutorTracing tutor/tracer.tracing
func tutorTracing() bool { return traceEnabled() }
