package exectrace

import "cmp"

// sums are the numbers of user goroutines that grow while the trace is read.
// Times are ns as float64: many goroutines' times need not fit in an int64.
type sums struct {
	created, system, live, peak int
	leftAlive, leftBlocked      int
	causes                      [numCauses]dist
	switches                    int
	total                       [NumStates]float64
	held                        float64 // in system calls, with a P
	worker                      float64 // GC workers other than idle ones
	assist                      float64
	allRunning                  float64       // of every goroutine, user or not, incl. held
	blockedBy                   []BlockedTime // by reason
	syncBy                      map[string]*BlockedTime
	leaks                       map[Leak]int // N is 0 in the keys
	leakOrder                   []Leak
	unfinished                  map[Unfinished]int // N is 0 in the keys
	lines                       []lineSum          // by place
	heapPeak                    uint64
	heapSeen                    bool
}

type lineSum struct {
	running, runnable float64
	waiting           []waited // a line has one reason to wait, or two
}

type waited struct {
	reason uint32
	ns     float64
}

func (l *lineSum) wait(reason uint32, ns float64) {
	for i := range l.waiting {
		if w := &l.waiting[i]; w.reason == reason {
			w.ns += ns
			return
		}
	}
	l.waiting = append(l.waiting, waited{reason, ns})
}

func newSums() sums {
	return sums{
		syncBy:     map[string]*BlockedTime{},
		leaks:      map[Leak]int{},
		unfinished: map[Unfinished]int{},
	}
}

// alive counts a user goroutine. One that existed before the trace lived at
// every moment so far, also at the peak.
func (s *sums) alive(existed bool) {
	s.live++
	if existed {
		s.peak++
	}
	s.peak = max(s.peak, s.live)
}

func (s *sums) latency(l latency) { s.causes[l.cause].add(l.ns) }

// times adds what a goroutine's life took.
func (s *sums) times(g *gstate) {
	s.allRunning += float64(g.times[Running]) + float64(g.times[GC]) + float64(g.held)
	s.worker += float64(g.work)
	if g.kind != user {
		return
	}
	for i, t := range g.times {
		s.total[i] += float64(t)
	}
	s.held += float64(g.held)
	s.assist += float64(g.helped)
}

// atEnd counts a goroutine that outlived the trace.
func (s *sums) atEnd(g *gstate, st *stacks) {
	if g.kind != user {
		return
	}
	s.leftAlive++
	if g.phase == waiting {
		s.leftBlocked++
	}
	if g.existed { // main, and what was there before the trace: made by no line we know
		return
	}
	f := st.frame(g.created)
	if g.phase != waiting {
		s.unfinished[Unfinished{File: f.File, Line: f.Line, Func: g.func_, State: g.now().String()}]++
		return
	}
	k := Leak{File: f.File, Line: f.Line, Func: g.func_, Reason: g.reason}
	if _, ok := s.leaks[k]; !ok {
		s.leakOrder = append(s.leakOrder, k)
	}
	s.leaks[k]++
}

// blocked counts a wait for the reason that has this place in the table.
func (s *sums) blocked(reason uint32, ns float64) {
	for int(reason) >= len(s.blockedBy) {
		s.blockedBy = append(s.blockedBy, BlockedTime{})
	}
	s.blockedBy[reason].add(ns)
}

// syncWait counts one for something of package sync: one of the few that
// syncKind knows.
func (s *sums) syncWait(kind string, ns float64) {
	kind = cmp.Or(kind, "other")
	t := s.syncBy[kind]
	if t == nil {
		t = &BlockedTime{}
		s.syncBy[kind] = t
	}
	t.add(ns)
}

func (t *BlockedTime) add(ns float64) {
	t.N++
	t.TotalMS += ns / 1e6
}

// line is the sum of one place; that of place 0, the unknown, is never told.
func (s *sums) line(p place) *lineSum {
	for int(p) >= len(s.lines) {
		s.lines = append(s.lines, lineSum{})
	}
	return &s.lines[p]
}

func (s *sums) heap(bytes uint64) {
	s.heapSeen = true
	s.heapPeak = max(s.heapPeak, bytes)
}
