package exectrace

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// lackOf skips a test that needs what this machine lacks. Where the whole
// suite must run, that is a failure.
func lackOf(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatal("needs " + what)
	}
	t.Skip("needs " + what)
}

// workloads builds testdata/workloads once with the installed toolchain.
var workloads = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "workloads")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "workloads.exe")
	cmd := exec.Command("go", "build", "-trimpath", "-o", bin, "main.go")
	cmd.Dir = filepath.Join("testdata", "workloads")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := workloads(); built && err == nil {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// built says that some test asked for the workloads.
var built bool

// run traces one workload and gives the trace's bytes and what the program
// knew of itself.
func run(t *testing.T, name, n, procs string) ([]byte, map[string]float64) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		lackOf(t, "the Go toolchain")
	}
	built = true
	bin, err := workloads()
	if err != nil {
		t.Fatalf("build workloads: %v", err)
	}
	file := filepath.Join(t.TempDir(), "trace")
	out, err := exec.Command(bin, name, file, n, procs).Output()
	if err != nil {
		t.Fatalf("run %s: %v", name, err)
	}
	told := map[string]float64{}
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data, told
}

func parseRun(t *testing.T, name, n, procs string) *Trace {
	t.Helper()
	data, _ := run(t, name, n, procs)
	tr, err := Parse(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, tr)
	checkProcs(t, tr)
	return tr
}

// parsePreempted runs four spinners on one P until sysmon has preempted one of
// them. Where others keep it from a CPU, it misses a whole run.
func parsePreempted(t *testing.T) *Trace {
	t.Helper()
	for range 20 {
		if tr := parseRun(t, "cpu", "4", "1"); tr.Metrics.Latency.ByCause["preempted"].N > 0 {
			return tr
		}
	}
	t.Fatal("no preemption in twenty runs of four spinners on one P")
	return nil
}

// A P can run one goroutine at a time, and with more spinners than Ps it is
// never without one. Running is not time on a CPU, so load does not matter.
func TestSpinnersFillOneP(t *testing.T) {
	m := parsePreempted(t).Metrics
	if *m.Utilisation < 0.9 || *m.Parallelism > 1 {
		t.Errorf("utilisation %.3f, parallelism %.3f, want both nearly 1", *m.Utilisation, *m.Parallelism)
	}
	if m.Goroutines.Created != 4 || m.Goroutines.Peak != 5 {
		t.Errorf("created %d, peak %d, want 4 and 5", m.Goroutines.Created, m.Goroutines.Peak)
	}
	if m.Procs != 1 {
		t.Errorf("procs %d, want 1", m.Procs)
	}
	p := m.Latency.ByCause["preempted"]
	// A preempted spinner waits for the slices of the three others, or of
	// those of them that are left.
	if mean := p.TotalMS / float64(p.N); mean < 5 || mean > m.WallMS {
		t.Errorf("a preempted goroutine waited %.1f ms on average, want the others' time slices", mean)
	}
	if *m.Steals.Stolen != 0 {
		t.Errorf("%d stolen where there is only one P", *m.Steals.Stolen)
	}
	if line := m.Lines[0]; line.File != "main.go" || line.Ran() == 0 {
		t.Errorf("the dearest line is %+v, want the loop of spin in main.go", line)
	}
}

// Of n spinners on one P one runs at any time, and the others wait for it: how
// long by the clock of the program is how long in its trace. A P that has no CPU
// is in both.
func TestSpinnersRunAndWaitAsTheyMeasure(t *testing.T) {
	const within = .05
	table := newTruth("spinners on one P", "ran, by their clock", "ran, in the trace", "waited for the P, by their clock", "waited, in the trace", "of that after a go statement", "preempted: how often", "mean wait")
	for _, n := range []string{"2", "4", "8"} {
		data, told := run(t, "cpu", n, "1")
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, tr)
		m := tr.Metrics
		for what, d := range map[string][2]float64{"ran": {m.RunningMS, told["ran_ms"]}, "waited": {m.RunnableMS, told["waited_ms"]}} {
			if off := math.Abs(d[0] - d[1]); off > within*d[1]+2 {
				t.Errorf("%s spinners %s for %.2f ms in the trace, %.2f by their own clock", n, what, d[0], d[1])
			}
		}
		after, p := m.Latency.ByCause["create"], m.Latency.ByCause["preempted"]
		table.row(n, inMS(told["ran_ms"]), inMS(m.RunningMS), inMS(told["waited_ms"]), inMS(m.RunnableMS), inMS(after.TotalMS), howMany(float64(p.N)), inMS(p.TotalMS/max(1, float64(p.N))))
	}
	table.print(t)
}

