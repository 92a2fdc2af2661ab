package page

import (
	"slices"

	"course/tutor/exectrace"
)

// traceBar is one mark in a lane: a segment as it is, or several too short to
// be told apart at this width.
type traceBar struct {
	Start, End int64 // ns
	State      exectrace.State
	// Share is how much of the bar State fills: 1 for one segment.
	Share float64
	// Times is how long each state lasted within the bar, in ns.
	Times [exectrace.NumStates]int64
	N     int                // segments in it
	Seg   *exectrace.Segment // when N is 1
}

// traceLane is one row of the drawing.
type traceLane struct {
	Name  string // P0, G7
	About string // what the row is, for the tooltip of its name
	Bars  []traceBar
	// Stuck says that it ended the trace waiting: why, and where.
	Stuck string
	// Steals are the starts in it that were stolen.
	Steals []stealMark
}

// traceLanes are the rows of a drawing.
type traceLanes struct {
	Ps, Gs []traceLane
	Hidden int // goroutines of the program that are not drawn
	All    int // goroutines of the program
}

// segmentReader takes the segments of a trace one after the other.
type segmentReader interface{ Segment(*exectrace.Segment) }

// newTraceLanes picks the rows of a drawing. axis is how many ns its width
// stands for, least the length below which segments are merged; rows bounds the
// goroutines. It reads all segments; others may read them with it, for that
// takes a while.
func newTraceLanes(t *exectrace.Trace, axis, least int64, rows int, others ...segmentReader) traceLanes {
	picked, all := pickGoroutines(t, rows)
	maker := func() *barMaker {
		return &barMaker{least: least, tells: t.TellsOrigins(), steals: stealMarks{axis: axis}}
	}
	byRow := make([]*barMaker, len(t.Goroutines))
	for _, row := range picked {
		byRow[row] = maker()
	}
	byP := make([]*barMaker, min(max(t.Procs, 1), maxLanes))
	for p := range byP {
		byP[p] = maker()
	}
	var s exectrace.Segment // one for all: what others are given would be made anew each time
	for s = range t.Segments() {
		for _, o := range others {
			o.Segment(&s)
		}
		if m := byRow[s.Row]; m != nil {
			m.segment(&s)
		}
		if s.P < 0 || s.P >= maxLanes || (t.Goroutines[s.Row].System && s.State != exectrace.GC) {
			continue // of the runtime's own work only GC is drawn
		}
		for int(s.P) >= len(byP) {
			byP = append(byP, maker())
		}
		byP[s.P].segment(&s)
	}
	l := traceLanes{Hidden: all - len(picked), All: all}
	for p, m := range byP {
		l.Ps = append(l.Ps, traceLane{Name: laneName("P", int64(p)), Bars: m.end(), Steals: m.steals.list})
	}
	for _, row := range picked {
		g := t.Goroutines[row]
		l.Gs = append(l.Gs, traceLane{
			Name: laneName("G", g.ID), About: aboutGoroutine(g),
			Bars: byRow[row].end(), Stuck: stuck(t, g), Steals: byRow[row].steals.list,
		})
	}
	return l
}

// coarsen merges what is shorter than least, as newTraceLanes would have.
func coarsen(lanes []traceLane, least int64) {
	for i := range lanes {
		m := &barMaker{least: least}
		for _, b := range lanes[i].Bars {
			m.add(b)
		}
		lanes[i].Bars = m.end()
	}
}

// countBars is how many bars and marks lanes have.
func countBars(lanes []traceLane) int {
	n := 0
	for _, lane := range lanes {
		n += len(lane.Bars) + len(lane.Steals)
	}
	return n
}

// maxLanes bounds the Ps that are drawn.
const maxLanes = 64

// lastRows is how many of the rows are kept for the youngest goroutines.
const lastRows = 2

// pickGoroutines gives the goroutines that get a row of the drawing (at least
// lastRows), as indices into t.Goroutines, in order of creation: all when they
// fit, else the first ones and the last two. all counts those of the program,
// listed or not.
func pickGoroutines(t *exectrace.Trace, rows int) (picked []int, all int) {
	for i := range t.Goroutines {
		if !t.Goroutines[i].System {
			picked = append(picked, i)
		}
	}
	all = len(picked) + t.Unlisted
	if len(picked) > rows {
		first := picked[:rows-lastRows]
		picked = append(slices.Clone(first), picked[len(picked)-lastRows:]...)
	}
	return picked, all
}

