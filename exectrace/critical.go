package exectrace

import "slices"

// PathStep is a part of the critical path: what the goroutine G did from
// FromMS to ToMS, without which the program would have ended sooner. File and
// Line are where it waited or lost its P, when that is known.
type PathStep struct {
	G      int64   `json:"g"`
	FromMS float64 `json:"from_ms"`
	ToMS   float64 `json:"to_ms"`
	State  string  `json:"state"`
	File   string  `json:"file"`
	Line   int     `json:"line"`
	// N is how many steps were put together, where they were too short to be
	// told one by one; the longest gives the rest. 0 stands for one.
	N int `json:"n,omitempty"`
}

const (
	// maxPath bounds the steps that are told, pathRoom those that are kept
	// while they are collected.
	maxPath  = 1000
	pathRoom = 4 * maxPath
)

// criticalPath walks back from the end of main: from what it did last to who
// made it ready, to what that one did before, and so on, to the start. It
// decodes the blocks of the timeline from the last to the first, one at a time.
func (t *Trace) criticalPath() ([]PathStep, error) {
	main := slices.IndexFunc(t.Goroutines, func(g Goroutine) bool { return g.ID == 1 })
	if main < 0 || t.Wall <= 0 {
		return nil, nil
	}
	w := walker{t: t, row: int32(main), until: t.ticks(), path: chain{ticks: t.ticks()}, rows: map[int64]int32{}}
	for i := range t.Goroutines {
		w.rows[t.Goroutines[i].ID] = int32(i)
	}
	for i := t.Blocks() - 1; i >= 0; i-- {
		if err := w.block(i); err != nil {
			return nil, err
		}
	}
	return w.path.tell(t), nil
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
func (w *walker) block(i int) error {
	events, wakes, err := w.t.block(i)
	if err != nil {
		return err
	}
	idx := indexBlock(events, wakes, len(w.t.Goroutines))
	for e := idx.before(w.row, int32(len(events))); e >= 0; {
		ev := &events[e]
		if ev.state != stateGone {
			w.path.add(w.row, ev, w.until)
			w.until = min(w.until, ev.at)
		}
		e = w.back(idx, e, ev)
	}
	return nil
}

// back is the event that led to event e: of who made the goroutine ready, else
// of the goroutine itself, else, for one that has just begun, of who made it.
// The runtime's own goroutines lead nowhere: what they do is mostly not drawn.
func (w *walker) back(idx *blockIndex, e int32, ev *tick) int32 {
	if by := idx.waker[e]; ev.state == uint8(Runnable) && by >= 0 && !w.t.Goroutines[by].System {
		if found := idx.before(by, e); found >= 0 {
			w.row = by
			return found
		}
	}
	own := idx.before(w.row, e)
	if maker, ok := w.rows[w.t.Goroutines[w.row].CreatedBy]; ok && own < 0 && ev.at <= w.t.Goroutines[w.row].Created/tickNS {
		if found := idx.before(maker, e); found >= 0 {
			w.row = maker
			return found
		}
	}
	return own
}

// blockIndex finds events by goroutine. Every step goes to an earlier event,
// so that a walk ends whatever a trace says.
type blockIndex struct {
	list  []int32 // events by row, in order of time within each
	from  []int32 // by row: where its events begin in list
	waker []int32 // by event: the row of who caused it; -1 for none
}

func indexBlock(events []tick, wakes []wake, rows int) *blockIndex {
	x := &blockIndex{list: make([]int32, len(events)), from: make([]int32, rows+1), waker: make([]int32, len(events))}
	for i := range events {
		x.from[events[i].row+1]++
		x.waker[i] = none
	}
	for r := range rows {
		x.from[r+1] += x.from[r]
	}
	next := slices.Clone(x.from)
	for i := range events {
		r := events[i].row
		x.list[next[r]] = int32(i)
		next[r]++
	}
	for _, w := range wakes {
		x.waker[w.event] = w.row
	}
	return x
}

// before is the last event of a row that comes before event e; -1 for none.
func (x *blockIndex) before(row, e int32) int32 {
	mine := x.list[x.from[row]:x.from[row+1]]
	i, _ := slices.BinarySearch(mine, e)
	if i == 0 {
		return none
	}
	return mine[i-1]
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
	from, to int64
	longest  int64
	n        int
}

func (p *chain) add(row int32, e *tick, until int64) {
	s := pathPart{row: row, state: e.state, stack: e.stack, from: min(e.at, until), to: until, n: 1}
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
		p.row, p.state, p.stack, p.longest = s.row, s.state, s.stack, s.longest
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
		if s.n > 1 {
			step.N = s.n
		}
		out = append(out, step)
	}
	return out
}