func TestCountsEveryGoroutine(t *testing.T) {
	m := parseRun(t, "unbounded", "1000", "2").Metrics
	if m.Goroutines.Created != 1000 {
		t.Errorf("created %d, want 1000", m.Goroutines.Created)
	}
	if n := m.Latency.ByCause["create"].N; n != 1000 {
		t.Errorf("%d latencies after a go statement, want 1000", n)
	}
	if m.Goroutines.AtEnd != 1 || *m.Goroutines.BlockedAtEnd != 0 {
		t.Errorf("at the end %d live and %d wait, want main alone, running", m.Goroutines.AtEnd, *m.Goroutines.BlockedAtEnd)
	}
}

// Each of n messages there and back is two waits and two starts.
func TestPingPongSwitches(t *testing.T) {
	m := parseRun(t, "pingpong", "1000", "1").Metrics
	if m.Switches.Total < 1999 || m.Switches.Total > 2006 {
		t.Errorf("%d switches for 1,000 messages there and back, want about 2,001", m.Switches.Total)
	}
	if n := m.Blocked["chan send"].N + m.Blocked["chan receive"].N; n < 1999 || n > 2006 {
		t.Errorf("waited %d times for a channel, want about 2,001", n)
	}
}

func TestLeaks(t *testing.T) {
	m := parseRun(t, "leak", "5", "2").Metrics
	if *m.Goroutines.BlockedAtEnd != 5 || m.Goroutines.AtEnd != 6 {
		t.Errorf("at the end %d live and %d wait, want 6 and 5", m.Goroutines.AtEnd, *m.Goroutines.BlockedAtEnd)
	}
	if len(m.Leaks) != 1 {
		t.Fatalf("leaks %+v, want one line", m.Leaks)
	}
	l := m.Leaks[0]
	src, err := os.ReadFile(filepath.Join("testdata", "workloads", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	stmt := string(bytes.TrimSpace(bytes.Split(src, []byte("\n"))[l.Line-1]))
	if l.N != 5 || l.Reason != "chan send" || l.File != "main.go" || stmt != "go func() {" {
		t.Errorf("leak %+v made by %q, want 5 of the go statement in func leak", l, stmt)
	}
}

func TestTasksRegionsLogs(t *testing.T) {
	m := parseRun(t, "tasks", "20", "1").Metrics
	if len(m.Tasks) != 1 || m.Tasks[0].Name != "job" || m.Tasks[0].N != 1 || m.Tasks[0].Open != 0 {
		t.Errorf("tasks %+v, want one job", m.Tasks)
	}
	want := map[string][2]int{"step": {20, 0}, "unended": {1, 1}}
	for _, r := range m.Regions {
		if want[r.Name] != [2]int{r.N, r.Open} || r.TotalMS <= 0 {
			t.Errorf("region %+v, want %v", r, want)
		}
	}
	if len(m.Regions) != 2 {
		t.Errorf("regions %+v, want two names", m.Regions)
	}
	if len(m.Logs) != 2 || m.Logs[0] != (Log{"step", "0", 10}) || m.Logs[1] != (Log{"step", "1", 10}) {
		t.Errorf("logs %+v, want two of ten each", m.Logs)
	}
}

// TestRegionsThatAreNotNested: they are told, however many of them there are,
// with which ends are not where they must be; the library would refuse the trace.
func TestRegionsThatAreNotNested(t *testing.T) {
	const n = 40_000 // of which batches are full
	m := parseRun(t, "regions", strconv.Itoa(n), "2").Metrics
	got := map[string]NamedTime{}
	for _, r := range m.Regions {
		if r.TotalMS <= 0 {
			t.Errorf("%s lasted %v ms", r.Name, r.TotalMS)
		}
		r.TotalMS = 0
		got[r.Name] = r
	}
	want := map[string]NamedTime{
		"outer": {Name: "outer", N: n, Misplaced: n},
		"inner": {Name: "inner", N: n},
		"lent":  {Name: "lent", N: 1, Open: 1, Misplaced: 1},
	}
	if !maps.Equal(got, want) {
		t.Errorf("the regions are %+v, want %+v", got, want)
	}
	if len(m.Logs) > 0 {
		t.Errorf("the logs are %+v, and there are none", m.Logs)
	}
	const says = `That was not so with "outer" (40,000 times), "lent" (once):`
	if text := MisplacedRegions(m.Regions); !strings.Contains(text, says) {
		t.Errorf("it says %q", text)
	}
}

// TestNamesOfMisplacedRegions: a program may give its regions any names, and many.
func TestNamesOfMisplacedRegions(t *testing.T) {
	var list []NamedTime
	for range 9 {
		list = append(list, NamedTime{Name: "\x1b[2J" + strings.Repeat("long ", 100), Misplaced: 1})
	}
	text := MisplacedRegions(list)
	if strings.Contains(text, "\x1b") || len(text) > 800 || !strings.Contains(text, ", 4 more:") {
		t.Errorf("it says %q", text)
	}
}

// The runtime keeps its own account of assists. The ranges alone would come to
// several times as much: they go on while the goroutine waits.
//
// A goroutine that runs, for the trace, may have no CPU: on a busy machine the
// two differ, so the best of a few runs counts.
func TestAssistAgainstTheRuntime(t *testing.T) {
	const runs, within = 6, 3
	off := 0.
	for range runs {
		data, told := run(t, "gc", "120000", "2")
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, tr)
		got := tr.Metrics.GC
		if got.Cycles == 0 {
			t.Fatal("no collection in a run that makes garbage")
		}
		if got.STWMS <= 0 || got.MarkMS <= 0 || got.WorkerMS <= 0 {
			t.Errorf("gc %+v, want all of it above zero", got)
		}
		truth := told["assist_ms"]
		if truth <= 2 {
			continue // too little to compare
		}
		if off = max(got.AssistMS/truth, truth/got.AssistMS); off <= within {
			return
		}
		t.Logf("assists took %.1f ms, the runtime says %.1f", got.AssistMS, truth)
	}
	if off > within {
		t.Errorf("in %d runs the assists of the trace were never those of the runtime", runs)
	}
}

// Every generation, about a second, tells all states again. A wait that goes
// on over three of them is one wait.
func TestWaitAcrossGenerations(t *testing.T) {
	m := parseRun(t, "long", "3", "2").Metrics
	b := m.Blocked["chan receive"]
	if b.N != 1 || b.TotalMS < 3200 {
		t.Errorf("waited %d times, %.0f ms, for the channel; want once for 3.3 s", b.N, b.TotalMS)
	}
	if s := m.Blocked["sleep"]; s.N != 1 || s.TotalMS < 3200 {
		t.Errorf("slept %d times, %.0f ms; want once for 3.3 s", s.N, s.TotalMS)
	}
}

// Package iter's switches go through no run queue: they have no latency.
func TestCoroutineSwitchesAreNoLatency(t *testing.T) {
	m := parseRun(t, "coroutine", "500", "1").Metrics
	if m.Latency.N > 10 {
		t.Errorf("%d latencies in a run that only switches coroutines", m.Latency.N)
	}
	if n := m.Blocked[coroutine].N; n < 500 {
		t.Errorf("%d waits for a switch, want 500 at least: %v", n, m.Blocked)
	}
}

func TestNetworkAndSyscalls(t *testing.T) {
	m := parseRun(t, "net", "50", "2").Metrics
	if m.Blocked["network"].N == 0 || m.Latency.ByCause["network"].N == 0 || m.SyscallMS <= 0 {
		t.Errorf("blocked %v, causes %v, syscall %.3f ms; want the network in all three", m.Blocked, m.Latency.ByCause, m.SyscallMS)
	}
	if len(m.Leaks) != 0 {
		t.Errorf("leaks %+v, want none", m.Leaks)
	}
}
