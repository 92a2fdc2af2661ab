package exectrace

import "golang.org/x/exp/trace"

// coroutine is our word for why a goroutine of package iter waits.
const coroutine = "coroutine switch"

// toReady puts g in a run queue.
func (b *builder) toReady(g *gstate, ev trace.Event, st trace.StateTransition) {
	from, _ := st.Goroutine()
	var s *stackInfo
	switch from {
	case trace.GoRunning:
		s = b.stacks.info(st.Stack)
		b.name(g, s)
		b.stopped(g, ev, s, st.Reason)
	case trace.GoSyscall:
		b.leaveP(g, ev)
	}
	b.closeSegment(g)
	b.closeWait(g)
	g.cause = b.readyCause(g, ev, st, s)
	g.handsOver = s != nil && s.yield && st.Reason == "preempted"
	b.enter(g, ready, from)
	if from == trace.GoNotExist {
		g.at = g.created
	}
	b.twin.ready(g, ev, b.ranges.stopping(), len(b.procs.busy))
	b.openSegment(g)
}

func (b *builder) readyCause(g *gstate, ev trace.Event, st trace.StateTransition, s *stackInfo) cause {
	switch from, _ := st.Goroutine(); from {
	case trace.GoNotExist:
		return causeCreate
	case trace.GoRunning:
		// A mutex handed over is told as "preempted", but it is no time slice
		// that was up.
		if st.Reason == "preempted" && !s.yield {
			return causePreempted
		}
		return causeGosched
	case trace.GoSyscall:
		return causeSyscall
	case trace.GoWaiting:
		if g.reason == coroutine {
			return causeUnknown // switched to directly, through no run queue
		}
		by := ev.Goroutine()
		w := b.gs[by]
		k := system
		if w != nil {
			k = w.kind
		}
		return wakeCause(g.reason, k, by == trace.NoGoroutine)
	}
	return causeUnknown
}

// toRunning gives g a P: the one of the event.
func (b *builder) toRunning(g *gstate, ev trace.Event) {
	p := int64(ev.Proc())
	from, _ := ev.StateTransition().Goroutine()
	if g.phase == syscall && !g.known {
		// Back from a system call that was under way when the trace began: it
		// kept its P all the time, or it would be runnable now.
		g.held += g.times[Syscall]
		if g.seg != none {
			b.segs[g.seg].P = p
		}
	}
	b.closeSegment(g)
	if g.phase == ready {
		b.started(g, ev, p)
	}
	g.at = 0
	b.enter(g, running, from)
	g.p, g.m = p, int64(ev.Thread())
	b.procs.hold(g)
	b.openSegment(g)
}

// started counts the start of g on p.
func (b *builder) started(g *gstate, ev trace.Event, p int64) {
	if g.known && g.cause != causeUnknown { // not of one that was ready from the start
		l := latency{g.cause, b.now - g.since}
		switch g.kind {
		case user:
			b.sum.latency(l)
			b.sum.line(g.at).runnable += float64(l.ns)
		case unproven:
			g.early = append(g.early, l)
		}
	}
	if g.kind == user {
		b.sum.switches += b.procs.runs(p, g.id)
	}
	b.twin.start(g, ev)
}

func (b *builder) toSyscall(g *gstate, ev trace.Event, st trace.StateTransition) {
	from, _ := st.Goroutine()
	s := b.stacks.info(st.Stack)
	b.name(g, s)
	if from == trace.GoRunning {
		b.ownP(g, ev)
	} else {
		g.p, g.m = none, int64(ev.Thread())
	}
	b.closeSegment(g)
	g.at = s.at
	b.enter(g, syscall, from)
	b.procs.hold(g)
	b.openSegment(g)
}

