//go:build !race || !linux

package runtime

import _ "unsafe" // for linkname

// tutorReportRaces is for programs with the race detector.
//
//go:linkname tutorReportRaces tutor/crash.reportRaces
func tutorReportRaces(uintptr) {}
