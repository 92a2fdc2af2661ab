//go:build !go1.26 || go1.27

package runtime

import _ "unsafe" // for linkname

// The collection that looks for leaked goroutines is not known of this Go.

//go:linkname tutorCollect tutor/run.collect
func tutorCollect(take func(i int, id uint64, at uintptr) []uintptr) int { return 0 }

//go:linkname tutorBurden tutor/run.burden
func tutorBurden() (heap uint64, threads int) { return 0, -1 }

//go:linkname tutorQuiet tutor/profile.quiet
func tutorQuiet() { debug.gctrace = 0 }
