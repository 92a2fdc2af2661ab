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

// convoyLeast is the fewest goroutines that are called a convoy.
const convoyLeast = 3

// Moment finds what a name of MomentNames stands for; false when this run does
// not show it. The same listing shows it at another time in every run, so that
// an author names the thing and not the time.
func (t *Trace) Moment(name string) (Moment, bool) {
	m, found := t.Moments()[name]
	return m, found
}

// Moments finds all that this run shows, by name. It reads the timeline once,
// some 80 ms for a million segments. Goroutines of the runtime take no part.
func (t *Trace) Moments() map[string]Moment {
	leaked := t.leaked()
	beats := map[string]func(s, best *Segment) bool{
		"first-steal": func(s, best *Segment) bool {
			return s.State == Running && s.Origin == OriginStolen && (best == nil || s.Start < best.Start)
		},
		"leak": func(s, best *Segment) bool {
			return leaked[s.Row] && s.State.Waits() && s.End >= t.Wall && (best == nil || s.Start > best.Start)
		},
		"longest-ready": func(s, best *Segment) bool { return s.State == Runnable && longer(s, best) },
		"longest-wait": func(s, best *Segment) bool {
			return s.State.Waits() && !t.Goroutines[s.Row].Existed && longer(s, best)
		},
	}
	var picks []*pick
	for name, f := range beats {
		picks = append(picks, &pick{name: name, beats: f})
	}
	locks := map[Frame][]Segment{} // waits for one, by line
	for s := range t.Segments() {
		if t.Goroutines[s.Row].System {
			continue
		}
		for _, p := range picks {
			p.offer(&s)
		}
		if s.State == Sync && s.Reason == "sync" && s.At.Line > 0 {
			locks[s.At] = append(locks[s.At], s)
		}
	}
	found := map[string]Moment{}
	for _, p := range picks {
		if p.best != nil {
			found[p.name] = t.momentOf(p.best)
		}
	}
	if m, ok := t.convoy(locks); ok {
		found["convoy"] = m
	}
	return found
}

// pick is the search for the segment that beats all others.
type pick struct {
	name  string
	beats func(s, best *Segment) bool
	best  *Segment
}

func (p *pick) offer(s *Segment) {
	if p.beats(s, p.best) {
		own := *s
		p.best = &own
	}
}

func longer(s, best *Segment) bool { return best == nil || s.End-s.Start > best.End-best.Start }

// leaked marks the rows of goroutines that were made in the trace and waited
// at its end.
func (t *Trace) leaked() map[int]bool {
	rows := map[int]bool{}
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
	best.Start, best.End = t.around(best.At, best.At+best.Length)
	return best, true
}

// crowd is when the most of these waits were under way. It lasts for as long
// as half as many are.
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
		if now += c.by; c.at > m.At && now <= m.N/2 {
			m.Length = c.at - m.At
			break
		}
	}
	return m
}
