package exectrace

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// builder is the state machine: it is fed events in order and holds every
// goroutine, P and range that is alive.
type builder struct {
	opts   Options
	stacks *stacks
	t0     trace.Time
	now    int64 // ns since t0
	events int64

	gs     living
	procs  procs
	ranges ranges
	user   annotations
	twin   *twin
	sum    sums
	handed handed

	rec    recorder
	curves curves
	ready  int // goroutines of the program that are ready now

	recs     records
	unlisted int
}

func newBuilder(opts Options) *builder {
	opts = opts.withDefaults()
	b := &builder{
		opts:   opts,
		gs:     living{by: map[trace.GoID]*gstate{}},
		user:   newAnnotations(),
		twin:   newTwin(),
		sum:    newSums(),
		handed: handed{},
		rec:    newRecorder(),
		curves: newCurves(),
	}
	b.stacks = newStacks(&b.opts)
	return b
}

// event takes one event.
func (b *builder) event(ev *read) {
	if b.t0 == 0 {
		b.t0 = ev.Time()
	}
	b.now = int64(ev.Time() - b.t0)
	if ev.kind == trace.EventSync {
		b.stacks.newGeneration()
		return
	}
	b.events++
	switch ev.kind {
	case trace.EventStateTransition:
		b.transition(ev)
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		b.rangeEvent(ev.Event, ev.kind)
	case trace.EventMetric:
		b.metric(ev.Metric())
	case trace.EventLabel:
		b.label(ev.Label())
	case trace.EventTaskBegin, trace.EventTaskEnd, trace.EventRegionBegin, trace.EventRegionEnd, trace.EventLog:
		b.annotation(ev)
	}
}

func (b *builder) transition(ev *read) {
	switch ev.st.Resource.Kind {
	case trace.ResourceGoroutine:
		b.goTransition(ev)
		b.follow()
	case trace.ResourceProc:
		b.procTransition(ev.st)
	}
}

// goTransition moves one goroutine on.
func (b *builder) goTransition(ev *read) {
	id := ev.st.Resource.Goroutine()
	g := b.gs.get(id)
	if g == nil || ev.from == trace.GoNotExist {
		if g != nil { // an id used twice: only a forged trace does that
			b.end(g)
		}
		g = b.born(ev)
		b.gs.put(g)
	}
	if ev.from == ev.to && ev.from != trace.GoUndetermined {
		b.name(g, b.stacks.info(ev.st.Stack)) // each generation tells the states again
		return
	}
	g.account(b.now)
	switch ev.to {
	case trace.GoRunnable:
		b.toReady(g, ev)
	case trace.GoRunning:
		b.toRunning(g, ev)
	case trace.GoSyscall:
		b.toSyscall(g, ev)
	case trace.GoWaiting:
		b.toWaiting(g, ev)
	case trace.GoNotExist:
		b.leaveP(g, ev)
		b.end(g)
		b.gs.drop(id)
	}
}

// born makes the state of a goroutine that is new to us.
func (b *builder) born(ev *read) *gstate {
	g := &gstate{id: int64(ev.st.Resource.Goroutine()), p: none, m: none, event: none, rec: none, state: Sleep}
	g.existed = ev.from != trace.GoNotExist
	if !g.existed {
		b.created(g, ev)
	}
	b.name(g, b.stacks.info(ev.st.Stack))
	if g.id == 1 { // the main goroutine is always 1
		b.prove(g, user)
		g.func_, g.named = "main.main", true
	}
	b.list(g)
	return g
}

// created notes who made a goroutine, and where.
func (b *builder) created(g *gstate, ev *read) {
	start := b.stacks.info(ev.st.Stack)
	g.born, g.marked, g.known = b.now, b.now, true
	how := b.stacks.info(ev.Stack())
	g.created = how.at
	if by := ev.Goroutine(); by != trace.NoGoroutine {
		g.by = int64(by)
		b.acts(b.gs.get(by), how)
	}
	g.handed = how.starter != "" && strings.HasPrefix(start.entry, how.starter+".")
	k := user
	if b.opts.system(start.entry) {
		k = system
	}
	b.prove(g, k)
	if k == user {
		b.sum.created++
	}
}

