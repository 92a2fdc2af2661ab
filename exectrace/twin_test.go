package exectrace

import (
	"bytes"
	"testing"

	"golang.org/x/exp/trace"
)

// spawn has main make n goroutines, ids from 100, a µs apart from us on.
func (s *script) spawn(us int64, n int) {
	s.t.Helper()
	for i := range n {
		s.move(move{us: us + int64(i), on: mainOn, g: trace.GoID(100 + i), from: notExist, to: runnable, stack: worker, at: []string{"main.main"}})
	}
}

// once starts g on p and ends it a µs later.
func (s *script) once(us int64, g, p int64) {
	s.t.Helper()
	m := 10 + p
	s.move(move{us: us, on: ctx{none, p, m}, g: trace.GoID(g), from: runnable, to: goRunning})
	s.move(move{us: us + 1, on: ctx{g, p, m}, g: trace.GoID(g), from: goRunning, to: notExist})
}

// block has main wait, so that P0 is free.
func (s *script) block(us int64) {
	s.t.Helper()
	s.move(move{us: us, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sync", stack: []string{"sync.(*WaitGroup).Wait", "main.main"}})
}

func (s *script) steals() Steals { return s.report().Metrics.Steals }

// On one P the youngest goes first, from runnext, then the others in order.
func TestTwinOneP(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.spawn(10, 4)
	s.block(20)
	for i, g := range []int64{103, 100, 101, 102} {
		s.once(int64(30+10*i), g, 0)
	}
	got := s.steals()
	if *got.Local != 4 || *got.Stolen+*got.Global+*got.Unknown != 0 || *got.Confidence != 1 || *got.QueuePeak != 4 {
		t.Errorf("local %d stolen %d global %d unknown %d confidence %v peak %d; want 4 local, foreseen, peak 4",
			*got.Local, *got.Stolen, *got.Global, *got.Unknown, *got.Confidence, *got.QueuePeak)
	}
}

// A thief takes half from the head, starts the last of them and keeps the rest.
func TestTwinStealsHalf(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.spawn(10, 7) // ring 100..105, runnext 106
	s.once(20, 102, 1)
	s.once(22, 100, 1) // taken along
	s.once(24, 101, 1)
	s.block(26)
	for i, g := range []int64{106, 103, 104, 105} {
		s.once(int64(30+2*i), g, 0)
	}
	got := s.steals()
	if *got.Stolen != 3 || *got.Local != 4 || *got.Confidence != 1 {
		t.Errorf("stolen %d local %d confidence %.2f, want 3, 4 and 1", *got.Stolen, *got.Local, *got.Confidence)
	}
}

// The 257th in a ring of 256 sends half of it to the global queue, and itself.
func TestTwinOverflowsToGlobal(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.spawn(10, 258) // runnext 357; 356 was kicked into a full ring
	// An idle P fetches min(128, 129, 129/2+1) = 65 of the 129.
	s.once(300, 100, 1)
	for i := range int64(64) {
		s.once(302+2*i, 101+i, 1)
	}
	got := s.steals()
	if *got.Global != 65 || *got.Stolen != 0 || *got.Confidence != 1 {
		t.Errorf("global %d stolen %d confidence %.2f, want 65, 0 and 1", *got.Global, *got.Stolen, *got.Confidence)
	}
	if *got.QueuePeak != 257 {
		t.Errorf("peak %d, want 257: a full ring and runnext", *got.QueuePeak)
	}
	if *got.GlobalShare != 1 {
		t.Errorf("global share %.2f, want 1", *got.GlobalShare)
	}
}

// What cannot be said is nil, with a reason.
func TestTwinSaysNothingItCannotKnow(t *testing.T) {
	for name, c := range map[string]struct {
		opts    Options
		version string
		starts  bool
	}{
		"race":    {Options{Race: true}, twinVersion, true},
		"version": {Options{}, "go1.23", true},
		"nothing": {Options{}, twinVersion, false},
	} {
		s := newScript(t, c.opts)
		s.begin()
		if c.starts {
			s.once(20, 2, 1)
		}
		got := s.reportOf(c.version).Metrics
		if got.Steals.Stolen != nil || got.Steals.Confidence != nil || got.Why["steals.stolen"] == "" || !got.Steals.Inferred {
			t.Errorf("%s: steals %+v, why %q; want nothing, with a reason", name, got.Steals, got.Why["steals.stolen"])
		}
	}
}

// A replay that the trace contradicts at every turn is not told.
func TestTwinGivesUpWhenItDoesNotFit(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.spawn(10, 40)
	s.block(60)
	for i := range int64(30) { // from the tail, which no scheduler does
		s.once(70+2*i, 138-i, 0)
	}
	got := s.report().Metrics
	if got.Steals.Stolen != nil || got.Why["steals.stolen"] == "" {
		t.Errorf("steals %+v of a trace that no scheduler of ours could make", got.Steals)
	}
}

// The Ps that a smaller GOMAXPROCS takes away leave their queues to all.
func TestTwinFewerPs(t *testing.T) {
	tw := newTwin()
	a, b := &gstate{id: 1}, &gstate{id: 2}
	tw.setProcs(2)
	tw.putNext(1, a)
	tw.putNext(1, b)
	tw.setProcs(1)
	if a.queue.where != inGlobal || b.queue.where != inGlobal || tw.global.size != 2 || len(tw.ps) != 0 {
		t.Errorf("queues %+v %+v, global %d; want both in the global queue", a.queue, b.queue, tw.global.size)
	}
}

func TestDist(t *testing.T) {
	var d dist
	for v := int64(1); v <= 100_000; v++ {
		d.add(v * 10)
	}
	for q, want := range map[float64]float64{.50: 500, .95: 950, .99: 990, 1: 1000} {
		if got := d.us(q); got < want*.992 || got > want*1.008 {
			t.Errorf("quantile %.2f is %.1f µs, want %.0f to 1 in 128", q, got, want)
		}
	}
	n := 0
	for i, b := range d.buckets() {
		n += b.N
		if i > 0 && b.FromUs != d.buckets()[i-1].ToUs {
			t.Errorf("bucket %d begins at %v, the one before ends at %v", i, b.FromUs, d.buckets()[i-1].ToUs)
		}
	}
	if n != d.n {
		t.Errorf("the buckets hold %d of %d", n, d.n)
	}
	for _, v := range []int64{0, 1, 127, 128, 129, 1 << 20, 1<<40 + 12345, 1<<62 + 1} {
		if mid := binMid(binOf(v)); mid < v-v/127 || mid > v+v/127 {
			t.Errorf("%d falls into the bin of %d", v, mid)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"net", "gc", "unbounded"} {
		b.Run(name, func(b *testing.B) {
			data := fixture(b, name)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(bytes.NewReader(data), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Two goroutines that the network made ready while the other P looks idle: the
// one that the same P starts next but one was not handed away after all, which
// is no thing to be sure of; the one that the other P starts was.
func TestTwinPolledByItself(t *testing.T) {
	for p, want := range map[int64]Origin{0: OriginLocal, 1: OriginGlobal} {
		s := newScript(t, Options{})
		s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
		s.b.procs.setBusy(0, true)
		s.spawn(10, 2)
		s.block(20)
		for i, g := range []int64{101, 100} {
			us := int64(30 + 10*i)
			s.move(move{us: us, on: idle0, g: trace.GoID(g), from: runnable, to: goRunning})
			s.move(move{us: us + 1, on: ctx{g, 0, 10}, g: trace.GoID(g), from: goRunning, to: goWaiting, reason: "network", stack: worker})
		}
		for i, g := range []trace.GoID{100, 101} { // 101 is started straight away
			s.move(move{us: int64(60 + i), on: idle0, g: g, from: goWaiting, to: runnable})
		}
		s.once(70, 101, 0)
		s.once(80, 100, p)
		tr := s.report()
		var got []Origin
		for seg := range tr.Segments() {
			if seg.State == Running && seg.G == 100 {
				got = append(got, seg.Origin)
			}
		}
		if len(got) != 2 || got[1] != want {
			t.Errorf("on P%d: G100 came from %v, want %s the second time", p, got, want)
		}
		if c := *tr.Metrics.Steals.Confidence; (c == 1) != (want == OriginGlobal) {
			t.Errorf("on P%d: confidence %.2f of a start that was %s", p, c, want)
		}
	}
}