func (b *builder) toWaiting(g *gstate, ev trace.Event, st trace.StateTransition) {
	from, _ := st.Goroutine()
	s := b.stacks.info(st.Stack)
	b.name(g, s)
	if from == trace.GoRunning {
		b.stopped(g, ev, s, st.Reason)
	}
	b.closeSegment(g)
	g.at, g.sync = s.at, s.sync
	g.reason = st.Reason
	switch {
	case g.reason == "" && from == trace.GoUndetermined:
		g.reason = "unknown"
	case g.reason == "":
		g.reason = coroutine // the trace gives no reason
	}
	g.state = waitState(g.reason)
	b.enter(g, waiting, from)
	b.openSegment(g)
}

// enter begins a phase.
func (b *builder) enter(g *gstate, p phase, from trace.GoState) {
	g.phase = p
	if from == trace.GoUndetermined {
		g.since, g.known = 0, false // it was so before the trace began
		g.marked = 0
		g.account(b.now)
		return
	}
	g.since, g.known = b.now, true
}

// stopped notes where a running goroutine lost its P.
func (b *builder) stopped(g *gstate, ev trace.Event, s *stackInfo, reason string) {
	g.at = s.at
	if g.kind == user && reason == "preempted" && !s.yield {
		b.sum.line(s.at).running += float64(b.now - g.since)
	}
	b.leaveP(g, ev)
}

// leaveP takes g off its P. The event knows the P better than we do when g
// ran before the trace began.
func (b *builder) leaveP(g *gstate, ev trace.Event) {
	if g.phase == running {
		b.ownP(g, ev)
		if g.seg != none {
			b.segs[g.seg].At = b.stacks.frame(g.at)
		}
	}
	b.procs.release(g)
	g.p = none
}

// ownP sets g's P from an event that happened on g.
func (b *builder) ownP(g *gstate, ev trace.Event) {
	if int64(ev.Goroutine()) != g.id || ev.Proc() == trace.NoProc {
		return
	}
	g.p, g.m = int64(ev.Proc()), int64(ev.Thread())
	if g.seg != none {
		b.segs[g.seg].P, b.segs[g.seg].M = g.p, g.m
	}
}

// closeWait adds a wait that is over, or that the end of the trace cuts.
func (b *builder) closeWait(g *gstate) {
	if g.phase != waiting || g.kind != user {
		return
	}
	d := float64(b.now - g.since)
	b.sum.blocked(g.reason, d)
	if g.reason == "sync" || g.reason == "sync.(*Cond).Wait" {
		b.sum.syncWait(g.sync, d)
	}
	l := b.sum.line(g.at)
	if l.waiting == nil {
		l.waiting = map[string]float64{}
	}
	l.waiting[g.reason] += d
}

// openSegment begins a segment of g's state.
func (b *builder) openSegment(g *gstate) {
	if g.kind == system && g.p == none {
		return // of the runtime's own, only what holds a P is drawn
	}
	if len(b.segs) >= b.opts.MaxSegments {
		if b.segCut == none {
			b.segCut = b.now
		}
		return
	}
	start := b.now
	if !g.known {
		start = 0
	}
	s := Segment{Start: start, G: g.id, P: g.p, M: g.m, State: g.now()}
	switch g.phase {
	case running:
		s.Reason = g.gcWork()
	case waiting:
		s.Reason, s.At = g.reason, b.stacks.frame(g.at)
	case ready:
		s.Reason, s.At = causeNames[g.cause], b.stacks.frame(g.at)
	case syscall:
		s.At = b.stacks.frame(g.at)
	}
	g.seg = len(b.segs)
	b.segs = append(b.segs, s)
}

func (b *builder) closeSegment(g *gstate) {
	if g.seg == none {
		return
	}
	b.segs[g.seg].End = b.now
	g.seg = none
}

// split ends g's segment and begins another, because something about it
// changed while its phase did not.
func (b *builder) split(g *gstate, change func()) {
	g.account(b.now)
	known := g.known
	b.closeSegment(g)
	change()
	g.known = true
	b.openSegment(g)
	g.known = known
}
