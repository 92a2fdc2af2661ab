package run

import (
	"internal/trace/tracev2"
	"tutor/tracer"
	"tutor/wire"
	_ "unsafe" // for linkname
)

// output sends the trace. Only whole generations of a trace can be read, so
// the end of each is marked. The supervisor keeps the first of them and, of a
// long trace, the last.
type output struct {
	part   int64 // a generation larger than this is ended early
	size   int64 // of this generation
	ending bool
}

// Write takes a batch of the trace.
func (o *output) Write(p []byte) (int, error) {
	wire.Send(wire.Batch, p)
	if len(p) == 1 && p[0] == byte(tracev2.EvEndOfGeneration) {
		wire.Send(wire.Whole)
		o.size, o.ending = 0, false
		return len(p), nil
	}
	o.size += int64(len(p))
	if o.size > o.part && !o.ending {
		o.ending = true
		go checkpoint()
	}
	return len(p), nil
}

// checkpoint ends a generation that has grown large, so that less is lost
// where the trace is cut. It has a goroutine of its own, since the one that
// reads the trace cannot wait for itself.
//
//go:linkname checkpoint runtime.tutorTraceCheckpoint
func checkpoint() { tracer.Flush() }
