package exectrace

import (
	"cmp"
	"slices"
)

const (
	// leastConfidence is below what the replay says nothing.
	leastConfidence = 0.5
	// twinVersion is whose scheduler the replay follows.
	twinVersion = "go1.26"
	maxLines    = 500
)

// report makes the trace out of all that was seen.
func (b *builder) report(version string, end ending, m mark) (*Trace, error) {
	b.finish()
	b.opts.Race = b.opts.Race || m.race
	t := &Trace{
		GoVersion:  version,
		Wall:       b.now,
		Procs:      b.procs.most,
		Events:     b.events,
		Goroutines: b.recs.all(),
		STW:        b.ranges.stw,
		Marks:      b.ranges.marks,
		Notes:      b.notes(),
		Busy:       b.sum.allRunning,
		Unlisted:   b.unlisted,
		Damage:     end.damage(),
		Run:        m.run,
		tl:         b.timeline(),
	}
	t.Metrics = b.metrics(t)
	t.Curves = b.curves.end(b.now, t.Metrics.Steals.Stolen != nil)
	how := b.opts.Truncated
	if how == "" {
		how = cmp.Or(end.how, m.how)
	}
	t.Know(how, m.over(), b.opts.CPU)
	if t.Damage != "" {
		t.Metrics.Why["truncated"] = t.Damage
	}
	if b.rec.err != nil {
		return nil, b.rec.err
	}
	var err error
	if t.Metrics.CriticalPath, err = t.criticalPath(); err == nil && t.Metrics.CriticalPath == nil {
		t.Metrics.Why["critical_path"] = "the trace does not show the main goroutine"
	}
	return t, err
}

// timeline is what was recorded, with its tables.
func (b *builder) timeline() timeline {
	tl := b.rec.tl
	tl.frames, tl.own, tl.stacks = b.stacks.frames, b.stacks.own, b.stacks.whole
	tl.cut = cutCounts{Goroutines: b.unlisted, Stacks: b.stacks.left, Spans: b.ranges.left, Notes: b.user.left}
	return tl
}

// notes puts what the program wrote in order of time.
func (b *builder) notes() []Note {
	slices.SortStableFunc(b.user.notes, func(x, y Note) int { return cmp.Compare(x.Start, y.Start) })
	return b.user.notes
}

func (b *builder) metrics(t *Trace) Metrics {
	s := &b.sum
	m := Metrics{
		Go:     t.GoVersion,
		WallMS: ms(float64(t.Wall)),
		Procs:  t.Procs,
		Events: t.Events,
		Goroutines: GoroutineCount{
			Created: s.created, Peak: s.peak, AtEnd: s.leftAlive,
			BlockedAtEnd: &s.leftBlocked, System: s.system,
		},
		GC: GCTime{
			Cycles: b.ranges.cycles, AssistMS: ms(s.assist), STWMS: ms(b.ranges.gcSTW),
			MarkMS: ms(b.ranges.mark), WorkerMS: ms(s.worker),
		},
		RunningMS:  ms(s.total[Running] + s.total[GC]),
		RunnableMS: ms(s.total[Runnable]),
		SyscallMS:  ms(s.total[Syscall]),
		Blocked:    b.blocked(),
		Sync:       deref(s.syncBy),
		Tasks:      list(b.user.tasks.list),
		Regions:    list(b.user.regions.list),
		Logs:       b.user.counts(),
		Leaks:      b.leaks(),
		Unfinished: b.unfinished(),
		Lines:      b.lines(),
		Why:        map[string]string{},
	}
	if slices.ContainsFunc(m.Lines, func(l LineCost) bool { return l.RunningMS == nil }) {
		m.Why["lines.running_ms"] = "only of a time slice that preemption cut off does a trace tell at which line it ran; " +
			"at the lines without a number none was, and where there is one, it may have been longer"
	}
	for st := Chan; st < NumStates; st++ {
		m.WaitingMS += ms(s.total[st])
	}
	b.latency(&m)
	b.use(&m, t)
	b.steals(&m)
	if s.heapSeen {
		peak := int64(min(s.heapPeak, 1<<62))
		m.Heap.PeakBytes = &peak
	} else {
		m.Why["heap.peak_bytes"] = "the trace tells no heap size"
	}
	return m
}

func (b *builder) latency(m *Metrics) {
	var all dist
	m.Latency.ByCause = map[string]CauseLatency{}
	for c := causeCreate; c < numCauses; c++ {
		d := &b.sum.causes[c]
		if d.n == 0 {
			continue
		}
		all.merge(d)
		m.Latency.ByCause[causeNames[c]] = CauseLatency{
			N: d.n, P50us: d.us(.50), P95us: d.us(.95), P99us: d.us(.99), TotalMS: ms(d.sum),
		}
	}
	m.Latency.N, m.Latency.TotalMS, m.Latency.Buckets = all.n, ms(all.sum), list(all.buckets())
	for c := causeCreate; c < numCauses; c++ {
		splitBuckets(m.Latency.Buckets, causeNames[c], &b.sum.causes[c])
	}
	if all.n == 0 {
		for _, name := range []string{"p50_us", "p95_us", "p99_us", "max_us"} {
			m.Why["latency."+name] = "no goroutine was seen to become ready and then run"
		}
		return
	}
	m.Latency.P50us, m.Latency.P95us = new(all.us(.50)), new(all.us(.95))
	m.Latency.P99us, m.Latency.MaxUs = new(all.us(.99)), new(float64(all.max)/1e3)
}

