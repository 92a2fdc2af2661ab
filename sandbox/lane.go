package sandbox

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Lane lets a bounded number of runs go on at once. It is fair between the
// people who ask: next is whoever has fewest running, then whoever was served
// longest ago, so that one who queues fifty runs delays another by one run,
// not by fifty.
type Lane struct {
	mu      sync.Mutex
	slots   int
	busy    int
	turn    int // counts slots handed out
	keys    map[string]share
	waiting []*ticket // in order of arrival
	mean    time.Duration
}

// share is what one key has had of a Lane. It is kept while the key has
// anything running or waiting.
type share struct {
	running, waiting int
	served           int // the turn of its last slot
}

type ticket struct {
	key   string
	ready chan struct{} // closed when it may run
	moved chan Queue    // holds the newest place only
	place int
}

// NewLane returns a Lane for so many runs at once.
func NewLane(slots int) *Lane {
	return &Lane{slots: max(1, slots), keys: map[string]share{}, mean: 200 * time.Millisecond}
}

// Enter waits for a slot. While it waits, moved is told the place in the
// queue and each change of it. The slot is given back by calling leave.
func (l *Lane) Enter(ctx context.Context, key string, moved func(Queue)) (leave func(), err error) {
	t := l.join(key)
	for {
		select {
		case <-t.ready:
			return l.leaver(key), nil
		case q := <-t.moved:
			moved(q)
		case <-ctx.Done():
			l.giveUp(t)
			return nil, ctx.Err()
		}
	}
}

func (l *Lane) join(key string) *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := &ticket{key: key, ready: make(chan struct{}), moved: make(chan Queue, 1)}
	l.waiting = append(l.waiting, t)
	l.count(key, 0, 1)
	l.admit()
	return t
}

// giveUp takes a ticket out of the queue, or gives back the slot that it was
// handed at the same moment.
func (l *Lane) giveUp(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, t); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
		l.count(t.key, 0, -1)
		l.tell()
		return
	}
	l.free(t.key)
}

func (l *Lane) leaver(key string) func() {
	start := time.Now()
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.mean += (time.Since(start) - l.mean) / 8
		l.free(key)
	})
}

// free gives a slot back and admits who is next. l.mu is held.
func (l *Lane) free(key string) {
	l.busy--
	l.count(key, -1, 0)
	l.admit()
}

// admit hands out the free slots. l.mu is held.
func (l *Lane) admit() {
	for l.busy < l.slots && len(l.waiting) > 0 {
		i := next(l.waiting, l.keys)
		t := l.waiting[i]
		l.waiting = slices.Delete(l.waiting, i, i+1)
		l.busy++
		l.turn++
		l.keys[t.key] = served(l.keys[t.key], l.turn)
		close(t.ready)
	}
	l.tell()
}

func (l *Lane) count(key string, running, waiting int) {
	s := l.keys[key]
	s.running += running
	s.waiting += waiting
	if s.running == 0 && s.waiting == 0 {
		delete(l.keys, key)
		return
	}
	l.keys[key] = s
}

func served(s share, turn int) share {
	return share{running: s.running + 1, waiting: s.waiting - 1, served: turn}
}

// next picks who is served next: the first to arrive of the key that has had
// least.
func next(waiting []*ticket, keys map[string]share) int {
	best := 0
	for i, t := range waiting {
		a, b := keys[t.key], keys[waiting[best].key]
		if a.running < b.running || a.running == b.running && a.served < b.served {
			best = i
		}
	}
	return best
}

// tell says to each who waits where it now stands. l.mu is held.
func (l *Lane) tell() {
	left, keys := slices.Clone(l.waiting), maps.Clone(l.keys)
	for place := 1; len(left) > 0; place++ {
		i := next(left, keys)
		t := left[i]
		left = slices.Delete(left, i, i+1)
		keys[t.key] = served(keys[t.key], l.turn+place)
		l.tellOne(t, place)
	}
}

func (l *Lane) tellOne(t *ticket, place int) {
	if t.place == place {
		return
	}
	t.place = place
	select {
	case <-t.moved: // nobody read the older place; it is no longer true
	default:
	}
	eta := float64(place) * float64(l.mean) / float64(l.slots) / float64(time.Millisecond)
	t.moved <- Queue{Place: place, ETAMS: eta}
}
