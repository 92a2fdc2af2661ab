package exectrace

import "golang.org/x/exp/trace"

// procs follows the Ps: who holds one, who ran on it last, how many there are.
type procs struct {
	by    []proc // by P
	busy  int    // Ps that some M has
	count int    // GOMAXPROCS now; 0 while unknown
	most  int
	// area is the sum of GOMAXPROCS over time, in ns, up to at.
	area float64
	at   int64
}

// proc is one P.
type proc struct {
	holder *gstate
	last   int64 // the user goroutine that ran on it last; 0 is none
	busy   bool  // some M has it
}

// maxProcs is more than GOMAXPROCS can be; only a forged trace has more Ps.
const maxProcs = 1 << 16

// p finds a P. One that cannot be is the last that can.
func (p *procs) p(id int64) *proc {
	i := int(min(max(id, 0), maxProcs-1))
	for len(p.by) <= i {
		p.by = append(p.by, proc{})
	}
	return &p.by[i]
}

// setBusy notes whether some M has a P.
func (p *procs) setBusy(id int64, busy bool) {
	q := p.p(id)
	switch {
	case busy && !q.busy:
		p.busy++
	case !busy && q.busy:
		p.busy--
	}
	q.busy = busy
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
		p.p(g.p).holder = g
	}
}

func (p *procs) release(g *gstate) {
	if g.p == none {
		return
	}
	if q := p.p(g.p); q.holder == g {
		q.holder = nil
	}
}

// runs notes that user goroutine id runs on a P, and answers 1 when the P ran
// another one before.
func (p *procs) runs(proc, id int64) int {
	q := p.p(proc)
	before := q.last
	q.last = id
	if before != 0 && before != id {
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
		b.procs.setBusy(p, true)
		return
	}
	b.procs.setBusy(p, false)
	g := b.procs.p(p).holder
	if g == nil || g.phase != syscall {
		return
	}
	b.procs.p(p).holder = nil
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
