package exectrace

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/exp/trace"
)

// twin replays the run queues: where the scheduler of go1.26 (runtime/proc.go)
// would have put each goroutine that became ready, and so where it was when it
// was started. The runtime tells of no queue and no steal, so this is
// inference; it is checked at every start, set right where the trace
// contradicts it, and says how often it was right.
type twin struct {
	ps     map[int64]*runq
	flat   []*runq // those of ps, to look at all of them; of another length: to be made anew
	global globalq
	procs  int
	// direct is, by M, the goroutine that the M's last event made ready
	// without a goroutine of its own: if it starts it next, no queue was used.
	direct map[trace.ThreadID]*gstate

	burst burst

	from             [numOrigins]int // starts of user goroutines
	foreseen, starts int
	peak             int
}

// queued is where the twin has a goroutine.
type queued struct {
	where slot
	p     int64          // of where next or ring
	seq   uint32         // of its entry in the global queue
	came  Origin         // how it came to the ring it is in; 0: it was made ready there
	back  trace.ThreadID // the M it came back on, when where is sysexit
	exit  bool
	// polled is 1 + the P that found it ready on the network and was thought to
	// hand it to an idle one.
	polled int64
}

type slot uint8

const (
	nowhere slot = iota
	inNext       // runnext of a P
	inRing       // the ring of a P
	inGlobal
)

const ringLen = 256

// runq is a P's queue: one slot that goes first, and a ring.
type runq struct {
	next *gstate
	ring []*gstate
}

// burst is a run of goroutines that one look at the network made ready.
type burst struct {
	m    trace.ThreadID
	on   bool
	idle int // Ps that still get one each, through the global queue
}

func newTwin() *twin {
	return &twin{ps: map[int64]*runq{}, direct: map[trace.ThreadID]*gstate{}, procs: 1}
}

func (t *twin) p(id int64) *runq {
	q := t.ps[id]
	if q == nil {
		q = &runq{}
		t.ps[id] = q
	}
	return q
}

