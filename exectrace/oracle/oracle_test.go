package oracle

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"course/tutor/exectrace"
)

var (
	runs = flag.Int("runs", 3, "how often each load is run")
	keep = flag.String("keep", "", "a folder to keep the traces in, or to take them from")
)

// load is a program to hold the replay against.
type load struct {
	name  string // how the table calls it
	load  string // how testdata/load/main.go calls it
	procs string // GOMAXPROCS
	// least is what both precision and recall must be.
	stolen, global least
}

// least is a floor. Measured were, over a dozen rounds quiet and under load,
// 0.94 and more where it is good. A replay that never says stolen is below it
// on every load that has one.
type least float64

const (
	good least = .9
	// fair: a queue that overflows, or the network. What a P fetched depends on
	// moments that a trace does not tell. Measured were 0.70 and more.
	fair least = .5
	// poor: the same with more Ps than cores. Measured were 0.52 and more.
	poor least = .35
	// untold: too few cases a run to hold to anything (a handful of thefts
	// among 14,000 starts); they count in the sum of all.
	untold least = 0
)

var loads = []load{
	{"pool of 8 workers", "pool", "2", good, untold},
	{"pool of 8 workers, 4 Ps", "pool", "4", good, untold},
	{"unbounded 3,000", "unbounded", "2", fair, good},
	{"unbounded 3,000, 4 Ps", "unbounded", "4", poor, good},
	{"burst of 64, 200 times", "burst", "2", good, untold},
	{"burst of 1,000, 20 times", "bigburst", "2", good, good},
	{"burst of 1,000, 4 Ps", "bigburst", "4", .85, good},
	{"network echo", "echo", "2", .85, fair},
	{"garbage", "gc", "2", good, .8},
	{"one mutex, 16 goroutines", "mutex", "2", good, untold},
	{"ping-pong, 4 pairs", "pingpong", "2", good, untold},
	{"500 sleepers", "sleepers", "2", good, good},
	{"system calls", "syscalls", "2", untold, .8},
	{"fan-in by select", "fanin", "2", good, untold},
	{"timers and contexts", "timers", "2", good, untold},
	{"Gosched, 12 goroutines", "yield", "2", untold, good},
	{"pipeline of 5 stages", "pipeline", "2", good, untold},
	{"barrier of 12", "barrier", "2", good, untold},
	{"tree of goroutines", "tree", "2", good, good},
	{"tree of goroutines, 4 Ps", "tree", "4", good, good},
}

// score counts starts by what the replay said and what was so.
type score struct {
	starts     int
	as         [4][3]int // by exectrace.Origin, then origin
	confidence float64   // summed over runs
	runs       int
}

func (s *score) add(o score) {
	s.starts += o.starts
	s.runs += o.runs
	s.confidence += o.confidence
	for i := range s.as {
		for j := range s.as[i] {
			s.as[i][j] += o.as[i][j]
		}
	}
}

// right is how often the replay said what was so: local for elsewhere.
func (s *score) right() int {
	return s.as[exectrace.OriginLocal][elsewhere] + s.as[exectrace.OriginStolen][stolen] + s.as[exectrace.OriginGlobal][global]
}

func (s *score) truly(o origin) (n int) {
	for _, as := range s.as {
		n += as[o]
	}
	return n
}

func (s *score) said(o exectrace.Origin) int { return s.as[o][0] + s.as[o][1] + s.as[o][2] }

// precision is how many of those said to be o were, recall how many of those
// that were are said to be. One without a case is right.
func (s *score) precision(o exectrace.Origin, t origin) float64 { return share(s.as[o][t], s.said(o)) }
func (s *score) recall(o exectrace.Origin, t origin) float64    { return share(s.as[o][t], s.truly(t)) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// replayed is what exectrace says of each start of the program's goroutines.
func replayed(data []byte) (map[int64][]exectrace.Origin, *exectrace.Trace, error) {
	tr, err := exectrace.Parse(bytes.NewReader(data), exectrace.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("replay: %w", err)
	}
	starts := map[int64][]exectrace.Origin{}
	before := make([]exectrace.State, len(tr.Goroutines))
	for s := range tr.Segments() {
		runs := s.State == exectrace.Running || s.State == exectrace.GC
		if runs && before[s.Row] == exectrace.Runnable && !tr.Goroutines[s.Row].System {
			starts[s.G] = append(starts[s.G], s.Origin)
		}
		before[s.Row] = s.State
	}
	return starts, tr, nil
}

// compare scores one trace.
func compare(data []byte) (score, error) {
	want, err := readTruth(bytes.NewReader(data))
	if err != nil {
		return score{}, err
	}
	got, tr, err := replayed(data)
	if err != nil {
		return score{}, err
	}
	s := score{runs: 1}
	if c := tr.Metrics.Steals.Confidence; c != nil {
		s.confidence = *c
	}
	for g, truly := range want {
		said := got[g]
		if len(said) != len(truly) {
			return score{}, fmt.Errorf("goroutine %d started %d times, the replay has %d", g, len(truly), len(said))
		}
		for i := range truly {
			s.starts++
			s.as[said[i]][truly[i]]++
		}
		delete(got, g)
	}
	if len(got) > 0 {
		return score{}, fmt.Errorf("the replay has %d goroutines that are not the program's", len(got))
	}
	return s, nil
}

// trace runs a load once.
func (l load) trace(t testing.TB, bin string, run int) []byte {
	t.Helper()
	dir := *keep
	if dir == "" {
		dir = t.TempDir()
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.trace", l.load, l.procs, run))
	if data, err := os.ReadFile(file); err == nil {
		return data
	}
	if out, err := exec.Command(bin, l.load, file, l.procs).CombinedOutput(); err != nil {
		t.Fatalf("run %s: %v: %s", l.load, err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
