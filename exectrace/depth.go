package exectrace

import (
	"maps"
	"slices"

	"golang.org/x/exp/trace"
)

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
	if len(t.flat) != len(t.ps) {
		t.flat = slices.AppendSeq(t.flat[:0], maps.Values(t.ps))
	}
	for _, q := range t.flat {
		n := len(q.ring)
		if q.next != nil {
			n++
		}
		local = max(local, n)
	}
	return local, t.global.size
}
