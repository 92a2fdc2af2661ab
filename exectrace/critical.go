package exectrace

import (
	"cmp"
	"iter"
	"slices"
)

// PathStep is a part of the critical path: what the goroutine G did from
// FromMS to ToMS, without which the program would have ended sooner. File and
// Line are where it waited or lost its P, when that is known.
type PathStep struct {
	G      int64   `json:"g"`
	FromMS float64 `json:"from_ms"`
	ToMS   float64 `json:"to_ms"`
	State  string  `json:"state"`
	// Reason is why it waited, in the runtime's words: the state "sleep" is any
	// wait that has no state of its own.
	Reason string `json:"reason,omitempty"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	// N is how many steps were put together, where they were too short to be
	// told one by one; the longest gives the rest. 0 stands for one.
	N int `json:"n,omitempty"`
}

// LongestSteps are at most n steps of a path, the longest, in the order of time.
func LongestSteps(path []PathStep, n int) []PathStep {
	if len(path) <= n {
		return path
	}
	long := slices.Clone(path)
	slices.SortStableFunc(long, func(a, b PathStep) int { return cmp.Compare(b.ToMS-b.FromMS, a.ToMS-a.FromMS) })
	long = long[:n]
	slices.SortStableFunc(long, func(a, b PathStep) int { return cmp.Compare(a.FromMS, b.FromMS) })
	return long
}

const (
	// maxPath bounds the steps that are told, pathRoom those that are kept
	// while they are collected.
	maxPath  = 1000
	pathRoom = 4 * maxPath
)

// criticalPath walks back from the end of main: from what it did last to who
// made it ready, to what that one did before, and so on, to the start. It
// decodes the blocks of the timeline from the last to the first, two at a time.
func (t *Trace) criticalPath() ([]PathStep, error) {
	main := slices.IndexFunc(t.Goroutines, func(g Goroutine) bool { return g.ID == 1 })
	if main < 0 || t.Wall <= 0 {
		return nil, nil
	}
	w := walker{t: t, row: int32(main), until: t.ticks(), path: chain{ticks: t.ticks()}, rows: map[int64]int32{}}
	for i := range t.Goroutines {
		w.rows[t.Goroutines[i].ID] = int32(i)
	}
	for bl, err := range t.backwards() {
		if err != nil {
			return nil, err
		}
		w.block(bl)
	}
	return w.path.tell(t), nil
}

// backwards gives the blocks from the last to the first, each good until the
// next is asked for. Two goroutines decode every other one.
func (t *Trace) backwards() iter.Seq2[*linked, error] {
	return func(yield func(*linked, error) bool) {
		stop := make(chan struct{})
		defer close(stop)
		var by [2]linker
		for i := range by {
			by[i] = linker{done: make(chan error), again: make(chan struct{}), stop: stop}
			go by[i].run(t.decoder(), t.Blocks()-1-i, len(by))
		}
		for i := range t.Blocks() {
			l := &by[i%len(by)]
			if err := <-l.done; !yield(&l.block, err) || err != nil {
				return
			}
			l.again <- struct{}{}
		}
	}
}

// linker decodes blocks, the next when the last was looked at.
type linker struct {
	block linked
	done  chan error    // of block
	again chan struct{} // the block may be overwritten
	stop  chan struct{}
}

// run decodes block from, and then each step before it.
func (l *linker) run(d *decoder, from, step int) {
	for i := from; i >= 0; i -= step {
		err := d.link(i, &l.block)
		select {
		case l.done <- err:
		case <-l.stop:
			return
		}
		select {
		case <-l.again:
		case <-l.stop:
			return
		}
	}
}

// walker is at the goroutine of a row, at the time until.
type walker struct {
	t     *Trace
	row   int32
	until int64
	path  chain
	rows  map[int64]int32 // by id of the goroutine
}

// block walks from the end of block i to its start. At the start of a block
// the goroutine's state is told again: what led to it is in the block before.
func (w *walker) block(bl *linked) {
	for e := bl.last[w.row]; e != none; {
		ev := &bl.events[e]
		if ev.state != stateGone {
			w.path.add(w.row, ev, w.until)
			w.until = min(w.until, ev.at)
		}
		e = w.back(bl, e, ev)
	}
}

// back is the event that led to event e: of who made the goroutine ready, else
// of the goroutine itself, else, for one that has just begun, of who made it.
// The runtime's own goroutines lead nowhere: what they do is mostly not drawn.
func (w *walker) back(bl *linked, e int32, ev *tick) int32 {
	led := &bl.led[e]
	if ev.state == uint8(Runnable) && led.wakers != none && !w.t.Goroutines[led.waker].System {
		w.row = led.waker
		return led.wakers
	}
	g := &w.t.Goroutines[w.row]
	if maker, ok := w.rows[g.CreatedBy]; ok && led.own == none && ev.at <= g.Created/tickNS {
		if found := bl.before(maker, e); found != none {
			w.row = maker
			return found
		}
	}
	return led.own
}

// linked is a decoded block with what led to each event. Every link goes to an
// earlier event, so that a walk ends whatever a trace says.
type linked struct {
	events []tick
	led    []ledBy
	last   []int32 // by row: its last event; none for none
}

// ledBy are the last events before one: of the same goroutine, and of the one
// of row waker, which made it ready. There may be none.
type ledBy struct{ own, wakers, waker int32 }

// link decodes block i into bl.
func (d *decoder) link(i int, bl *linked) error {
	wakes, err := d.wakes(i)
	if err != nil {
		return err
	}
	n := d.tl.blocks[i].N
	bl.events, bl.led = slices.Grow(bl.events[:0], n), slices.Grow(bl.led[:0], n)
	bl.last = slices.Grow(bl.last[:0], d.rows)[:d.rows]
	for r := range bl.last {
		bl.last[r] = none
	}
	return d.events(i, func(e *tick) bool {
		at := int32(len(bl.events))
		led := ledBy{own: bl.last[e.row], wakers: none}
		for len(wakes) > 0 && wakes[0].event == at {
			led.waker = wakes[0].row
			led.wakers = bl.last[led.waker]
			wakes = wakes[1:]
		}
		bl.events, bl.led = append(bl.events, *e), append(bl.led, led)
		bl.last[e.row] = at
		return true
	})
}

// before is the last event of a row that comes before event e; none for none.
func (bl *linked) before(row, e int32) int32 {
	for e--; e >= 0; e-- {
		if bl.events[e].row == row {
			return e
		}
	}
	return none
}

// chain is the steps walked so far, the last first. When there are too many,
// short ones that follow each other are put together.
type chain struct {
	ticks int64
	least int64 // steps shorter than this are put together
	steps []pathPart
}

type pathPart struct {
	row      int32
	state    uint8
	stack    uint32
	reason   uint32
	from, to int64
	longest  int64
	n        int
}

func (p *chain) add(row int32, e *tick, until int64) {
	s := pathPart{row: row, state: e.state, stack: e.stack, reason: e.reason, from: min(e.at, until), to: until, n: 1}
	s.longest = s.to - s.from
	p.put(s)
	for len(p.steps) > pathRoom {
		p.coarsen()
	}
}

// put adds a step before the last one, or to it.
func (p *chain) put(s pathPart) {
	if s.from == s.to && s.state != uint8(Runnable) {
		return
	}
	if n := len(p.steps) - 1; n >= 0 {
		last := &p.steps[n]
		if (last.row == s.row && last.state == s.state && last.n == 1 && s.n == 1) || last.to-s.from < p.least {
			last.take(s)
			return
		}
	}
	p.steps = append(p.steps, s)
}

// take puts an earlier step into p: the longer one gives its name.
func (p *pathPart) take(s pathPart) {
	same := p.row == s.row && p.state == s.state && p.n == 1 && s.n == 1
	if s.longest > p.longest {
		p.row, p.state, p.stack, p.reason, p.longest = s.row, s.state, s.stack, s.reason, s.longest
	}
	p.from = s.from
	if same {
		p.longest = p.to - p.from
	} else {
		p.n += s.n
	}
}

func (p *chain) coarsen() {
	p.least = max(2*p.least, p.ticks/pathRoom, 1)
	old := p.steps
	p.steps = old[:0:0]
	for _, s := range old {
		p.put(s)
	}
}

// tell gives the steps from the first to the last.
func (p *chain) tell(t *Trace) []PathStep {
	for len(p.steps) > maxPath {
		p.coarsen()
	}
	out := make([]PathStep, 0, len(p.steps))
	for _, s := range slices.Backward(p.steps) {
		at := t.tl.at(s.stack)
		step := PathStep{
			G: t.Goroutines[s.row].ID, FromMS: ms(float64(s.from * tickNS)), ToMS: ms(float64(min(s.to*tickNS, t.Wall))),
			State: State(s.state).String(), File: at.File, Line: at.Line,
		}
		if State(s.state).Waits() {
			step.Reason = t.tl.reasons[s.reason]
		}
		if s.n > 1 {
			step.N = s.n
		}
		out = append(out, step)
	}
	return out
}
