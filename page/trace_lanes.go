package page

import (
	"cmp"
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
}

// traceLanes picks the rows of a drawing. least is the length in ns below
// which segments are merged; rows bounds the goroutines.
type traceLanes struct {
	Ps, Gs []traceLane
	Hidden int // goroutines of the program that are not drawn
	All    int // goroutines of the program
}

func newTraceLanes(t *exectrace.Trace, least int64, rows int) traceLanes {
	system := systemGoroutines(t)
	picked, all := pickGoroutines(t, rows)
	byG := make(map[int64][]exectrace.Segment, len(picked))
	for _, g := range picked {
		byG[g.ID] = nil
	}
	byP := make([][]exectrace.Segment, max(t.Procs, 1))
	for _, s := range t.Segments {
		if _, ok := byG[s.G]; ok {
			byG[s.G] = append(byG[s.G], s)
		}
		if s.P < 0 || (system[s.G] && s.State != exectrace.GC) {
			continue // of the runtime's own work only GC is drawn
		}
		for int(s.P) >= len(byP) && s.P < maxLanes {
			byP = append(byP, nil)
		}
		if int(s.P) < len(byP) {
			byP[s.P] = append(byP[s.P], s)
		}
	}
	l := traceLanes{Hidden: all - len(picked), All: all}
	for p, segs := range byP[:min(len(byP), maxLanes)] {
		l.Ps = append(l.Ps, traceLane{Name: laneName("P", int64(p)), Bars: mergeSegments(segs, least)})
	}
	for _, g := range picked {
		l.Gs = append(l.Gs, traceLane{
			Name: laneName("G", g.ID), About: aboutGoroutine(g),
			Bars: mergeSegments(byG[g.ID], least), Stuck: stuck(t, g),
		})
	}
	return l
}

// bars is how many marks the lanes have.
func (l *traceLanes) bars() int {
	n := 0
	for _, lanes := range [][]traceLane{l.Ps, l.Gs} {
		for _, lane := range lanes {
			n += len(lane.Bars)
		}
	}
	return n
}

// maxLanes bounds the Ps that are drawn.
const maxLanes = 64

func systemGoroutines(t *exectrace.Trace) map[int64]bool {
	m := make(map[int64]bool)
	for _, g := range t.Goroutines {
		if g.System {
			m[g.ID] = true
		}
	}
	return m
}

// lastRows is how many of the rows are kept for the youngest goroutines.
const lastRows = 2

// pickGoroutines gives the goroutines that get a row (at least lastRows), in
// order of creation:
// all when they fit, else the first ones and the last two. all counts those of
// the program, listed or not.
func pickGoroutines(t *exectrace.Trace, rows int) (picked []exectrace.Goroutine, all int) {
	for _, g := range t.Goroutines {
		if !g.System {
			picked = append(picked, g)
		}
	}
	all = len(picked) + t.Unlisted
	if len(picked) > rows {
		first := picked[:rows-lastRows]
		picked = append(slices.Clone(first), picked[len(picked)-lastRows:]...)
	}
	return picked, all
}

// mergeSegments makes bars of the segments of one lane, which do not overlap
// and are in order. Segments shorter than least that lie within one least of
// each other become one bar, so that it is never drawn longer than what it
// stands for.
func mergeSegments(segs []exectrace.Segment, least int64) []traceBar {
	var out []traceBar
	for i := 0; i < len(segs); {
		j := i + 1
		for j < len(segs) && short(segs[j], least) && short(segs[i], least) && segs[j].Start-segs[i].Start < least {
			j++
		}
		bar := newBar(segs[i:j])
		if n := len(out) - 1; n >= 0 && alike(out[n], bar) {
			out[n] = joined(out[n], bar)
		} else {
			out = append(out, bar)
		}
		i = j
	}
	return out
}

func short(s exectrace.Segment, least int64) bool { return s.End-s.Start < least }

func newBar(segs []exectrace.Segment) traceBar {
	b := traceBar{Start: segs[0].Start, End: segs[len(segs)-1].End, N: len(segs)}
	for _, s := range segs {
		b.Times[s.State] += s.End - s.Start
	}
	if len(segs) == 1 {
		b.State, b.Share, b.Seg = segs[0].State, 1, &segs[0]
		return b
	}
	b.measure()
	return b
}

// measure gives the bar the state that fills most of it.
func (b *traceBar) measure() {
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

func joined(a, b traceBar) traceBar {
	for s, d := range b.Times {
		a.Times[s] += d
	}
	a.End, a.N = b.End, a.N+b.N
	a.measure()
	return a
}

// readyCurve is how many goroutines of the program were ready and not running,
// on average, in each of n equal parts of span, and the most there ever were.
func readyCurve(t *exectrace.Trace, span int64, n int) (mean []float64, most int) {
	mean = make([]float64, n)
	if span <= 0 {
		return mean, 0
	}
	system := systemGoroutines(t)
	type edge struct {
		at int64
		d  int
	}
	var edges []edge
	for _, s := range t.Segments {
		if s.State == exectrace.Runnable && !system[s.G] && s.End > s.Start {
			edges = append(edges, edge{s.Start, 1}, edge{s.End, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.d, b.d)) })
	width := float64(span) / float64(n)
	now := 0
	for i, e := range edges {
		if i > 0 {
			spread(mean, float64(edges[i-1].at)/width, float64(e.at)/width, float64(now))
		}
		now += e.d
		most = max(most, now)
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
