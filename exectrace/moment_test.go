package exectrace

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// recordedFor reads a trace of testdata.
func recordedFor(t *testing.T, name string) *Trace {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".trace")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tr, err := Parse(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Each moment that is found is of a segment that is what its name says, and of
// the only kind: no other segment of the trace beats it.
func TestMoments(t *testing.T) {
	for _, c := range []struct {
		trace, name string
		found       bool
	}{
		{"leak", "leak", true}, {"cpu", "leak", false}, {"sleepers", "leak", false},
		{"mutex", "convoy", true}, {"cpu", "convoy", false}, {"pingpong", "convoy", false},
		{"unbounded", "first-steal", true}, {"unbounded", "longest-ready", true},
		{"sleepers", "longest-wait", true}, {"leak", "nonsense", false},
	} {
		tr := recordedFor(t, c.trace)
		m, found := tr.Moment(c.name)
		if found != c.found {
			t.Errorf("%s in %s: found %t", c.name, c.trace, found)
			continue
		}
		if found && (m.Start > m.At || m.End < m.At+m.Length || m.Start < 0 || m.End > tr.Wall || m.G == 0) {
			t.Errorf("%s in %s: %+v of %d ns", c.name, c.trace, m, tr.Wall)
		}
	}
}

// Where the replay of the run queues tells nothing, nothing was stolen that
// could be shown.
func TestOriginsThatAreNotToldAreNotShown(t *testing.T) {
	tr := recordedFor(t, "unbounded")
	for told := range 2 {
		_, found := tr.Moment("first-steal")
		var out bytes.Buffer
		if err := tr.WriteTraceEvents(&out); err != nil {
			t.Fatal(err)
		}
		exported := strings.Contains(out.String(), "taken from")
		if want := told == 0; found != want || exported != want || tr.contents().NoOrigins == want || tr.TellsOrigins() != want {
			t.Errorf("told %t: first steal found %t, exported %t", want, found, exported)
		}
		tr.Metrics.noSteals("the replay does not fit")
		tr.Metrics.Steals = Steals{Inferred: true}
	}
}

func TestMomentsAreTheGreatest(t *testing.T) {
	tr := recordedFor(t, "unbounded")
	ready, _ := tr.Moment("longest-ready")
	steal, _ := tr.Moment("first-steal")
	for s := range tr.Segments() {
		if tr.Goroutines[s.Row].System {
			continue
		}
		if s.State == Runnable && s.End-s.Start > ready.Length {
			t.Errorf("%+v was ready for longer than %+v", s, ready)
		}
		if s.State == Running && s.Origin == OriginStolen && s.Start < steal.At {
			t.Errorf("%+v was stolen before %+v", s, steal)
		}
		if s.State == Running && s.G == steal.G && s.Start == steal.At && s.P != steal.P {
			t.Errorf("it was taken by P%d, not P%d", s.P, steal.P)
		}
	}
	leak := recordedFor(t, "leak")
	m, _ := leak.Moment("leak")
	if m.At+m.Length != leak.Wall || m.Line.Line == 0 {
		t.Errorf("the leak is %+v of %d ns", m, leak.Wall)
	}
	convoy, _ := recordedFor(t, "mutex").Moment("convoy")
	if convoy.N < convoyLeast || convoy.Line.Line == 0 {
		t.Errorf("the convoy is %+v", convoy)
	}
	// Eight goroutines that take a lock in turn for all of the run: what is
	// shown of it is a part.
	tr, mu := &Trace{Wall: 1000}, Frame{File: "main.go", Line: 7}
	var waits []Segment
	for g := range int64(8) {
		waits = append(waits, Segment{Start: 10, End: 100 * (g + 2), G: g})
	}
	if m, ok := tr.convoy(map[Frame][]Segment{mu: waits}); !ok || m.N != 8 || m.At != 10 || m.Length != tr.Wall/convoyPart || m.End-m.Start > tr.Wall/4 {
		t.Errorf("the long convoy is %+v", m)
	}
	waits[0].End, waits[1].End, waits[2].End = 50, 60, 70
	if m, _ := tr.convoy(map[Frame][]Segment{mu: waits}); m.Length != 60 {
		t.Errorf("five of eight that are left are no longer the crowd: it lasts %d, want 60", m.Length)
	}
	for _, name := range MomentNames() {
		if m, found := leak.Moment(name); found && m.End <= m.Start {
			t.Errorf("%s is an empty stretch: %+v", name, m)
		}
	}
}
