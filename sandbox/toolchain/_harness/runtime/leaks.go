//go:build go1.26 && !go1.27

package runtime

import _ "unsafe" // for linkname

// tutorCollect runs the collection that looks for goroutines which wait for
// what nothing else can reach, as the profile "goroutineleak" does, and calls
// take with each: the number so far, the goroutine's id and the address of its
// go statement. It puts the stack into what take returns.
//
// It is the last thing that a program does. Nothing of the program's own may
// come of the collection, since there would be none without us: finalizers
// and cleanups stay asleep and nothing is printed.
//
//go:linkname tutorCollect tutor/run.collect
func tutorCollect(take func(i int, id uint64, at uintptr) []uintptr) (n int) {
	tutorQuiet()
	goroutineLeakGC()
	forEachGRace(func(gp *g) {
		if readgstatus(gp) != _Gleaked {
			return
		}
		if isSystemGoroutine(gp, false) {
			gp.atomicstatus.CompareAndSwap(_Gleaked, _Gwaiting)
			return
		}
		if pcs := take(n, gp.goid, gp.gopc); pcs != nil {
			systemstack(func() {
				var u unwinder
				u.initAt(^uintptr(0), ^uintptr(0), 0, gp, unwindSilentErrors)
				tracebackPCs(&u, 0, pcs)
			})
		}
		n++
		// Whoever looks at it now sees it as it was.
		gp.atomicstatus.CompareAndSwap(_Gleaked, _Gwaiting)
	})
	return n
}

// tutorQuiet keeps finalizers and cleanups asleep from here on and has
// collections print nothing.
//
//go:linkname tutorQuiet tutor/profile.quiet
func tutorQuiet() {
	for range 200 { // 20 ms at most
		if !tutorAboutToLook() {
			break
		}
		Gosched()
		usleep(100)
	}
	const never = 1 << 7
	fingStatus.Or(never) // wakefing looks for an exact value
	gcCleanups.asleep.Store(0)
	gcCleanups.ng.Store(1 << 30) // more than there may be
	debug.gctrace = 0
}

// tutorAboutToLook says whether a goroutine that runs finalizers or cleanups was
// made and does not sleep yet: it looks for some before it does.
func tutorAboutToLook() bool {
	f := fingStatus.Load()
	if f&fingCreated != 0 && f&(fingWait|fingRunningFinalizer) == 0 {
		return true
	}
	return gcCleanups.running.Load() == 0 && gcCleanups.asleep.Load() < gcCleanups.ng.Load()
}

// tutorBurden is what makes that collection long or risky.
//
//go:linkname tutorBurden tutor/run.burden
func tutorBurden() (heap uint64, threads int) {
	return gcController.heapLive.Load(), int(mcount())
}
