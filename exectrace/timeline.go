package exectrace

import (
	"fmt"
	"slices"
)

const (
	// tickNS is the resolution of a timeline, that of the runtime's trace clock.
	tickNS = 64
	// blockEvents is how many events a block takes at least beyond those it
	// begins with (as many again, where that is more),
	// blockTicks how long it may be: docs/timeline.md.
	blockEvents = 1 << 16
	blockTicks  = 1 << 31
	// stateGone ends a goroutine, or says that it is not drawn for a while.
	stateGone = 15
	// maxStacks and maxDepth bound the stacks that are kept whole.
	maxStacks = 1 << 14
	maxDepth  = 32
)

// Origin is where a goroutine was when a P took it to run: inferred by the
// replay of the run queues.
type Origin uint8

// The origins, as docs/timeline.md numbers them.
const (
	OriginUnknown Origin = iota // or no start at all
	OriginLocal                 // in the queue of this P
	OriginStolen                // it came from another P's queue
	OriginGlobal                // it came through the global queue
	numOrigins
)

// String is unknown, local, stolen or global.
func (o Origin) String() string {
	if o >= numOrigins {
		return "unknown"
	}
	return [...]string{"unknown", "local", "stolen", "global"}[o]
}

// timeline is all that is drawn of a trace: events by block, and the tables
// that their columns point into. docs/timeline.md has the format.
type timeline struct {
	threads []int64
	frames  []Frame    // 0 is unknown
	own     []bool     // of frames: the learner's code
	stacks  [][]uint32 // innermost first; 0 is empty
	reasons []string   // 0 is ""
	blocks  []block
	cut     cutCounts
}

// block is one block of events, encoded: events and wakes are gzip streams.
type block struct {
	From, To int64 // ticks
	N        int
	Events   []byte
	Wakes    []byte
}

// cutCounts says how many of each were left out of a timeline.
type cutCounts struct {
	Goroutines int `json:"goroutines,omitempty"`
	Stacks     int `json:"stacks,omitempty"`
	Spans      int `json:"spans,omitempty"`
	Notes      int `json:"notes,omitempty"`
}

// event puts a goroutine into a state, which lasts until its next event.
type event struct {
	at     int64 // ns
	g      *gstate
	state  uint8
	origin Origin
	early  bool  // it was so when the block began
	p, m   int32 // the P + 1, the index of the thread + 1; 0 is none
	stack  uint32
	reason uint32
	waker  int32 // row + 1 of who made it ready; 0 is nobody
	wstack uint32
}

// holds says that the state is one that has a P and a thread.
func holds(state uint8) bool { return state <= uint8(GC) }

// recorder writes the timeline while the trace is read. It holds the events of
// the open block only.
type recorder struct {
	tl      timeline
	events  []event
	from    int64 // ns: where the open block begins
	base    int   // events it began with
	size    int   // events it takes beyond those, or as many again
	threads map[int64]int32
	// lastM is the thread that was asked for last, and its answer: most often
	// the next question.
	lastM      int64
	lastThread int32
	lastReason [2]numbered
	reasons    map[string]uint32
	enc        encoder
	err        error
}

// numbered is a text and its place in a table.
type numbered struct {
	text string
	i    uint32
}

func newRecorder() recorder {
	return recorder{
		tl:      timeline{reasons: []string{""}},
		size:    blockEvents,
		threads: map[int64]int32{},
		lastM:   none,
		reasons: map[string]uint32{"": 0},
	}
}

// thread is the index of an M in the table, plus one.
func (r *recorder) thread(m int64) int32 {
	if m == none {
		return 0
	}
	if m == r.lastM {
		return r.lastThread
	}
	i, ok := r.threads[m]
	if !ok {
		r.tl.threads = append(r.tl.threads, m)
		i = int32(len(r.tl.threads))
		r.threads[m] = i
	}
	r.lastM, r.lastThread = m, i
	return i
}

// reason is the index of a reason in the table.
func (r *recorder) reason(s string) uint32 {
	switch s {
	case "":
		return 0
	case r.lastReason[0].text:
		return r.lastReason[0].i
	case r.lastReason[1].text:
		return r.lastReason[1].i
	}
	i, ok := r.reasons[s]
	if !ok {
		if len(r.tl.reasons) > maxNames && s != otherName {
			return r.reason(otherName)
		}
		i = uint32(len(r.tl.reasons))
		r.tl.reasons = append(r.tl.reasons, s)
		r.reasons[s] = i
	}
	r.lastReason[1], r.lastReason[0] = r.lastReason[0], numbered{s, i}
	return i
}

// add begins a state of g. Once the block is full, or has lasted as long as one
// may, it is closed first.
func (b *builder) add(e event) {
	r := &b.rec
	r.upTo(b.now)
	if len(r.events)-r.base >= max(r.size, r.base) {
		r.next(b.now)
	}
	if e.early || e.at < r.from {
		e.at, e.early = r.from, true
	}
	e.g.event = len(r.events)
	if n := len(r.events); n == cap(r.events) && n < blockEvents {
		r.events = slices.Grow(r.events, max(n, 256)) // append would copy a long one oftener
	}
	r.events = append(r.events, e)
}

// openEvent is the event of g's present state, to add to it what is known only
// later; nil when it has none.
func (b *builder) openEvent(g *gstate) *event {
	if g.event == none {
		return nil
	}
	return &b.rec.events[g.event]
}

// upTo ends blocks so that none lasts longer than it may, however long nothing
// happens: a page counts the ticks of a block in 32 bits.
func (r *recorder) upTo(now int64) {
	for now-r.from > blockTicks*tickNS {
		r.next(r.from + blockTicks*tickNS)
	}
}

// next closes the open block at a time and begins another with the state of
// all.
func (r *recorder) next(at int64) {
	carried := r.present()
	r.close(at)
	r.from = at
	r.events = append(r.events[:0], carried...)
	for i := range r.events {
		e := &r.events[i]
		e.at, e.early, e.origin, e.waker, e.wstack = at, false, OriginUnknown, 0, 0
		e.g.event = i
	}
	r.base = len(r.events)
}

// present are the events of states that still last.
func (r *recorder) present() []event {
	var out []event
	for i := range r.events {
		e := &r.events[i]
		if e.g.event == i && e.shown() != stateGone {
			out = append(out, *e)
		} else if e.g.event == i {
			e.g.event = none
		}
	}
	return out
}

// shown is the state as it is drawn: of the runtime's own goroutines, and of
// those that never showed whose they are, only what holds a P.
func (e *event) shown() uint8 {
	if e.g.kind != user && e.p == 0 {
		return stateGone
	}
	return e.state
}

// close encodes the open block, which ends at the time now.
func (r *recorder) close(now int64) {
	to := (now + tickNS - 1) / tickNS
	bl, err := r.enc.block(r.events, r.from/tickNS, to)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("encode timeline: %w", err)
	}
	if n := len(r.tl.blocks); n > 0 {
		r.tl.blocks[n-1].To = min(r.tl.blocks[n-1].To, bl.From)
	}
	r.tl.blocks = append(r.tl.blocks, bl)
}
