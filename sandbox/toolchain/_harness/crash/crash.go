// Package crash gives the runtime a descriptor of the supervisor's for its
// dying words, and a limit for stacks that is reached before the jail's limit
// of memory, so that endless recursion is reported as what it is.
//
// It imports next to nothing, so that it is initialised before the packages
// it reports on.
package crash

import _ "unsafe" // for linkname

// fd is set by the linker. It is a string because the linker sets only those.
var fd = "3"

// raceFD is set by the linker to a second one, for what the race detector
// reports; empty: there is none.
var raceFD string

// maxStack is far more than honest recursion needs and, with the copy that is
// made when a stack grows, well below the default limit of memory.
const maxStack = 64 << 20

func init() {
	setCrashFD(Raise(number(fd)))
	setMaxStack(maxStack)
	if raceFD != "" {
		reportRaces(Raise(number(raceFD)))
	}
}

func number(text string) uintptr {
	n := uintptr(0)
	for _, c := range text {
		n = n*10 + uintptr(c-'0')
	}
	return n
}

// reportRaces is in package runtime: reports go to fd.
//
//go:linkname reportRaces
func reportRaces(fd uintptr)

//go:linkname setCrashFD runtime.setCrashFD
func setCrashFD(fd uintptr) uintptr

//go:linkname setMaxStack runtime/debug.setMaxStack
func setMaxStack(int) int
