package exectrace

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// checkPath: a critical path has no gaps, from the start of the trace to its
// end.
func checkPath(t *testing.T, tr *Trace) {
	t.Helper()
	at := 0.
	for i, s := range tr.Metrics.CriticalPath {
		if math.Abs(s.FromMS-at) > 1e-9 || s.ToMS < s.FromMS {
			t.Fatalf("step %d of the critical path goes from %v to %v ms, the one before ended at %v", i, s.FromMS, s.ToMS, at)
		}
		at = s.ToMS
	}
	if p := tr.Metrics.CriticalPath; p != nil && (math.Abs(at-tr.Metrics.WallMS) > 1e-4 || len(p) > maxPath) {
		t.Errorf("the critical path has %d steps and ends at %v of %v ms", len(p), at, tr.Metrics.WallMS)
	}
}

func pathOf(tr *Trace) string {
	var out []string
	for _, s := range tr.Metrics.CriticalPath {
		out = append(out, fmt.Sprintf("G%d %s %.0f-%.0f", s.G, s.State, s.FromMS*1e3, s.ToMS*1e3))
	}
	return strings.Join(out, ", ")
}

// Main waits for a goroutine that waited for a P: the path goes through it, and
// not through the one that was done before.
func TestThePathGoesThroughWhoWasWaitedFor(t *testing.T) {
	s := newScript(t, Options{})
	g2, g3 := ctx{2, 1, 11}, ctx{3, 2, 12}
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 64, on: mainOn, g: 2, from: notExist, to: runnable, stack: worker, at: []string{"main.main"}})
	s.move(move{us: 96, on: mainOn, g: 3, from: notExist, to: runnable, stack: worker, at: []string{"main.main"}})
	s.move(move{us: 128, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sync", stack: []string{"main.main"}})
	s.move(move{us: 192, on: ctx{none, 2, 12}, g: 3, from: runnable, to: goRunning})
	s.move(move{us: 256, on: g3, g: 3, from: goRunning, to: notExist})
	s.move(move{us: 320, on: idle1, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 640, on: g2, g: 1, from: goWaiting, to: runnable})
	s.move(move{us: 704, on: g2, g: 2, from: goRunning, to: notExist})
	s.move(move{us: 768, on: idle0, g: 1, from: runnable, to: goRunning})
	s.move(move{us: 832, on: mainOn, g: 1, from: goRunning, to: goRunning})
	tr := s.report()
	want := "G1 running 0-64, G2 runnable 64-320, G2 running 320-640, G1 runnable 640-768, G1 running 768-832"
	if got := pathOf(tr); got != want {
		t.Errorf("the path is\n%s\nwant\n%s", got, want)
	}
}

// A step that waited says for what: its state can't tell a timer from the
// collector.
func TestThePathSaysWhatWasWaitedFor(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 64, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sync", stack: []string{"runtime.GC", "main.main"}})
	s.move(move{us: 640, on: idle1, g: 1, from: goWaiting, to: runnable})
	s.move(move{us: 672, on: idle1, g: 1, from: runnable, to: goRunning})
	s.move(move{us: 704, on: ctx{1, 1, 11}, g: 1, from: goRunning, to: goRunning})
	var got []string
	for _, step := range s.report().Metrics.CriticalPath {
		got = append(got, step.State+" "+step.Reason)
	}
	if want := "running , sleep " + semaphore + ", runnable , running "; strings.Join(got, ", ") != want {
		t.Errorf("the path is %q, want %q", got, want)
	}
}

// A long path is told in at most a thousand steps, and says where it put some
// together.
func TestALongPathIsPutTogether(t *testing.T) {
	p := chain{ticks: 100_000}
	for i := int64(100_000); i > 0; i-- {
		p.add(int32(i%2), &tick{at: i - 1, state: uint8(i % 3)}, i)
	}
	tr := &Trace{Wall: 100_000 * tickNS, Goroutines: make([]Goroutine, 2)}
	tr.tl.stacks, tr.tl.frames = [][]uint32{{}}, []Frame{{}}
	tr.Metrics.WallMS = ms(float64(tr.Wall))
	tr.Metrics.CriticalPath = p.tell(tr)
	checkPath(t, tr)
	n := 0
	for _, s := range tr.Metrics.CriticalPath {
		n += max(s.N, 1)
	}
	if n != 100_000 {
		t.Errorf("the steps stand for %d, want 100,000", n)
	}
}
