package exectrace

import (
	"cmp"
	"slices"
)

// Moment is a stretch of a trace in which something can be seen, and the
// goroutine that it is about. Times are ns since the start of the trace.
type Moment struct {
	Start, End int64 // what to look at, with a little before and after
	At         int64 // the moment itself
	Length     int64 // ns that it lasts; 0 for a moment
	G          int64
	P          int64 // of a steal: who took it; else -1
	N          int   // of a convoy: how many waited; else 1
	Line       Frame // where it waits; zero when unknown
}

// MomentNames are the things that Moment can find, in alphabetical order.
//
//	convoy         the most goroutines waited for a lock at one line
//	first-steal    a P first ran a goroutine out of another P's queue (inferred)
//	leak           the last goroutine to begin a wait that lasts to the end
//	longest-ready  a goroutine of the program was ready and had no P
//	longest-wait   a goroutine made in the trace waited for the longest time
func MomentNames() []string {
	return []string{"convoy", "first-steal", "leak", "longest-ready", "longest-wait"}
}

// convoyLeast is the fewest goroutines that are called a convoy, convoyPart into
// how many such stretches a run could be cut at least: of a longer one the
// beginning is shown, or there would be nothing to zoom to.
const (
	convoyLeast = 3
	convoyPart  = 5
)

// Moment finds what a name of MomentNames stands for; false when this run does
// not show it. The same listing shows it at another time in every run, so that
// an author names the thing and not the time.
func (t *Trace) Moment(name string) (Moment, bool) {
	m, found := t.Moments()[name]
	return m, found
}

// Moments finds all that this run shows, by name. Goroutines of the runtime take
// no part.
func (t *Trace) Moments() map[string]Moment {
	f := t.FindMoments()
	for s := range t.Segments() {
		f.Segment(&s)
	}
	return f.Moments()
}

// MomentFinder finds moments in the segments of a trace, for whoever reads them
// for something else too.
type MomentFinder struct {
	t      *Trace
	leaked map[int]bool

	steal, leak, ready, wait pick
	locks                    map[Frame][]Segment // waits for one, by line
}

// FindMoments is a finder that has seen no segment yet.
func (t *Trace) FindMoments() *MomentFinder {
	return &MomentFinder{t: t, leaked: t.leaked(), locks: map[Frame][]Segment{}}
}

// Segment takes the next one, in the order in which Segments gives them.
func (f *MomentFinder) Segment(s *Segment) {
	g := &f.t.Goroutines[s.Row]
	switch {
	case g.System:
	case s.State == Running:
		if s.Origin == OriginStolen && f.t.TellsOrigins() && (!f.steal.found || s.Start < f.steal.best.Start) {
			f.steal.take(s)
		}
	case s.State == Runnable:
		f.ready.longer(s)
	case s.State.Waits():
		if !g.Existed {
			f.wait.longer(s)
		}
		if s.End >= f.t.Wall && f.leaked[s.Row] && (!f.leak.found || s.Start > f.leak.best.Start) {
			f.leak.take(s)
		}
		if s.State == Sync && s.Reason == "sync" && s.At.Line > 0 {
			f.locks[s.At] = append(f.locks[s.At], *s)
		}
	}
}

// Moments are those of the segments so far, by name.
func (f *MomentFinder) Moments() map[string]Moment {
	found := map[string]Moment{}
	for name, p := range map[string]*pick{
		"first-steal": &f.steal, "leak": &f.leak, "longest-ready": &f.ready, "longest-wait": &f.wait,
	} {
		if p.found {
			found[name] = f.t.momentOf(&p.best)
		}
	}
	if m, ok := f.t.convoy(f.locks); ok {
		found["convoy"] = m
	}
	return found
}

// pick is the best segment so far.
type pick struct {
	best  Segment
	found bool
}

func (p *pick) take(s *Segment) { p.best, p.found = *s, true }

// longer takes the segment when it is the longest so far.
func (p *pick) longer(s *Segment) {
	if !p.found || s.End-s.Start > p.best.End-p.best.Start {
		p.take(s)
	}
}

// leaked marks the rows of goroutines that were made in the trace and waited
// at its end: none where that was cut, and the program went on.
func (t *Trace) leaked() map[int]bool {
	rows := map[int]bool{}
	if t.Metrics.Leaks == nil {
		return rows
	}
	for i, g := range t.Goroutines {
		if g.Blocked() && !g.Existed {
			rows[i] = true
		}
	}
	return rows
}

func (t *Trace) momentOf(s *Segment) Moment {
	m := Moment{At: s.Start, Length: s.End - s.Start, G: s.G, P: none, N: 1, Line: s.At}
	if s.State == Running {
		m.P = s.P
	}
	m.Start, m.End = t.around(s.Start, s.End)
	return m
}

// around widens a stretch, so that it is seen what came before and after.
func (t *Trace) around(from, to int64) (start, end int64) {
	more := max((to-from)/20, t.Wall/200, 1)
	return max(from-more, 0), min(to+more, t.Wall)
}

// convoy finds the moment at which the most goroutines waited for a lock at
// one line: those that hold a mutex for long make the others queue behind it.
func (t *Trace) convoy(waits map[Frame][]Segment) (Moment, bool) {
	best := Moment{}
	for line, list := range waits {
		m := crowd(list)
		m.Line = line
		if m.N > best.N || m.N == best.N && m.At < best.At {
			best = m
		}
	}
	if best.N < convoyLeast {
		return Moment{}, false
	}
	best.Length = min(best.Length, t.Wall/convoyPart)
	best.Start, best.End = t.around(best.At, best.At+best.Length)
	return best, true
}

// crowd is when the most of these waits were under way. It lasts for as long
// as three quarters of them are.
func crowd(list []Segment) Moment {
	type change struct {
		at int64
		by int
		g  int64
	}
	var all []change
	for _, s := range list {
		all = append(all, change{s.Start, +1, s.G}, change{s.End, -1, s.G})
	}
	slices.SortFunc(all, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	m := Moment{P: none}
	now := 0
	for _, c := range all {
		if now += c.by; now > m.N {
			m.N, m.At, m.G = now, c.at, c.g
		}
	}
	now = 0
	for _, c := range all {
		if now += c.by; c.at > m.At && 4*now < 3*m.N {
			m.Length = c.at - m.At
			break
		}
	}
	return m
}