// setProcs follows GOMAXPROCS. The queues of Ps that go away move to the
// global one.
func (t *twin) setProcs(n int) {
	t.procs, t.flat = max(n, 1), nil
	var gone []int64
	for id := range t.ps {
		if id >= int64(n) {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		q := t.ps[id]
		delete(t.ps, id)
		if q.next != nil {
			t.global.push(q.next)
		}
		for _, g := range q.ring {
			t.global.push(g)
		}
	}
}

// ready queues g, which has just become runnable. stopping says that the world
// is being stopped.
func (t *twin) ready(g *gstate, ev *trace.Event, stopping bool, busy int) {
	t.forget(g)
	p, m := int64(ev.Proc()), ev.Thread()
	delete(t.direct, m)
	if g.cause != causeNetwork {
		t.burst.on = false
	}
	switch g.cause {
	case causePreempted:
		if stopping {
			t.putNext(p, g)
		} else {
			t.putGlobal(g)
		}
	case causeGosched:
		if g.handsOver {
			t.putRing(p, g)
		} else {
			t.putGlobal(g)
		}
	case causeSyscall:
		g.queue.exit, g.queue.back = true, m
		t.putGlobal(g)
	case causeNetwork:
		t.direct[m] = g
		t.putPolled(p, m, g, t.procs-busy)
	case causeUnknown:
	default:
		if ev.Goroutine() == trace.NoGoroutine {
			t.direct[m] = g
			if g.kind != user {
				return // GC workers and the like are started, not queued
			}
		}
		if p == none {
			t.putGlobal(g)
			return
		}
		t.putNext(p, g)
	}
}

// putPolled queues what the network made ready: one for each idle P goes to
// the global queue, the rest to the ring of the P that looked.
func (t *twin) putPolled(p int64, m trace.ThreadID, g *gstate, idle int) {
	if !t.burst.on || t.burst.m != m {
		t.burst = burst{m: m, on: true, idle: idle}
	}
	if p == none || t.burst.idle > 0 {
		t.burst.idle--
		t.putGlobal(g)
		g.queue.polled = p + 1
		return
	}
	t.putRing(p, g)
}

func (t *twin) putNext(p int64, g *gstate) {
	q := t.p(p)
	kicked := q.next
	q.next = g
	g.queue.where, g.queue.p = inNext, p
	if kicked != nil {
		t.putRing(p, kicked)
	}
	t.depth(q)
}

// putRing appends to a ring; half of a full one goes to the global queue.
func (t *twin) putRing(p int64, g *gstate) {
	q := t.p(p)
	if len(q.ring) >= ringLen {
		for _, moved := range q.ring[:ringLen/2] {
			t.putGlobal(moved)
		}
		q.ring = slices.Delete(q.ring, 0, ringLen/2)
		t.putGlobal(g)
		return
	}
	q.ring = append(q.ring, g)
	g.queue.where, g.queue.p = inRing, p
	t.depth(q)
}

func (t *twin) putGlobal(g *gstate) {
	t.global.push(g)
	t.peak = max(t.peak, t.global.size)
}

func (t *twin) depth(q *runq) { t.peak = max(t.peak, q.depth()) }

// depth is how many goroutines a P has queued.
func (q *runq) depth() int {
	if q.next != nil {
		return len(q.ring) + 1
	}
	return len(q.ring)
}

// depths are how many goroutines the longest local queue and the global queue
// hold now.
func (t *twin) depths() (local, global int) {
	if len(t.flat) != len(t.ps) {
		t.flat = slices.AppendSeq(t.flat[:0], maps.Values(t.ps))
	}
	for _, q := range t.flat {
		local = max(local, q.depth())
	}
	return local, t.global.size
}

// start takes g from where the twin has it, counts what that was, and says it
// of a user goroutine.
func (t *twin) start(g *gstate, ev *trace.Event) Origin {
	p, m := int64(ev.Proc()), ev.Thread()
	straight := t.direct[m] == g || (g.queue.exit && g.queue.back == m)
	delete(t.direct, m)
	t.burst.on = false
	was, from, came := g.queue.where, g.queue.p, g.queue.came
	if straight {
		t.forget(g)
		return t.count(g, OriginLocal, true)
	}
	switch {
	case was == nowhere && g.known && g.cause != causeUnknown:
		return t.count(g, OriginUnknown, false)
	case was == nowhere:
		return OriginUnknown
	case was == inGlobal && p != none && g.queue.polled == p+1:
		// A P is no longer idle when it is picked to be woken, and a trace tells
		// only that it runs, later: there was none to hand this one to.
		t.forget(g)
		return t.count(g, OriginLocal, false)
	case was == inGlobal:
		return t.fetch(p, g)
	case from == p:
		q := t.p(p)
		first := was == inNext || (q.next == nil && len(q.ring) > 0 && q.ring[0] == g)
		t.forget(g)
		return t.count(g, cmp.Or(came, OriginLocal), first)
	}
	return t.steal(p, from, g)
}

// count counts a start of a user goroutine; another has no origin.
func (t *twin) count(g *gstate, o Origin, foreseen bool) Origin {
	if g.kind != user {
		return OriginUnknown
	}
	t.from[o]++
	t.starts++
	if foreseen {
		t.foreseen++
	}
	return o
}

// fetch starts g from the global queue. A P with nothing of its own takes a
// batch along.
func (t *twin) fetch(p int64, g *gstate) Origin {
	size := t.global.size
	o := t.count(g, OriginGlobal, t.global.head() == g)
	t.forget(g)
	q := t.p(p)
	if q.next != nil || len(q.ring) > 0 {
		return o // the one look in 61 turns
	}
	n := min(ringLen/2, size, size/t.procs+1)
	for range n - 1 {
		h := t.global.head()
		if h == nil {
			break
		}
		t.forget(h)
		h.queue = queued{where: inRing, p: p, came: OriginGlobal}
		q.ring = append(q.ring, h)
	}
	return o
}

// steal starts g on p out of the queue of another P. A thief takes half from
// the head of the ring, starts the last of them and keeps the rest.
func (t *twin) steal(p, from int64, g *gstate) Origin {
	victim, thief := t.p(from), t.p(p)
	idle := thief.next == nil && len(thief.ring) == 0
	if g.queue.where == inNext {
		alone := len(victim.ring) == 0
		t.forget(g)
		return t.count(g, OriginStolen, idle && alone)
	}
	i := slices.Index(victim.ring, g)
	half := len(victim.ring) - len(victim.ring)/2
	if g.queue.came == OriginGlobal && (i+1 != half || (t.global.size > 0 && len(victim.ring) == 1)) {
		t.unfetch(victim, i)
		return t.fetch(p, g)
	}
	loot := slices.Clone(victim.ring[:max(i, 0)])
	victim.ring = slices.Delete(victim.ring, 0, i+1)
	g.queue = queued{}
	for _, l := range loot {
		l.queue.p, l.queue.came = p, OriginStolen
	}
	thief.ring = append(thief.ring, loot...)
	return t.count(g, OriginStolen, idle && i+1 == half)
}

// unfetch puts back into the global queue what a P was thought to have fetched,
// from the i-th in its ring on. How much it took depends on how many there were
// the moment it looked, and a trace tells when it started the first of them: in
// between others come. A thief would have looked into the global queue first,
// and taken from the head of the ring.
func (t *twin) unfetch(victim *runq, i int) {
	end := i
	for end < len(victim.ring) && victim.ring[end].queue.came == OriginGlobal {
		end++
	}
	for _, back := range slices.Backward(victim.ring[i:end]) {
		t.global.pushFront(back)
	}
	victim.ring = slices.Delete(victim.ring, i, end)
}

// forget takes g out of the queue the twin has it in.
func (t *twin) forget(g *gstate) {
	switch g.queue.where {
	case inNext:
		t.p(g.queue.p).next = nil
	case inRing:
		q := t.p(g.queue.p)
		if i := slices.Index(q.ring, g); i >= 0 {
			q.ring = slices.Delete(q.ring, i, i+1)
		}
	case inGlobal:
		t.global.drop(g)
	}
	g.queue = queued{}
}

// globalq is first in, first out. What is taken from the middle leaves an
// entry behind that no longer counts.
type globalq struct {
	entries []globalEntry
	first   int
	size    int
	seq     uint32
}

type globalEntry struct {
	g   *gstate
	seq uint32
}

func (q *globalq) push(g *gstate) {
	q.seq++
	g.queue.where, g.queue.seq = inGlobal, q.seq
	if q.first > len(q.entries)/2 && q.first > 1024 {
		q.entries = append(q.entries[:0], q.entries[q.first:]...)
		q.first = 0
	}
	q.entries = append(q.entries, globalEntry{g, q.seq})
	q.size++
}

// pushFront puts g before all others.
func (q *globalq) pushFront(g *gstate) {
	q.seq++
	g.queue = queued{where: inGlobal, seq: q.seq}
	if q.first == 0 {
		const room = 64
		q.entries = slices.Insert(q.entries, 0, make([]globalEntry, room)...)
		q.first = room
	}
	q.first--
	q.entries[q.first] = globalEntry{g, q.seq}
	q.size++
}

func (q *globalq) drop(g *gstate) {
	q.size--
	g.queue.where = nowhere
	if q.size == 0 {
		q.entries, q.first = q.entries[:0], 0
	}
}

// head is the oldest that still counts, or nil.
func (q *globalq) head() *gstate {
	for q.first < len(q.entries) {
		e := q.entries[q.first]
		if e.g.queue.where == inGlobal && e.g.queue.seq == e.seq {
			return e.g
		}
		q.entries[q.first].g = nil
		q.first++
	}
	return nil
}