// use says how much of the Ps was used.
func (b *builder) use(m *Metrics, t *Trace) {
	m.Switches.Total = b.sum.switches
	if t.Wall <= 0 {
		for _, name := range []string{"switches.per_s", "parallelism", "utilisation"} {
			m.Why[name] = "the trace is too short to have a length"
		}
		return
	}
	m.Switches.PerS = new(float64(b.sum.switches) / (float64(t.Wall) / 1e9))
	used := b.sum.total[Running] + b.sum.total[GC] + b.sum.held
	m.Parallelism = new(used / float64(t.Wall))
	if b.procs.area <= 0 {
		m.Why["utilisation"] = "the trace does not tell GOMAXPROCS"
		return
	}
	m.Utilisation = new(min(used/b.procs.area, 1))
}

func (b *builder) steals(m *Metrics) {
	t := b.twin
	m.Steals.Inferred = true
	why := ""
	confidence := 0.0
	if t.starts > 0 {
		confidence = float64(t.foreseen) / float64(t.starts)
	}
	switch {
	case m.Go != twinVersion:
		why = "the run queues are replayed as " + twinVersion + " keeps them, and this trace is of " + m.Go
	case b.opts.Race:
		why = raceWhy
	case t.starts == 0:
		why = "no goroutine was seen to leave a run queue"
	case confidence < leastConfidence:
		why = "the replay of the run queues does not fit this trace"
	}
	if why != "" {
		m.noSteals(why)
		return
	}
	m.Steals.Confidence = &confidence
	m.Steals.Stolen, m.Steals.Local = &t.from[OriginStolen], &t.from[OriginLocal]
	m.Steals.Global, m.Steals.Unknown = &t.from[OriginGlobal], &t.from[OriginUnknown]
	m.Steals.QueuePeak = &t.peak
	m.Steals.GlobalShare = new(float64(t.from[OriginGlobal]) / float64(t.starts))
}

// leaks are the goroutines that were left waiting, most first.
func (b *builder) leaks() []Leak {
	out := []Leak{}
	for _, l := range b.sum.leakOrder {
		n := b.sum.leaks[l]
		l.N = n
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(x, y Leak) int {
		return cmp.Or(cmp.Compare(y.N, x.N), cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Reason, y.Reason))
	})
	return out
}

// unfinished are the goroutines that had not ended and did not wait, most first.
func (b *builder) unfinished() []Unfinished {
	out := []Unfinished{}
	for u, n := range b.sum.unfinished {
		u.N = n
		out = append(out, u)
	}
	slices.SortFunc(out, func(x, y Unfinished) int {
		return cmp.Or(cmp.Compare(y.N, x.N), cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line),
			cmp.Compare(x.Func, y.Func), cmp.Compare(x.State, y.State))
	})
	return out
}

// lines sums the places by line, dearest first.
func (b *builder) lines() []LineCost {
	type key struct {
		file string
		line int
	}
	at := map[key]int{}
	out := []LineCost{}
	for p, s := range b.sum.lines {
		f := b.stacks.frame(place(p))
		if f.Line == 0 || (s.running == 0 && s.runnable == 0 && len(s.waiting) == 0) {
			continue
		}
		i, ok := at[key{f.File, f.Line}]
		if !ok {
			i = len(out)
			at[key{f.File, f.Line}] = i
			out = append(out, LineCost{File: f.File, Line: f.Line, WaitingMS: map[string]float64{}})
		}
		if s.running > 0 {
			out[i].RunningMS = new(out[i].Ran() + ms(s.running))
		}
		out[i].RunnableMS += ms(s.runnable)
		for _, w := range s.waiting {
			out[i].WaitingMS[b.rec.tl.reasons[w.reason]] += ms(w.ns)
		}
	}
	slices.SortStableFunc(out, func(x, y LineCost) int {
		return cmp.Or(cmp.Compare(y.sum(), x.sum()), cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
	return out[:min(len(out), maxLines)]
}

func (l LineCost) sum() float64 {
	waited, _ := l.Waited()
	return l.Ran() + l.RunnableMS + waited
}

func ms(ns float64) float64 { return ns / 1e6 }

// blocked are the waits by the words of their reason.
func (b *builder) blocked() map[string]BlockedTime {
	out := map[string]BlockedTime{}
	for i, t := range b.sum.blockedBy {
		if t.N > 0 {
			out[b.rec.tl.reasons[i]] = t
		}
	}
	return out
}

func deref(m map[string]*BlockedTime) map[string]BlockedTime {
	out := make(map[string]BlockedTime, len(m))
	for k, v := range m {
		out[k] = *v
	}
	return out
}

// list makes an empty list of none, for a JSON array and not null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
