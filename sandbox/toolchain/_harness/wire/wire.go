// Package wire is the one descriptor over which the harness hands things to
// the supervisor: what the program traced, and what is known beside it.
//
// Everything goes as records: a byte that says what it is, four bytes of
// length, and the bytes. What reads them trusts none of it: the program may
// have found the descriptor and written to it, too.
package wire

import (
	"sync"
	"syscall"
	"tutor/crash"
)

// The kinds of record.
const (
	Batch   = 'b' // bytes of the run's trace
	Whole   = 'w' // a generation of it is whole
	Ended   = 'e' // it has ended; one byte says why
	Leaks   = 'g' // the goroutines that can never go on, as text
	NoLeaks = 'n' // why there are none of those: one byte
	OwnName = 'o' // a trace that the program takes itself: its number, and its name
	OwnData = 'p' // its number, and bytes of it

	Profile    = 'f' // bytes of the run's profile
	ProfileEnd = 'h' // it is whole; one byte says why it ended, as of Ended
)

// fd is set by the linker; empty: nobody listens.
var fd string

var wire struct {
	sync.Mutex
	fd   int
	open bool
}

func init() {
	n := uintptr(0)
	for _, c := range fd {
		n = n*10 + uintptr(c-'0')
	}
	if n > 0 {
		wire.fd, wire.open = int(crash.Raise(n)), true
	}
}

// Open says whether anybody listens.
func Open() bool { return wire.open }

// Send hands over one record. What cannot be written is lost.
func Send(kind byte, parts ...[]byte) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	wire.Lock()
	defer wire.Unlock()
	if !wire.open {
		return
	}
	write([]byte{kind, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	for _, p := range parts {
		write(p)
	}
}

func write(p []byte) {
	for len(p) > 0 {
		n, err := syscall.Write(wire.fd, p)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			wire.open = false
			return
		}
		p = p[n:]
	}
}
