//go:build race && linux

package runtime

import _ "unsafe" // for linkname

//go:linkname __sanitizer_set_report_fd __sanitizer_set_report_fd
//go:cgo_import_static __sanitizer_set_report_fd
var __sanitizer_set_report_fd byte

// tutorReportRaces has the race detector write its reports to a descriptor,
// which printing does not reach, instead of stderr.
//
//go:linkname tutorReportRaces tutor/crash.reportRaces
func tutorReportRaces(fd uintptr) { racecall(&__sanitizer_set_report_fd, fd, 0, 0, 0) }
