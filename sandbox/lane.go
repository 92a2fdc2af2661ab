package sandbox

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"
)

// Lane lets a bounded number of runs go on at once, or one measurement and
// nothing else.
//
// It is fair between the people who ask: next is whoever has fewest running,
// then whoever was served longest ago, so that one who queues fifty runs
// delays another by one run, not by fifty. Before a measurement what is going
// on ends and nothing new begins. After it, runs that wait have the lane for
// as long as the measurement took: so measurements can take half of the time
// from others, and never all of it.
//
// What a run may use does not depend on how many others there are; only when
// it starts does.
type Lane struct {
	mu    sync.Mutex
	slots int
	on    []*ticket // what is going on
	alone bool      // what is going on is a measurement
	drain *ticket   // the measurement for which the lane is being emptied
	order           // who waits

	mean, length time.Duration            // about how long a run takes, and a measurement
	lengths      map[string]time.Duration // about how long a run of somebody takes
	said         time.Time                // when all who wait were last told where they stand
	ended        time.Time                // of the last measurement
	took         time.Duration            // by it
}

type ticket struct {
	key   string
	alone bool
	began time.Time
	ready chan struct{} // closed when it may run
	moved chan Queue    // holds the newest place only
	told  Queue
}

// What runs and measurements are taken to last before any has ended.
const (
	firstMean   = 200 * time.Millisecond
	firstLength = 5 * time.Second
)

// renewal is how often those who wait are told when they will start, though their
// place is the same.
const renewal = time.Second

// mostLengths bounds of how many people the Lane knows how long their runs take.
const mostLengths = 1000

// NewLane returns a Lane for so many runs at once.
func NewLane(slots int) *Lane {
	return &Lane{slots: max(1, slots), order: order{keys: map[string]share{}}, mean: firstMean, length: firstLength, lengths: map[string]time.Duration{}}
}

// Enter waits for a slot. While it waits, moved is told the place in the
// queue and each change of it, and of the estimate. The slot is given back by calling leave.
func (l *Lane) Enter(ctx context.Context, key string, moved func(Queue)) (leave func(), err error) {
	return l.enter(ctx, &ticket{key: key}, moved)
}

// Measure waits until nothing else runs, and keeps it so until leave.
func (l *Lane) Measure(ctx context.Context, key string, moved func(Queue)) (leave func(), err error) {
	return l.enter(ctx, &ticket{key: key, alone: true}, moved)
}

func (l *Lane) enter(ctx context.Context, t *ticket, moved func(Queue)) (leave func(), err error) {
	t.ready, t.moved = make(chan struct{}), make(chan Queue, 1)
	l.join(t)
	renew := time.NewTicker(renewal)
	defer renew.Stop()
	for {
		select {
		case <-t.ready:
			return l.leaver(t), nil
		case q := <-t.moved:
			moved(q)
		case <-renew.C:
			l.renew()
		case <-ctx.Done():
			l.giveUp(t)
			return nil, ctx.Err()
		}
	}
}

// renew tells all who wait where they stand, for the first of them that asks.
func (l *Lane) renew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.said) > renewal/2 {
		l.tell()
	}
}

// Idle says whether nothing runs and nobody waits.
func (l *Lane) Idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.on) == 0 && len(l.waiting) == 0
}

func (l *Lane) join(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, t)
	l.count(t.key, 0, 1)
	l.admit()
}

// giveUp takes a ticket out of the queue, or gives back the slot that it was
// handed at the same moment.
func (l *Lane) giveUp(t *ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, t)
	if i < 0 {
		l.free(t)
		return
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	l.count(t.key, 0, -1)
	if l.drain == t {
		l.drain = nil
	}
	l.admit() // those who would have waited for it
}

func (l *Lane) leaver(t *ticket) func() {
	return sync.OnceFunc(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.learn(t, time.Since(t.began))
		l.free(t)
	})
}

// learn takes note of how long something took. l.mu is held.
func (l *Lane) learn(t *ticket, took time.Duration) {
	if t.alone {
		l.length += (took - l.length) / 2
		l.ended, l.took = time.Now(), took
		return
	}
	l.mean += (took - l.mean) / 8
	before, known := l.lengths[t.key]
	switch {
	case known:
		took = (before + took) / 2
	case len(l.lengths) >= mostLengths:
		clear(l.lengths)
	}
	l.lengths[t.key] = took
}

// expected says about how long something will take: as long as what the same
// person ran lately. l.mu is held.
func (l *Lane) expected(t *ticket) time.Duration {
	if t.alone {
		return l.length
	}
	if own, known := l.lengths[t.key]; known {
		return own
	}
	return l.mean
}

// left says about how long something that goes on will go on. One that has taken
// longer than was expected is taken to need half as long again. l.mu is held.
func (l *Lane) left(t *ticket) time.Duration {
	took := time.Since(t.began)
	if left := l.expected(t) - took; left > 0 {
		return left
	}
	return took / 2
}

// free gives a slot back and admits who is next. l.mu is held.
func (l *Lane) free(t *ticket) {
	l.on = slices.DeleteFunc(l.on, func(o *ticket) bool { return o == t })
	l.alone = false
	l.count(t.key, -1, 0)
	l.admit()
}

// admit hands out the free slots. l.mu is held.
func (l *Lane) admit() {
	l.rest = l.took - time.Since(l.ended)
	for !l.alone && len(l.waiting) > 0 && len(l.on) < l.slots {
		t := l.drain
		if t == nil {
			t = l.waiting[l.next()]
		}
		if t.alone && len(l.on) > 0 {
			l.drain = t
			break
		}
		l.serve(t)
		t.began = time.Now()
		l.on = append(l.on, t)
		if t.alone {
			l.alone, l.drain = true, nil
		}
		close(t.ready)
	}
	l.tell()
}

// tell says to each who waits where it now stands. l.mu is held.
func (l *Lane) tell() {
	l.said = time.Now()
	left := l.clone()
	ahead := l.alone                       // a measurement is
	free := make([]time.Duration, l.slots) // when each slot will be
	for i, t := range l.on {
		free[i] = l.left(t)
		if t.alone {
			fill(free, free[i])
		}
	}
	for place := 1; len(left.waiting) > 0; place++ {
		t := l.drain
		if t == nil || place > 1 {
			t = left.waiting[left.next()]
		}
		left.serve(t)
		q := Queue{Place: place}
		at := slices.Min(free)
		if t.alone {
			at = slices.Max(free)
			if !ahead {
				q.For = ForQuiet
			}
		}
		if ahead {
			q.For = ForMeasurement
		}
		q.ETAMS = ms(at)
		t.tell(q)
		left.rest -= l.mean / time.Duration(l.slots)
		if t.alone {
			ahead, left.rest = true, l.length
			fill(free, at+l.length)
		} else {
			free[slices.Index(free, at)] = at + l.expected(t)
		}
	}
}

func fill(list []time.Duration, d time.Duration) {
	for i := range list {
		list[i] = d
	}
}

// tell leaves word of a place, if it is another than the last one, or the start
// has moved by what a person would notice.
func (t *ticket) tell(q Queue) {
	moved := math.Abs(q.ETAMS - t.told.ETAMS)
	if t.told.Place == q.Place && t.told.For == q.For && (moved < 300 || moved < t.told.ETAMS/10) {
		return
	}
	t.told = q
	select {
	case <-t.moved: // nobody read the older place; it is no longer true
	default:
	}
	t.moved <- q
}
