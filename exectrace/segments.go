package exectrace

import "iter"

// lasting is a state that has begun and not ended.
type lasting struct {
	tick
	on bool
	in int32 // the block that spoke of it last
}

// Segments gives every segment of every goroutine that has a row, whole: those
// of one goroutine, and those on one P, in order of time; all of them in the
// order in which they end. It decodes the timeline as it goes.
func (t *Trace) Segments() iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		now := make([]lasting, len(t.Goroutines))
		d := t.decoder()
		for i := range t.tl.blocks {
			if !t.blockSegments(d, i, now, yield) {
				return
			}
		}
		for row := range now {
			if now[row].on && !yield(t.segment(&now[row].tick, t.ticks())) {
				return
			}
		}
	}
}

// TellsOrigins says that the replay of the run queues fits this trace. Where it
// does not, the origins of segments are guesses, and not to be shown.
func (t *Trace) TellsOrigins() bool { return t.Metrics.Steals.Stolen != nil }

// ticks is the length of the trace.
func (t *Trace) ticks() int64 { return (t.Wall + tickNS - 1) / tickNS }

// blockSegments gives the segments that end in block i. A state that goes on
// from the block before is told again at its start.
func (t *Trace) blockSegments(d *decoder, i int, now []lasting, yield func(Segment) bool) bool {
	from := t.tl.blocks[i].From
	more := true
	err := d.events(i, func(e *tick) bool {
		l := &now[e.row]
		first := l.in != int32(i+1)
		l.in = int32(i + 1)
		if l.on && first && i > 0 && e.at == from && l.same(e) {
			l.stack = max(l.stack, e.stack)
			return true
		}
		if l.on {
			more = yield(t.segment(&l.tick, e.at))
		}
		l.tick, l.on = *e, e.state != stateGone
		return more
	})
	return more && err == nil
}

func (l *lasting) same(e *tick) bool {
	return l.state == e.state && l.p == e.p && l.m == e.m && l.reason == e.reason
}

// segment is a state that ended.
func (t *Trace) segment(e *tick, end int64) Segment {
	s := Segment{
		Start: e.at * tickNS, End: min(end*tickNS, t.Wall), G: t.Goroutines[e.row].ID, P: int64(e.p) - 1, M: none,
		State: State(e.state), Origin: e.origin, Reason: t.tl.reasons[e.reason], At: t.tl.at(e.stack), Row: int(e.row),
	}
	s.End = max(s.End, s.Start)
	if e.m > 0 {
		s.M = t.tl.threads[e.m-1]
	}
	return s
}

// at is the innermost line of a stack that is the learner's; zero for none.
func (tl *timeline) at(stack uint32) Frame {
	for _, f := range tl.stacks[stack] {
		if tl.own[f] {
			return tl.frames[f]
		}
	}
	return Frame{}
}
