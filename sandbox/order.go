package sandbox

import (
	"maps"
	"slices"
	"time"
)

// order is who waits for a Lane, and what decides who is next.
type order struct {
	waiting []*ticket // in order of arrival
	keys    map[string]share
	turn    int           // counts slots handed out
	rest    time.Duration // for which runs come before measurements
}

// share is what one key has had of a Lane. It is kept while the key has
// anything running or waiting.
type share struct {
	running, waiting int
	served           int // the turn of its last slot
}

func (o *order) clone() order {
	c := *o
	c.waiting, c.keys = slices.Clone(o.waiting), maps.Clone(o.keys)
	return c
}

// next is the place in waiting of who is served next: the first to arrive of
// the key that has had least.
func (o *order) next() int {
	held := o.rest > 0 && slices.ContainsFunc(o.waiting, func(t *ticket) bool { return !t.alone })
	best := -1
	for i, t := range o.waiting {
		if held && t.alone {
			continue
		}
		if best < 0 || o.less(t.key, o.waiting[best].key) {
			best = i
		}
	}
	return best
}

func (o *order) less(a, b string) bool {
	x, y := o.keys[a], o.keys[b]
	return x.running < y.running || x.running == y.running && x.served < y.served
}

// serve takes a ticket out of the queue, with a slot for it.
func (o *order) serve(t *ticket) {
	i := slices.Index(o.waiting, t)
	o.waiting = slices.Delete(o.waiting, i, i+1)
	o.turn++
	s := o.keys[t.key]
	o.keys[t.key] = share{running: s.running + 1, waiting: s.waiting - 1, served: o.turn}
}

// count notes what a key has come to have. One that is new is taken for one
// that was served the turn before the last: else those who come for the first
// time, one after the other, would always go before one who was served once.
func (o *order) count(key string, running, waiting int) {
	s, known := o.keys[key]
	if !known {
		s.served = max(0, o.turn-1)
	}
	s.running += running
	s.waiting += waiting
	if s.running == 0 && s.waiting == 0 {
		delete(o.keys, key)
		return
	}
	o.keys[key] = s
}
