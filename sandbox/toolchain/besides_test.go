package toolchain

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// listSum is a package that allocates, with a test and two benchmarks.
const listSum = `-- sum.go --
package sum

type node struct {
	v    int
	next *node
}

func Sum(n int) (s int) {
	var head *node
	for i := range n {
		head = &node{i, head}
	}
	for ; head != nil; head = head.next {
		s += head.v
	}
	return s
}
-- sum_test.go --
package sum

import "testing"

func TestSum(t *testing.T) {
	if Sum(1 << 16) == 0 {
		t.Fatal()
	}
}

func BenchmarkSum(b *testing.B) {
	b.Run("n=10", func(b *testing.B) {
		for b.Loop() {
			Sum(10)
		}
	})
}

func BenchmarkLong(b *testing.B) {
	for b.Loop() {
		Sum(1000)
	}
}
`

// TestProfileOfBenchmarks takes a profile of benchmarks: all counts are of one
// process, as with go test, and the profile is of what they called.
func TestProfileOfBenchmarks(t *testing.T) {
	job := testJob(sandbox.KindBench, listSum, "-count=3", "-benchtime=60ms")
	job.Profile = "cpu"
	r := runJob(t, job)
	p := profileOf(t, r)
	if of := share(t, p, "cpu", "sum.Sum"); of < 0.4 {
		t.Errorf("%.0f %% of the samples are below Sum:\n%v", 100*of, p)
	}
	for _, want := range []string{"sum.BenchmarkLong", "sum.BenchmarkSum.func1"} {
		if share(t, p, "cpu", want) == 0 {
			t.Errorf("%s is not in the profile", want)
		}
	}
	var names []string
	for _, b := range r.Bench {
		names = append(names, b.Name)
		if len(b.NsOp) != 3 || len(b.AllocsOp) != 3 {
			t.Errorf("%s: %d times and %d allocations, want 3 of each", b.Name, len(b.NsOp), len(b.AllocsOp))
		}
	}
	if !slices.Equal(names, []string{"BenchmarkSum/n=10", "BenchmarkLong"}) {
		t.Errorf("measured %q", names)
	}
	if !strings.Contains(testSentences(r), "measured under a profile, which takes time itself") {
		t.Errorf("said %q", testSentences(r))
	}
}

// TestBesidesTests takes what can be had of a run of tests besides.
func TestBesidesTests(t *testing.T) {
	job := testJob(sandbox.KindCover, listSum)
	job.Profile, job.Trace, job.GCFlags = "heap", true, []string{"-m"}
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || len(r.Tests) != 1 || r.Cover == nil || r.Cover.Covered != r.Cover.Statements {
		t.Fatalf("%s %v %+v %+v", r.Status, r.Diagnostics, r.Tests, r.Cover)
	}
	if of := share(t, profileOf(t, r), "alloc_space", "sum.TestSum"); of < 0.1 { // the harness of the trace allocates too
		t.Errorf("%.0f %% of what is allocated is below TestSum", 100*of)
	}
	if r.TraceData() == nil || !slices.Equal(r.Packages, []string{"sum"}) {
		t.Errorf("trace %+v, packages %q", r.Trace, r.Packages)
	}
	if r.Asm == nil || len(r.Asm.Funcs) > 0 || !slices.Contains(r.Asm.Notes, sandbox.AsmNote{File: "sum.go", Line: 11, Col: 10, What: "heap", Text: "&node{...} escapes to heap"}) {
		t.Errorf("-m gives the decisions alone: %+v", r.Asm)
	}
}

// TestAssemblyOfBenchmarks has what was measured beside what was decided.
func TestAssemblyOfBenchmarks(t *testing.T) {
	job := testJob(sandbox.KindBench, listSum, "-count=1", "-benchtime=1ms")
	job.Asm = true
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || r.Asm == nil {
		t.Fatalf("%s %v", r.Status, r.Diagnostics)
	}
	if !slices.ContainsFunc(r.Asm.Funcs, func(f sandbox.AsmFunc) bool { return f.Name == "sum.BenchmarkLong" && len(f.Rows) > 0 }) ||
		slices.ContainsFunc(r.Asm.Funcs, func(f sandbox.AsmFunc) bool { return strings.HasPrefix(f.Name, "main.") }) {
		t.Errorf("functions %+v", r.Asm.Funcs)
	}
	for _, b := range r.Bench {
		want := map[string]int{"BenchmarkSum/n=10": 11, "BenchmarkLong": 19}[b.Name]
		if b.File != "sum_test.go" || b.Line != want || !regexp.MustCompile(`^\S+: \S+ ns/op, 16\d* B/op, 10+ allocs/op$`).MatchString(b.InWords()) {
			t.Errorf("%s is at %s:%d: %s", b.Name, b.File, b.Line, b.InWords())
		}
	}
}

// TestRaceInATest fails the test in which it was seen, and names both lines.
func TestRaceInATest(t *testing.T) {
	needsSet(t, raceSet)
	job := testJob(sandbox.KindTest, `-- a_test.go --
package a

import "testing"

func TestFine(t *testing.T) {}

func TestRace(t *testing.T) {
	n, done := 0, make(chan bool)
	go func() {
		n++
		close(done)
	}()
	n--
	<-done
}
`)
	job.Race = true
	r := runJob(t, job)
	if got := statuses(r); r.Status != sandbox.StatusTestFailed || got["TestFine"] != "passed" || got["TestRace"] != "failed" {
		t.Errorf("%s %v", r.Status, got)
	}
	lines := map[int]bool{}
	for _, d := range r.Diagnostics {
		if d.Code == "runtime:race" && d.File == "a_test.go" {
			lines[d.Line] = true
		}
	}
	if len(lines) != 2 || !lines[10] || !lines[13] {
		t.Errorf("lines %v: %s", lines, testSentences(r))
	}
}

// TestBesidesRefused says of each thing that can't be had why not.
func TestBesidesRefused(t *testing.T) {
	for why, change := range map[string]func(*sandbox.Job){
		"it needs the kind bench":                   func(j *sandbox.Job) { j.Kind, j.Against = sandbox.KindTest, j.Files },
		"can't be compared under the race detector": func(j *sandbox.Job) { j.Race, j.Against = true, j.Files },
		"can't be compared under a profile":         func(j *sandbox.Job) { j.Profile, j.Against = "cpu", j.Files },
		"can't be compared under a trace":           func(j *sandbox.Job) { j.Trace, j.Against = true, j.Files },
		"every round would take no time":            func(j *sandbox.Job) { j.Clock = sandbox.ClockFake },
		"with testing/synctest":                     func(j *sandbox.Job) { j.Kind, j.Clock = sandbox.KindTest, sandbox.ClockFake },
		"a profile needs the real clock":            func(j *sandbox.Job) { j.Profile, j.Clock = "cpu", sandbox.ClockFake },
		"is not known; it can be":                   func(j *sandbox.Job) { j.Profile = "gpu" },
		"is a run of the kind asm":                  func(j *sandbox.Job) { j.Kind, j.Asm = sandbox.KindProgram, true },
		"a run of the kind profile:cpu":             func(j *sandbox.Job) { j.Kind, j.Profile = sandbox.KindProgram, "cpu" },
		"nothing to profile":                        func(j *sandbox.Job) { j.Kind, j.Profile = sandbox.KindAsm, "cpu" },
	} {
		job := testJob(sandbox.KindBench, listSum)
		change(&job)
		if r := runJob(t, job); r.Status != sandbox.StatusRefused || !strings.Contains(testSentences(r), why) {
			t.Errorf("%s %q, want refused: %q", r.Status, testSentences(r), why)
		}
	}
}
