package exectrace

import "golang.org/x/exp/trace"

// procs follows the Ps: who holds one, who ran on it last, how many there are.
type procs struct {
	holder map[int64]*gstate
	last   map[int64]int64 // by P, the user goroutine that ran on it last
	busy   map[int64]bool  // Ps that some M has
	count  int             // GOMAXPROCS now; 0 while unknown
	most   int
	// area is the sum of GOMAXPROCS over time, in ns, up to at.
	area float64
	at   int64
}

func newProcs() procs {
	return procs{holder: map[int64]*gstate{}, last: map[int64]int64{}, busy: map[int64]bool{}}
}

// advance adds the time up to t.
func (p *procs) advance(t int64) {
	p.area += float64(p.count) * float64(t-p.at)
	p.at = t
}

// set changes GOMAXPROCS. What is told first was so from the start.
func (p *procs) set(n int, t int64) {
	if p.count == 0 {
		p.count = n
	}
	p.advance(t)
	p.count = n
	p.most = max(p.most, n)
}

// hold notes that g has its P.
func (p *procs) hold(g *gstate) {
	if g.p != none {
		p.holder[g.p] = g
	}
}

func (p *procs) release(g *gstate) {
	if g.p != none && p.holder[g.p] == g {
		delete(p.holder, g.p)
	}
}

// runs notes that user goroutine id runs on a P, and answers 1 when the P ran
// another one before.
func (p *procs) runs(proc, id int64) int {
	before, ok := p.last[proc]
	p.last[proc] = id
	if ok && before != id {
		return 1
	}
	return 0
}

// procTransition follows a P. A goroutine in a system call whose P goes away
// waits on without one.
func (b *builder) procTransition(st trace.StateTransition) {
	p := int64(st.Resource.Proc())
	from, to := st.Proc()
	if from == to && from != trace.ProcUndetermined {
		return
	}
	if to == trace.ProcRunning {
		b.procs.busy[p] = true
		return
	}
	delete(b.procs.busy, p)
	g := b.procs.holder[p]
	if g == nil || g.phase != syscall {
		return
	}
	delete(b.procs.holder, p)
	b.split(g, func() { g.p = none })
}

// metric takes what the runtime tells of itself.
func (b *builder) metric(m trace.Metric) {
	switch m.Name {
	case "/sched/gomaxprocs:threads":
		n := int(min(m.Value.Uint64(), 1<<16))
		b.procs.set(n, b.now)
		b.twin.setProcs(n)
	case "/memory/classes/heap/objects:bytes":
		b.sum.heap(m.Value.Uint64())
		b.curves.heap.set(b.now, float64(m.Value.Uint64()))
	}
}