// name learns from a stack of g what g is. Any stack of it will do.
func (b *builder) name(g *gstate, s *stackInfo) {
	if s.entry == "" || g.named {
		return
	}
	if g.handed {
		b.handed.started(g, s)
	}
	g.func_ = s.name
	g.named = s.at != 0
	if g.kind != unproven {
		return
	}
	g.worker = s.entry == "runtime.gcBgMarkWorker"
	if b.opts.system(s.entry) {
		b.prove(g, system)
	} else {
		b.prove(g, user)
	}
}

// acts learns the same from the stack of something that g did to another, when
// it shows the learner's code. g may be nil.
func (b *builder) acts(g *gstate, s *stackInfo) {
	if g != nil && !g.named && s.at != 0 {
		b.name(g, s)
	}
}

// prove settles whose g is. A user goroutine that was there from the start
// has been alive all along, so it was there at the peak too.
func (b *builder) prove(g *gstate, k kind) {
	if g.kind != unproven {
		return
	}
	g.kind = k
	if k == system {
		b.sum.system++
		return
	}
	b.sum.alive(g.existed)
	b.countReady(g, +1)
	for _, l := range g.early {
		b.sum.latency(l)
	}
	g.early = nil
}

// end closes the book on a goroutine.
func (b *builder) end(g *gstate) {
	g.account(b.now)
	b.closeWait(g)
	b.user.closeRegions(g, b.now)
	b.sum.times(g)
	if g.kind == user {
		b.sum.live--
	}
	b.record(g, b.now)
	b.countReady(g, -1)
	g.phase = gone
	if g.event != none {
		b.add(event{at: b.now, g: g, state: stateGone})
		g.event = none
	}
}

// countReady keeps the number of the program's goroutines that are ready when
// g comes to be one of them, or stops being it.
func (b *builder) countReady(g *gstate, d int) {
	if g.phase == ready && g.kind == user {
		b.ready += d
	}
}

// list opens the goroutine's record, if there is room.
func (b *builder) list(g *gstate) {
	if b.recs.n >= b.opts.MaxGoroutines {
		b.unlisted++
		return
	}
	g.rec = b.recs.add(Goroutine{ID: g.id, Created: g.born, Ended: -1})
}

// records are goroutines in chunks, so that many of them are not copied each
// time there is no more room.
type records struct {
	chunks [][]Goroutine
	n      int
}

const chunkLen = 1 << 10

func (r *records) add(g Goroutine) int {
	if r.n%chunkLen == 0 {
		r.chunks = append(r.chunks, make([]Goroutine, 0, min(chunkLen, 16+7*r.n)))
	}
	last := &r.chunks[len(r.chunks)-1]
	*last = append(*last, g)
	r.n++
	return r.n - 1
}

func (r *records) at(i int) *Goroutine { return &r.chunks[i/chunkLen][i%chunkLen] }

// all puts them into one slice; the chunks are let go on the way.
func (r *records) all() []Goroutine {
	out := make([]Goroutine, 0, r.n)
	for i, c := range r.chunks {
		out = append(out, c...)
		r.chunks[i] = nil
	}
	return out
}

// record fills in what is known of g now. ended is -1 when it lives on.
func (b *builder) record(g *gstate, ended int64) {
	if g.rec == none {
		return
	}
	r := b.recs.at(g.rec)
	r.Func, r.CreatedBy, r.CreatedAt = g.func_, g.by, b.stacks.frame(g.created)
	r.Ended, r.System, r.Existed, r.Times = ended, g.kind != user, g.existed, g.times
	r.Last = g.now()
	if g.phase == waiting {
		r.Reason = g.reason
	}
}

// finish ends the trace at its last event.
func (b *builder) finish() {
	b.nameHanded()
	for _, id := range slices.Sorted(maps.Keys(b.gs.by)) {
		g := b.gs.by[id]
		g.account(b.now)
		b.closeWait(g)
		b.user.closeRegions(g, b.now)
		if g.kind == unproven {
			b.sum.system++
		}
		b.sum.times(g)
		b.sum.atEnd(g, b.stacks)
		b.record(g, -1)
	}
	b.ranges.finish(b.now)
	b.user.finish(b.now)
	b.procs.advance(b.now)
	b.rec.upTo(b.now)
	b.rec.close(b.now)
}

// follow lets the curves follow what changed.
func (b *builder) follow() {
	b.curves.live.set(b.now, float64(b.sum.live))
	b.curves.runnable.set(b.now, float64(b.ready))
}

// followQueues does so for the run queues.
func (b *builder) followQueues() {
	local, global := b.twin.depths()
	b.curves.queue.set(b.now, float64(local))
	b.curves.global.set(b.now, float64(global))
}