// barMaker makes the bars of one lane of its segments, which do not overlap and
// come in order. What is shorter than least and begins within one least of each
// other becomes one bar, so that it is never drawn longer than what it stands
// for.
type barMaker struct {
	least int64
	out   []traceBar
	bar   traceBar // the one being put together
	open  bool
	short bool // it may take more: what it began with is short

	tells  bool // origins are known
	steals stealMarks
}

func (m *barMaker) add(b traceBar) {
	if m.joins(b.Start, b.End) {
		m.bar.take(b)
		return
	}
	m.flush()
	m.bar, m.open, m.short = b, true, b.End-b.Start < m.least
}

// joins says that what comes next is put together with the bar that is open.
func (m *barMaker) joins(start, end int64) bool {
	return m.open && m.short && end-start < m.least && start-m.bar.Start < m.least
}

// segment adds a segment; most of a large trace go into a bar that is open.
func (m *barMaker) segment(s *exectrace.Segment) {
	if m.tells && s.Origin == exectrace.OriginStolen {
		m.steals.add(s.Start)
	}
	if m.joins(s.Start, s.End) {
		m.bar.Times[s.State] += s.End - s.Start
		m.bar.End, m.bar.N, m.bar.Seg = s.End, m.bar.N+1, nil
		return
	}
	m.add(barOf(*s))
}

func (m *barMaker) flush() {
	if !m.open {
		return
	}
	m.bar.measure()
	if n := len(m.out) - 1; n >= 0 && alike(m.out[n], m.bar) {
		m.out[n].take(m.bar)
		m.out[n].measure()
		return
	}
	m.out = append(m.out, m.bar)
}

// end gives the bars.
func (m *barMaker) end() []traceBar {
	m.flush()
	m.open = false
	return m.out
}

func barOf(s exectrace.Segment) traceBar {
	b := traceBar{Start: s.Start, End: s.End, N: 1, State: s.State, Share: 1, Seg: &s}
	b.Times[s.State] = s.End - s.Start
	return b
}

// take adds the bar that follows.
func (b *traceBar) take(next traceBar) {
	for s, d := range next.Times {
		b.Times[s] += d
	}
	b.End, b.N, b.Seg = next.End, b.N+next.N, nil
}

// measure gives the bar the state that fills most of it.
func (b *traceBar) measure() {
	if b.Seg != nil {
		return // one segment fills it, however short
	}
	b.State = 0
	for s := range exectrace.NumStates {
		if b.Times[s] > b.Times[b.State] {
			b.State = s
		}
	}
	b.Share = 1
	if d := b.End - b.Start; d > 0 {
		b.Share = float64(b.Times[b.State]) / float64(d)
	}
}

// alike says whether two merged bars that touch look the same.
func alike(a, b traceBar) bool {
	const near = .06
	d := a.Share - b.Share
	return a.N > 1 && b.N > 1 && a.State == b.State && d < near && d > -near &&
		b.Start-a.End < (b.End-b.Start)/4
}

// readyCurve is how many goroutines of the program were ready and not running,
// on average, in each of n equal parts of span, and the most there ever were.
func readyCurve(t *exectrace.Trace, span int64, n int) (mean []float64, most int) {
	mean = make([]float64, n)
	for _, c := range t.Curves {
		if c.Name != "runnable" || span <= 0 {
			continue
		}
		width := float64(span) / float64(n)
		for i, v := range c.Mean {
			from := int64(i) * c.Width
			spread(mean, float64(from)/width, float64(min(from+c.Width, t.Wall))/width, v)
			most = max(most, int(c.Max[i]))
		}
	}
	return mean, most
}

// spread adds level to the bins from x to y, to the broken ones in part.
func spread(bins []float64, x, y, level float64) {
	if level == 0 {
		return
	}
	for i := int(x); i < len(bins) && float64(i) < y; i++ {
		bins[i] += level * (min(y, float64(i+1)) - max(x, float64(i)))
	}
}
