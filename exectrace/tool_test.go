package exectrace

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool answers what a tool of the Go distribution prints.
func tool(t *testing.T, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("go", append([]string{"tool"}, args...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go tool %s: %v: %s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// sumOf is how many waits, and how many ns of them, are in a profile that
// go tool trace makes of a trace.
func sumOf(t *testing.T, file, profile string) (n int, ns float64) {
	t.Helper()
	pb := file + "." + profile
	if err := os.WriteFile(pb, tool(t, "trace", "-pprof="+profile, file), 0o644); err != nil {
		t.Fatal(err)
	}
	raw := string(tool(t, "pprof", "-raw", pb))
	_, samples, found := strings.Cut(raw, "contentions/count delay/nanoseconds")
	if !found {
		t.Fatalf("go tool pprof prints no samples: %.200s", raw)
	}
	samples, _, _ = strings.Cut(samples, "\nLocations")
	for line := range strings.Lines(samples) {
		var c int
		var d float64
		if _, err := fmt.Sscanf(line, "%d %f:", &c, &d); err == nil {
			n, ns = n+c, ns+d
		}
	}
	return n, ns
}

// profile is one that go tool trace makes: which segments it holds.
type profile struct {
	name  string
	waits string // what they are, in the table
	state State  // of the runtime's own goroutines, whose segments are not all kept
	holds func(Segment) bool
}

// go tool trace counts a goroutine from its first start on, so what came after
// its go statement is not in sched.
var profiles = []profile{
	{"sched", "for a P", Runnable, func(s Segment) bool { return s.State == Runnable && s.Reason != causeNames[causeCreate] }},
	{"syscall", "in system calls", Syscall, func(s Segment) bool { return s.State == Syscall }},
	{"net", "for the network", Net, func(s Segment) bool { return s.State == Net }},
	// A wait for the collector is one of package sync to go tool trace.
	{"sync", "for channels and locks", Sync, func(s Segment) bool {
		return s.State == Chan || s.State == Select || s.State == Sync || s.Reason == semaphore
	}},
}

// finished sums the stretches of the program's goroutines that ended within
// the trace: go tool trace counts no others. Neighbours are one.
func finished(tr *Trace, holds func(Segment) bool) (n int, ns float64) {
	open := map[int]float64{}
	for s := range tr.Segments() {
		g := &tr.Goroutines[s.Row]
		switch {
		case g.System:
		case holds(s) && s.End < tr.Wall:
			open[s.Row] += float64(s.End - s.Start)
			if s.End == g.Ended {
				n, ns = n+1, ns+open[s.Row]
				delete(open, s.Row)
			}
		default:
			if d, ok := open[s.Row]; ok {
				n, ns = n+1, ns+d
				delete(open, s.Row)
			}
		}
	}
	return n, ns
}

// systems is how long the runtime's own goroutines were in a state.
func systems(tr *Trace, s State) (ns float64) {
	for _, g := range tr.Goroutines {
		if g.System {
			ns += float64(g.Times[s])
		}
	}
	return ns
}

// How often and how long goroutines waited, by kind, is what go tool trace
// says of the same file. It counts the runtime's own goroutines too, which are
// few. Times in a timeline are cut to ticks at both ends.
func TestWaitsAreThoseOfGoToolTrace(t *testing.T) {
	const few = 12
	waits := newTruth("load", "waits", "how many", "go tool trace", "how long", "go tool trace")
	events := newTruth("load", "events", "go tool trace")
	defer events.print(t)
	defer waits.print(t)
	for _, w := range [][3]string{{"net", "50", "2"}, {"mutex", "300", "2"}, {"unbounded", "1000", "2"}, {"pingpong", "500", "2"}} {
		data, _ := run(t, w[0], w[1], w[2])
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "trace")
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, p := range profiles {
			n, ns := sumOf(t, file, p.name)
			gotN, got := finished(tr, p.holds)
			if n > 0 {
				waits.row(w[0]+" "+w[1], p.waits, howMany(float64(gotN)), howMany(float64(n)), inMS(got/1e6), inMS(ns/1e6))
			}
			cut := float64(n+few) * tickNS
			if more := n - gotN; more < 0 || more > few || ns < got-cut || ns > got+systems(tr, p.state)+cut {
				t.Errorf("%s, %s: %d waits of %.0f ns, go tool trace says %d of %.0f", w[0], p.name, gotN, got, n, ns)
			}
		}
		out := tool(t, "trace", "-d=parsed", file)
		marks := bytes.Count(out, []byte("M=-1 P=-1 G=-1 Sync ")) // of its reader, between generations
		printed := bytes.Count(append([]byte("\n"), out...), []byte("\nM=")) - marks
		events.row(w[0]+" "+w[1], howMany(float64(tr.Events)), howMany(float64(printed)))
		if int64(printed) != tr.Events {
			t.Errorf("%s: %d events, go tool trace prints %d", w[0], tr.Events, printed)
		}
	}
}
