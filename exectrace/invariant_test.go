package exectrace

import (
	"math"
	"testing"
)

// checkInvariants holds what must be true of any whole trace: every goroutine
// is in one state at a time, no P runs two at once, the segments add up to
// what the goroutines and the metrics say.
func checkInvariants(t *testing.T, tr *Trace) {
	t.Helper()
	checkOrder(t, tr)
	checkLives(t, tr)
	checkPs(t, tr)
	checkPath(t, tr)
	checkBuckets(t, tr)
	if tr.Unlisted == 0 {
		checkSums(t, tr)
	}
}

func checkOrder(t testing.TB, tr *Trace) {
	t.Helper()
	until := map[int64]int64{}
	for s := range tr.Segments() {
		if s.Start < 0 || s.End < s.Start || s.End > tr.Wall || s.State >= NumStates || tr.Goroutines[s.Row].ID != s.G {
			t.Fatalf("there is a segment %+v in a trace of %d ns", s, tr.Wall)
		}
		if s.Start < until[s.G] {
			t.Fatalf("G%d does something at %d, and something else until %d", s.G, s.Start, until[s.G])
		}
		until[s.G] = s.End
	}
	made := int64(0)
	for _, g := range tr.Goroutines {
		if g.Existed {
			continue
		}
		if g.Created < made {
			t.Fatalf("goroutine %d is listed before one made earlier", g.ID)
		}
		made = g.Created
	}
}

// checkBuckets: the buckets of the latency hold every start once, of each cause
// as many as there are of it.
func checkBuckets(t *testing.T, tr *Trace) {
	t.Helper()
	all, byCause := 0, map[string]int{}
	for _, b := range tr.Metrics.Latency.Buckets {
		n := 0
		for cause, c := range b.ByCause {
			byCause[cause] += c
			n += c
		}
		if n != b.N {
			t.Errorf("from %g to %g µs: %d latencies, by cause %d", b.FromUs, b.ToUs, b.N, n)
		}
		all += n
	}
	l := tr.Metrics.Latency
	for cause, c := range l.ByCause {
		if byCause[cause] != c.N {
			t.Errorf("the buckets hold %d by %s, there are %d", byCause[cause], cause, c.N)
		}
	}
	if all != l.N {
		t.Errorf("the buckets hold %d latencies, there are %d", all, l.N)
	}
}

// checkLives: what a goroutine did is as long as it lived.
func checkLives(t *testing.T, tr *Trace) {
	t.Helper()
	for _, g := range tr.Goroutines {
		var sum int64
		for _, d := range g.Times {
			sum += d
		}
		ended := g.Ended
		if ended < 0 {
			ended = tr.Wall
		}
		if sum != ended-g.Created {
			t.Errorf("G%d lived %d ns and was in states for %d", g.ID, ended-g.Created, sum)
		}
	}
}

// checkPs: one goroutine at a time holds a P.
func checkPs(t *testing.T, tr *Trace) {
	t.Helper()
	until := map[int64]int64{}
	for s := range tr.Segments() {
		if s.P < 0 {
			if s.State == Running || s.State == GC {
				t.Fatalf("G%d runs on no P: %+v", s.G, s)
			}
			continue
		}
		if s.State == Runnable || s.State.Waits() {
			t.Fatalf("G%d is %s and holds P%d", s.G, s.State, s.P)
		}
		if s.Start < until[s.P] {
			t.Fatalf("P%d runs G%d at %d, and something else until %d", s.P, s.G, s.Start, until[s.P])
		}
		until[s.P] = s.End
	}
}

// checkProcs: what ran, ran on one of GOMAXPROCS Ps. Made-up traces have more.
func checkProcs(t *testing.T, tr *Trace) {
	t.Helper()
	for s := range tr.Segments() {
		if s.P >= int64(tr.Procs) {
			t.Fatalf("G%d runs on P%d, and GOMAXPROCS is %d", s.G, s.P, tr.Procs)
		}
	}
}

// checkSums: the segments of user goroutines are what the metrics say.
func checkSums(t *testing.T, tr *Trace) {
	t.Helper()
	system := map[int64]bool{}
	for _, g := range tr.Goroutines {
		system[g.ID] = g.System
	}
	var got [NumStates]float64
	var assist float64
	segments := 0.0
	for s := range tr.Segments() {
		segments++
		if !system[s.G] {
			got[s.State] += float64(s.End-s.Start) / 1e6
			if s.Reason == assistRange {
				assist += float64(s.End-s.Start) / 1e6
			}
		}
	}
	var waiting float64
	for s := Chan; s < NumStates; s++ {
		waiting += got[s]
	}
	m := tr.Metrics
	for name, pair := range map[string][2]float64{
		"running":  {got[Running] + got[GC], m.RunningMS},
		"runnable": {got[Runnable], m.RunnableMS},
		"syscall":  {got[Syscall], m.SyscallMS},
		"waiting":  {waiting, m.WaitingMS},
		"assist":   {assist, m.GC.AssistMS},
	} {
		// Times in a timeline are cut to ticks at both ends.
		if math.Abs(pair[0]-pair[1]) > 1e-6*(1+pair[1])+segments*tickNS/1e6 {
			t.Errorf("%s: the segments come to %.6f ms, the metrics say %.6f", name, pair[0], pair[1])
		}
	}
}
