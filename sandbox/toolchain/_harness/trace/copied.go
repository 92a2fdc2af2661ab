package trace

import (
	"io"
	"sync/atomic"
	"tutor/wire"
)

// maxCopied is how many traces of a program's own are handed over.
const maxCopied = 8

var copies atomic.Int32

// copied is a second copy, for the supervisor, of a trace that the program
// writes somewhere: its files do not outlive it. A nil one is none.
type copied struct{ number [1]byte }

// newCopied gives the trace that goes to w the name of the file that w is,
// when it is one.
func newCopied(w io.Writer) *copied {
	if !wire.Open() {
		return nil
	}
	n := copies.Add(1)
	if n > maxCopied {
		return nil
	}
	name := ""
	if file, ok := w.(interface {
		Name() string
		Fd() uintptr
	}); ok {
		name = file.Name()
	}
	c := &copied{[1]byte{byte(n)}}
	wire.Send(wire.OwnName, c.number[:], []byte(name))
	return c
}

// piece is how much goes into one record.
const piece = 256 << 10

func (c *copied) write(p []byte) {
	for c != nil && len(p) > 0 {
		n := min(len(p), piece)
		wire.Send(wire.OwnData, c.number[:], p[:n])
		p = p[n:]
	}
}
