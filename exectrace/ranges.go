package exectrace

import (
	"strings"

	"golang.org/x/exp/trace"
)

const (
	assistRange = "GC mark assist"
	markRange   = "GC concurrent mark phase"
	stwPrefix   = "stop-the-world ("
	idleWorker  = "GC (idle)"
)

// maxSpans bounds the spans that are kept for the drawing.
const maxSpans = 10_000

// ranges follows what is not of one goroutine: mark phases, and the world
// stopped.
type ranges struct {
	stw      []Span
	marks    []Span
	left     int // spans that were not kept
	stwOpen  bool
	stwStart int64
	stwName  string
	gcSTW    float64 // ns
	markOpen bool
	markFrom int64
	mark     float64 // ns
	cycles   int
}

func (r *ranges) stopping() bool { return r.stwOpen }

func (b *builder) rangeEvent(ev trace.Event, kind trace.EventKind) {
	rg := ev.Range()
	begins := kind != trace.EventRangeEnd
	switch {
	case rg.Name == assistRange:
		if rg.Scope.Kind == trace.ResourceGoroutine {
			b.assist(rg.Scope.Goroutine(), begins)
		}
	case rg.Name == markRange:
		from := b.now
		if kind == trace.EventRangeActive {
			from = 0 // told again each generation; new to us only at the start
		}
		b.ranges.markPhase(begins, from, b.now)
	case strings.HasPrefix(rg.Name, stwPrefix):
		name := strings.TrimSuffix(strings.TrimPrefix(rg.Name, stwPrefix), ")")
		b.ranges.stopWorld(begins, name, b.now)
		b.closing(rg.Scope, name)
	}
}

// assist begins or ends g's help with marking. Only the part of it in which g
// runs is time spent: a goroutine may be preempted or wait in the middle.
func (b *builder) assist(id trace.GoID, begins bool) {
	g := b.gs.get(id)
	if g == nil || g.assist == begins {
		return
	}
	change := func() { g.assist, g.closing = begins, false }
	if g.phase != running {
		change()
		return
	}
	b.split(g, change)
}

// closing notes that an assisting goroutine stops the world to end the mark
// phase. What it does from then on, until its assist ends, is done for all.
func (b *builder) closing(scope trace.ResourceID, stop string) {
	if scope.Kind != trace.ResourceGoroutine || !strings.HasPrefix(stop, "GC ") {
		return
	}
	g := b.gs.get(scope.Goroutine())
	if g == nil || !g.assist || g.closing || g.phase != running {
		return
	}
	b.split(g, func() { g.closing = true })
}

func (r *ranges) markPhase(begins bool, from, now int64) {
	if begins {
		if !r.markOpen {
			r.markOpen, r.markFrom = true, from
			r.cycles++
		}
		return
	}
	if r.markOpen {
		r.markOpen = false
		r.mark += float64(now - r.markFrom)
		r.marks = r.keep(r.marks, Span{Start: r.markFrom, End: now, Name: markRange})
	}
}

// stopWorld notes a stop of the world. The tracer's own are none of the
// program's.
func (r *ranges) stopWorld(begins bool, name string, now int64) {
	if begins {
		r.stwOpen, r.stwStart, r.stwName = true, now, name
		return
	}
	if !r.stwOpen {
		return
	}
	r.stwOpen = false
	if name == "start trace" || name == "stop trace" {
		return
	}
	if strings.HasPrefix(name, "GC ") {
		r.gcSTW += float64(now - r.stwStart)
	}
	r.stw = r.keep(r.stw, Span{Start: r.stwStart, End: now, Name: r.stwName})
}

// keep adds a span where there is room.
func (r *ranges) keep(list []Span, s Span) []Span {
	if len(list) >= maxSpans {
		r.left++
		return list
	}
	return append(list, s)
}

func (r *ranges) finish(now int64) {
	r.markPhase(false, 0, now)
	r.stwOpen = false // an unended stop is the tracer's, at the very end
}

// label takes the name the runtime gives a goroutine: GC workers say which
// kind of work they are about to do.
func (b *builder) label(l trace.Label) {
	if l.Resource.Kind != trace.ResourceGoroutine || !strings.HasPrefix(l.Label, "GC (") {
		return
	}
	g := b.gs.get(l.Resource.Goroutine())
	if g == nil || g.kind == user {
		return
	}
	b.prove(g, system)
	b.split(g, func() { g.worker, g.label = true, l.Label })
}
