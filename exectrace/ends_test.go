package exectrace

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/exp/trace"
)

// A goroutine that never ends and never waits leaves a mark too.
func TestWhoIsStillAtItAtTheEnd(t *testing.T) {
	for how, known := range map[string]bool{"": true, "cap": false} {
		s := newScript(t, Options{Truncated: how})
		s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
		for id := trace.GoID(2); id <= 4; id++ { // made where they begin: a made-up event has one stack
			s.move(move{us: 10, on: mainOn, g: id, from: notExist, to: runnable, stack: worker, at: worker})
		}
		s.move(move{us: 20, on: idle1, g: 2, from: runnable, to: goRunning})
		s.move(move{us: 23, on: mainOn, g: 5, from: notExist, to: runnable, stack: []string{"tutor/trace.reader"}})
		s.move(move{us: 30, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "chan receive", stack: []string{"main.main"}})
		m := s.report().Metrics
		want := []Unfinished{{"main.go", line, "main.worker", "runnable", 2}, {"main.go", line, "main.worker", "running", 1}}
		if !known {
			want = nil
		}
		if !slices.Equal(m.Unfinished, want) || (m.Unfinished == nil) == known || (m.Why["unfinished"] == "") != known {
			t.Errorf("truncated %q: %+v, why %q; want %+v", how, m.Unfinished, m.Why["unfinished"], want)
		}
		if m.Goroutines.AtEnd != 4 || (known && *m.Goroutines.BlockedAtEnd != 1) || known == (m.Goroutines.BlockedAtEnd == nil) {
			t.Errorf("goroutines %+v, want 4 at the end, main blocked", m.Goroutines)
		}
	}
}

// select{} and a nil channel are for ever, and no select.
func TestForeverIsNoSelect(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "forever", stack: []string{"main.main"}})
	s.move(move{us: 60, on: idle1, g: 2, from: runnable, to: goRunning})
	tr := s.report()
	main := tr.Goroutines[0]
	if main.Last == Select || main.Times[Select] != 0 || main.Reason != "forever" || !main.Blocked() {
		t.Errorf("main ended in %s (%s), want a wait that is no select", main.Last, main.Reason)
	}
	if b := tr.Metrics.Blocked; b["select"].N != 0 || b["forever"].N != 1 {
		t.Errorf("blocked %+v, want one for ever", b)
	}
	if WaitState("select") != Select {
		t.Error("a select is none any more")
	}
}

// Of a slice that ended any other way than by preemption a trace does not tell
// the line: null, and not a zero.
func TestALineWhereNoSliceWasCutHasNoRunningTime(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 40, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sleep", stack: []string{"main.main"}})
	s.move(move{us: 60, on: idle1, g: 2, from: runnable, to: goRunning})
	m := s.report().Metrics
	if len(m.Lines) != 1 || m.Lines[0].RunningMS != nil || !strings.Contains(m.Why["lines.running_ms"], "preemption") {
		t.Errorf("lines %+v, why %q; want one that is not known to have run", m.Lines, m.Why["lines.running_ms"])
	}
	s = newScript(t, Options{})
	s.begin()
	s.move(move{us: 40, on: mainOn, g: 1, from: goRunning, to: runnable, reason: "preempted", stack: []string{"main.main"}})
	s.move(move{us: 60, on: idle1, g: 2, from: runnable, to: goRunning})
	m = s.report().Metrics
	if len(m.Lines) != 1 || m.Lines[0].RunningMS == nil || m.Lines[0].Ran() != .040 || m.Why["lines.running_ms"] != "" {
		t.Errorf("lines %+v, why %q; want one that ran for 0.040 ms", m.Lines, m.Why["lines.running_ms"])
	}
}

// Each bucket of the histogram is split by what made goroutines ready.
func TestLatencyBucketsAreSplitByCause(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 13, on: idle1, g: 2, from: runnable, to: goRunning}) // 3 µs
	on2 := ctx{2, 1, 11}
	s.move(move{us: 20, on: on2, g: 2, from: goRunning, to: runnable, reason: "preempted", stack: worker})
	s.move(move{us: 24, on: idle1, g: 2, from: runnable, to: goRunning}) // 4 µs
	s.move(move{us: 30, on: on2, g: 2, from: goRunning, to: runnable, reason: "preempted", stack: worker})
	s.move(move{us: 90, on: idle1, g: 2, from: runnable, to: goRunning}) // 60 µs
	got := s.report().Metrics.Latency.Buckets
	want := []map[string]int{{"create": 1, "preempted": 1}, {}, {}, {}, {"preempted": 1}}
	if len(got) != len(want) || got[0].FromUs != 2 || got[4].FromUs != 50 {
		t.Fatalf("buckets %+v, want five from 2 µs to 100", got)
	}
	for i, b := range got {
		if !maps.Equal(b.ByCause, want[i]) {
			t.Errorf("from %g µs: %v, want %v", b.FromUs, b.ByCause, want[i])
		}
	}
}
