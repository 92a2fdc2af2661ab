package exectrace

import "golang.org/x/exp/trace"

// coroutine is our word for why a goroutine of package iter waits.
const coroutine = "coroutine switch"

// semaphore is our word for what the runtime calls "sync" too: a wait for a
// semaphore of its own, as in runtime.GC. It is for no lock of the program.
const semaphore = "runtime semaphore"

// toReady puts g in a run queue.
func (b *builder) toReady(g *gstate, ev *read) {
	var s *stackInfo
	switch ev.from {
	case trace.GoRunning:
		s = b.stacks.info(ev.st.Stack)
		b.name(g, s)
		b.stopped(g, ev, s)
	case trace.GoSyscall:
		b.leaveP(g, ev)
	}
	b.closeWait(g)
	g.cause = b.readyCause(g, ev, s)
	g.handsOver = s != nil && s.yield && ev.st.Reason == "preempted"
	b.enter(g, ready, ev.from)
	if ev.from == trace.GoNotExist {
		g.at, g.stack = g.created, b.stacks.info(ev.Stack()).id
	}
	b.twin.ready(g, &ev.Event, b.ranges.stopping(), b.procs.busy)
	b.followQueues()
	b.openSegment(g)
	b.woken(g, ev)
}

func (b *builder) readyCause(g *gstate, ev *read, s *stackInfo) cause {
	switch ev.from {
	case trace.GoNotExist:
		return causeCreate
	case trace.GoRunning:
		// A mutex handed over is told as "preempted", but it is no time slice
		// that was up.
		if ev.st.Reason == "preempted" && !s.yield {
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
		w := b.gs.get(by)
		k := system
		if w != nil {
			k = w.kind
		}
		return wakeCause(g.reason, k, by == trace.NoGoroutine)
	}
	return causeUnknown
}

// toRunning gives g a P: the one of the event.
func (b *builder) toRunning(g *gstate, ev *read) {
	p := int64(ev.Proc())
	if g.phase == syscall && !g.known {
		// Back from a system call that was under way when the trace began: it
		// kept its P all the time, or it would be runnable now.
		g.held += g.times[Syscall]
		if e := b.openEvent(g); e != nil {
			e.p = int32(p + 1)
		}
	}
	if g.phase == ready {
		b.started(g, ev, p)
	}
	g.at, g.stack = 0, 0
	b.enter(g, running, ev.from)
	g.p, g.m = p, int64(ev.Thread())
	b.procs.hold(g)
	b.openSegment(g)
}

// started counts the start of g on p.
func (b *builder) started(g *gstate, ev *read, p int64) {
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
	g.origin = b.twin.start(g, &ev.Event)
	b.followQueues()
}

func (b *builder) toSyscall(g *gstate, ev *read) {
	s := b.stacks.info(ev.st.Stack)
	b.name(g, s)
	if ev.from == trace.GoRunning {
		b.ownP(g, ev)
	} else {
		g.p, g.m = none, int64(ev.Thread())
	}
	g.at, g.stack = s.at, s.id
	b.enter(g, syscall, ev.from)
	b.procs.hold(g)
	b.openSegment(g)
}

func (b *builder) toWaiting(g *gstate, ev *read) {
	s := b.stacks.info(ev.st.Stack)
	b.name(g, s)
	if ev.from == trace.GoRunning {
		b.stopped(g, ev, s)
	}
	g.at, g.stack, g.sync = s.at, s.id, s.sync
	g.reason = ev.st.Reason
	switch {
	case g.reason == "" && ev.from == trace.GoUndetermined:
		g.reason = "unknown"
	case g.reason == "":
		g.reason = coroutine // the trace gives no reason
	case g.reason == "sync" && s.entry != "" && !s.locks:
		g.reason = semaphore
	}
	g.state, g.reasonAt = WaitState(g.reason), b.rec.reason(g.reason)
	b.enter(g, waiting, ev.from)
	b.openSegment(g)
}

// enter begins a phase.
func (b *builder) enter(g *gstate, p phase, from trace.GoState) {
	b.countReady(g, -1)
	g.phase = p
	b.countReady(g, +1)
	if from == trace.GoUndetermined {
		g.since, g.known = 0, false // it was so before the trace began
		g.marked = 0
		g.account(b.now)
		return
	}
	g.since, g.known = b.now, true
}

// stopped notes where a running goroutine lost its P.
func (b *builder) stopped(g *gstate, ev *read, s *stackInfo) {
	g.at, g.stack = s.at, s.id
	if g.kind == user && ev.st.Reason == "preempted" && !s.yield {
		b.sum.line(s.at).running += float64(b.now - g.since)
	}
	b.leaveP(g, ev)
}

// leaveP takes g off its P. The event knows the P better than we do when g
// ran before the trace began.
func (b *builder) leaveP(g *gstate, ev *read) {
	if g.phase == running {
		b.ownP(g, ev)
		if e := b.openEvent(g); e != nil {
			e.stack = g.stack
		}
	}
	b.procs.release(g)
	g.p = none
}

// ownP sets g's P from an event that happened on g.
func (b *builder) ownP(g *gstate, ev *read) {
	if int64(ev.Goroutine()) != g.id || ev.Proc() == trace.NoProc {
		return
	}
	g.p, g.m = int64(ev.Proc()), int64(ev.Thread())
	if e := b.openEvent(g); e != nil {
		e.p, e.m = int32(g.p+1), b.rec.thread(g.m)
	}
}

// closeWait adds a wait that is over, or that the end of the trace cuts.
func (b *builder) closeWait(g *gstate) {
	if g.phase != waiting || g.kind != user {
		return
	}
	d := float64(b.now - g.since)
	b.sum.blocked(g.reasonAt, d)
	if g.reason == "sync" || g.reason == "sync.(*Cond).Wait" {
		b.sum.syncWait(g.sync, d)
	}
	b.sum.line(g.at).wait(g.reasonAt, d)
}

// openSegment begins a segment of g's state, which ends the one before.
func (b *builder) openSegment(g *gstate) {
	if g.rec == none {
		return // there are too many to draw
	}
	e := event{at: b.now, g: g, state: uint8(g.now()), early: !g.known, p: int32(g.p + 1), m: b.rec.thread(g.m)}
	switch g.phase {
	case running:
		e.reason = b.rec.reason(g.gcWork())
		e.origin, g.origin = g.origin, OriginUnknown
	case waiting:
		e.reason, e.stack = g.reasonAt, g.stack
	case ready:
		e.reason, e.stack = b.rec.reason(causeNames[g.cause]), g.stack
	case syscall:
		e.stack = g.stack
	}
	b.add(e)
}

// woken notes in the event of g, which was just made ready, who did it.
func (b *builder) woken(g *gstate, ev *read) {
	by := ev.Goroutine()
	e := b.openEvent(g)
	if e == nil || by == trace.NoGoroutine || int64(by) == g.id {
		return
	}
	if w := b.gs.get(by); w != nil && w.rec != none {
		s := b.stacks.info(ev.Stack())
		b.acts(w, s)
		e.waker, e.wstack = int32(w.rec+1), s.id
	}
}

// split ends g's segment and begins another, because something about it
// changed while its phase did not.
func (b *builder) split(g *gstate, change func()) {
	g.account(b.now)
	known := g.known
	change()
	g.known = true
	b.openSegment(g)
	g.known = known
}
