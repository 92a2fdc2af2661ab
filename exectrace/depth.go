package exectrace

import "golang.org/x/exp/trace"

// originOf starts g in the replay and says where that had it.
func (t *twin) originOf(g *gstate, ev trace.Event) Origin {
	before := t.from
	t.start(g, ev)
	for o, n := range t.from {
		if n != before[o] {
			return [numOrigins]Origin{fromHere: OriginLocal, fromOther: OriginStolen, fromGlobal: OriginGlobal}[o]
		}
	}
	return OriginUnknown
}

// depths are how many goroutines the longest local queue and the global queue
// hold now.
func (t *twin) depths() (local, global int) {
	for _, q := range t.ps {
		n := len(q.ring)
		if q.next != nil {
			n++
		}
		local = max(local, n)
	}
	return local, t.global.size
}
