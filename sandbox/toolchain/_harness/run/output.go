package run

import (
	"internal/trace/tracev2"
	"tutor/tracer"
	"tutor/wire"
	_ "unsafe" // for linkname
)

// output sends the trace. Only whole generations of a trace can be read, so
// the end of each is marked. Once it is longer than soft, or a generation
// reaches beyond hard, what follows is sent as the late part, which the
// supervisor keeps only the end of.
type output struct {
	sent       int64
	whole      int64 // of sent, what can be read
	soft, hard int64
	ending     bool // a generation is being ended early
	full       bool // this generation reaches beyond hard, and is dropped
	late       bool
}

// Write takes a batch of the trace.
func (o *output) Write(p []byte) (int, error) {
	if len(p) == 1 && p[0] == byte(tracev2.EvEndOfGeneration) {
		o.endGeneration(p)
		return len(p), nil
	}
	o.sent += int64(len(p))
	switch {
	case o.late:
		wire.Send(wire.Late, p)
	case !o.full && o.sent > o.hard:
		o.full = true
	case !o.full:
		wire.Send(wire.Begin, p)
	}
	if large := o.sent-o.whole > o.hard/8 || !o.late && o.sent > o.soft; large && !o.ending {
		o.ending = true
		go checkpoint()
	}
	return len(p), nil
}

// endGeneration marks the end of a generation and, where the trace has become
// too long, cuts it there.
func (o *output) endGeneration(mark []byte) {
	o.sent += int64(len(mark))
	o.whole, o.ending = o.sent, false
	switch {
	case o.late:
		wire.Send(wire.Late, mark)
		wire.Send(wire.LateGen)
		return
	case !o.full:
		wire.Send(wire.Begin, mark)
		wire.Send(wire.Whole)
	}
	if o.full || o.sent > o.soft {
		o.late = true
		wire.Send(wire.Ended, []byte{byCap})
	}
}

// checkpoint ends a generation that has grown large, so that less is lost if
// the trace is cut off within the next one. It has a goroutine of its own,
// since the one that reads the trace cannot wait for itself.
//
//go:linkname checkpoint runtime.tutorTraceCheckpoint
func checkpoint() { tracer.Flush() }
