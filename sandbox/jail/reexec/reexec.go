// Package reexec is what our own binary does when jail starts it again as a
// child: it confines itself, layer by layer, and then executes the target in
// its own place.
//
// It takes over in init, not in main: a binary that links everything we have
// needs over 20 ms to reach main and this one millisecond to get here. That is
// the one exception to "no side effects in init", and the reason why this
// package imports nothing but os, syscall and unsafe. A binary whose argv[0]
// is none of the names below does not notice that the package is there.
//
// The order of the steps in the child matters and is that of confine.
package reexec

// The names, as argv[0], under which our binary is a child of jail.
const (
	// NameConfine reads a Config from the descriptor named by argv[1],
	// confines itself and executes the target.
	NameConfine = "tutor-jail"
	// NameMaker makes such children for a server that is larger than it.
	NameMaker = "tutor-jail-maker"
	// NameCanary tries to break out of where it is, already confined.
	NameCanary = "tutor-jail-canary"
)

// Self, as Config.Path, stands for our own binary: it is executed through a
// descriptor, so that it need not be visible inside.
const Self = "/proc/self/exe"

// What a child says over its control socket, besides a failure: that a
// descriptor of /tmp comes with the byte, and that the target is next. A
// socket that closes without the second closed because the child died.
const (
	TmpFollows = 'T'
	Ready      = 'X'
)

// FilesFollow is what a spare child is sent together with its descriptors.
const FilesFollow = 'F'

// Readiness is what a child has used until the target is executed, which is
// no concern of the target's.
type Readiness struct {
	CPU    uint64 // nanoseconds of CPU time in all
	Inside uint64 // those since it entered its cgroups
	At     uint64 // the monotonic clock, in nanoseconds
}

// CutReady takes a Readiness off the front of what a child said. ok is false
// when there is none.
func CutReady(message []byte) (r Readiness, rest []byte, ok bool) {
	if len(message) == 0 || message[0] != Ready {
		return r, message, false
	}
	in := reader{buf: message[1:]}
	for _, n := range []*uint64{&r.CPU, &r.Inside, &r.At} {
		in.number(n)
	}
	return r, in.buf, !in.short
}
