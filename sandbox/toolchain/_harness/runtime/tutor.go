package runtime

import _ "unsafe" // for linkname

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
