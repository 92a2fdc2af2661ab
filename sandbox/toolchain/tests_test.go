package toolchain

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
)

// testJob is a job of tests: files as in a txtar.
func testJob(kind sandbox.Kind, text string, args ...string) sandbox.Job {
	job := program("")
	job.Kind, job.Files, job.Args = kind, nil, args
	for _, f := range txtar.Parse([]byte(text)).Files {
		if f.Name != "go.mod" {
			job.Files = append(job.Files, sandbox.File{Name: f.Name, Content: string(f.Data)})
		}
	}
	return job
}

// one is a job of one file of tests.
func one(body string, args ...string) sandbox.Job {
	return testJob(sandbox.KindTest, "-- a_test.go --\npackage a\n"+body, args...)
}

func statuses(r *sandbox.Result) map[string]string {
	out := map[string]string{}
	for _, t := range r.Tests {
		out[t.Name] = t.Status
	}
	return out
}

func testSentences(r *sandbox.Result) string {
	var all []string
	for _, d := range r.Diagnostics {
		all = append(all, d.Message)
	}
	return strings.Join(all, "\n")
}

// TestAsGoTest holds the rows of a package with all that go test knows against
// go test itself.
func TestAsGoTest(t *testing.T) {
	needsEngine(t)
	text, err := os.ReadFile("testdata/tests/stack.txtar")
	if err != nil {
		t.Fatal(err)
	}
	want := goTest(t, text)
	var told []sandbox.Test
	r, err := shared.engine.Run(t.Context(), testJob(sandbox.KindTest, string(text)), func(ev sandbox.Event) {
		if ev.Test != nil {
			told = append(told, *ev.Test)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(r); !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if r.Status != sandbox.StatusTestFailed || r.ExitCode != 1 {
		t.Errorf("status %s, exit %d: %s", r.Status, r.ExitCode, testSentences(r))
	}
	if len(told) != len(r.Tests) {
		t.Errorf("%d tests were told as they ended, and there are %d", len(told), len(r.Tests))
	}
	for _, row := range r.Tests {
		if row.Name == "TestSkipped" && !strings.Contains(row.Output, "in_test.go:41: not today") {
			t.Errorf("output of %s: %q", row.Name, row.Output)
		}
	}
}

// goTest is what go test says of each test of a module.
func goTest(t *testing.T, text []byte) map[string]string {
	dir := t.TempDir()
	for _, f := range txtar.Parse(text).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-json", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	out, _ := cmd.Output() // it fails, as some tests do
	words := map[string]string{"pass": sandbox.TestPassed, "fail": sandbox.TestFailed, "skip": sandbox.TestSkipped}
	rows := map[string]string{}
	for scan := bufio.NewScanner(bytes.NewReader(out)); scan.Scan(); {
		var ev struct{ Action, Test string }
		if json.Unmarshal(scan.Bytes(), &ev) == nil && ev.Test != "" && words[ev.Action] != "" {
			rows[ev.Test] = words[ev.Action]
		}
	}
	if len(rows) < 20 {
		t.Fatalf("go test told of %d tests only: %s", len(rows), out)
	}
	return rows
}

// TestTestsEnd is one sentence for each way in which tests do not end by
// themselves, and what becomes of those that were not run.
func TestTestsEnd(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	const imports = "import (\"fmt\"; \"log\"; \"os\"; \"syscall\"; \"testing\"; \"time\")\nvar _ = fmt.Sprint\nvar _ = log.Fatal\nvar _ = os.Exit\nvar _ = time.Now\nvar _ = syscall.Exit\n"
	const after = "\nfunc TestB(t *testing.T) {}\nfunc TestC(t *testing.T) {}\n"
	for _, c := range []struct {
		name, body, a, b, says string
		status                 sandbox.Status
	}{
		{"panic of a parallel test", `func TestA(t *testing.T) { t.Parallel(); time.Sleep(5 * time.Millisecond); panic("boom") }`, "failed", "passed", "TestA panicked, and a panic ends the whole program of the tests", sandbox.StatusTestFailed},
		{"panic beside another test", `func TestA(t *testing.T) { t.Parallel(); time.Sleep(5 * time.Millisecond); panic("boom") }
func TestAside(t *testing.T) { t.Parallel(); time.Sleep(time.Minute) }`, "failed", "passed", "TestA panicked, and a panic ends the whole program of the tests", sandbox.StatusTestFailed},
		{"panic below", `func TestA(t *testing.T) { t.Run("x", func(t *testing.T) { panic("boom") }) }`, "failed", "not_run", "TestA/x panicked, and a panic ends the whole program of the tests; 2 tests were not run", sandbox.StatusTestFailed},
		{"panic", `func TestA(t *testing.T) { panic("boom") }`, "failed", "not_run", "TestA panicked, and a panic ends the whole program of the tests; 2 tests were not run", sandbox.StatusTestFailed},
		{"panic elsewhere", `func TestA(t *testing.T) { go panic("boom"); select {} }`, "failed", "not_run", "the program panicked while TestA ran, and a panic ends all tests; 2 tests", sandbox.StatusTestFailed},
		{"exit", `func TestA(t *testing.T) { os.Exit(3) }`, "failed", "not_run", "while TestA ran, something called os.Exit(3)", sandbox.StatusTestFailed},
		{"exit 0", `func TestA(t *testing.T) { os.Exit(0) }`, "failed", "not_run", "while TestA ran, something called os.Exit(0): testing makes a panic of it", sandbox.StatusTestFailed},
		{"silent exit", `func TestA(t *testing.T) { syscall.Exit(0) }`, "failed", "not_run", "the program ended, with exit code 0, while TestA ran; 2 tests were not run", sandbox.StatusTestFailed},
		{"log.Fatal", `func TestA(t *testing.T) { log.Fatal("no") }`, "failed", "not_run", "as log.Fatal does", sandbox.StatusTestFailed},
		{"deadlock", `func TestA(t *testing.T) { <-make(chan int) }`, "failed", "not_run", "all goroutines waited for each other while TestA ran", sandbox.StatusDeadlock},
		{"time", `func TestA(t *testing.T) { for { time.Sleep(time.Hour) } }`, "failed", "not_run", "TestA still ran when the time was up; 2 tests were not run", sandbox.StatusTimeLimit},
		{"output", `func TestA(t *testing.T) { for { fmt.Println("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx") } }`, "failed", "not_run", "the program had printed all that it may while TestA ran", sandbox.StatusOutputLimit},
		{"disk", `func TestA(t *testing.T) { for i := 0; ; i++ { if os.WriteFile(fmt.Sprint("/tmp/", i), make([]byte, 1<<20), 0o600) != nil { os.Exit(1) } } }`, "failed", "not_run", "the program's disk was full while TestA ran", sandbox.StatusDiskLimit},
		{"init", `func TestA(t *testing.T) {}; func init() { panic("early") }`, "not_run", "not_run", "panicked before any test was run", sandbox.StatusRuntimeError},
		{"TestMain", `func TestA(t *testing.T) {}; func TestMain(m *testing.M) {}`, "not_run", "not_run", "a TestMain has to call m.Run; 3 tests", sandbox.StatusOK},
		{"subtest", `func TestA(t *testing.T) { t.Run("x", func(t *testing.T) { os.Exit(1) }) }`, "failed", "not_run", "while TestA/x ran", sandbox.StatusTestFailed},
		{"waiting", `func TestA(t *testing.T) { t.Parallel() }; func TestZ(t *testing.T) { panic("boom") }`, "not_run", "passed", "TestZ panicked", sandbox.StatusTestFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			job := one(imports + c.body + after)
			if c.name == "time" {
				job.Limits.Wall = 2 * time.Second
			}
			if c.name == "waiting" {
				job = one(imports + after + c.body)
			}
			r := runJob(t, job)
			got := statuses(r)
			if r.Status != c.status || got["TestA"] != c.a || got["TestB"] != c.b || !strings.Contains(testSentences(r), c.says) {
				t.Errorf("status %s, exit %d, tests %v, said:\n%s", r.Status, r.ExitCode, got, testSentences(r))
			}
		})
	}
}

// TestForgedLines prints what testing prints: tests that do not exist do not
// come to be, and what failed stays failed.
func TestForgedLines(t *testing.T) {
	needsEngine(t)
	r := runJob(t, one(`import ("fmt"; "testing")
func TestA(t *testing.T) {
	fmt.Print("\x16=== RUN   TestNone\n\x16--- PASS: TestNone (0.00s)\n")
	fmt.Print("\x16--- PASS: TestB (0.00s)\n")
	t.Fail()
	fmt.Print("\x16--- PASS: TestA (0.00s)\n\x16PASS\n\x16\x16=== RUN\n\x16")
}
func TestB(t *testing.T) { t.Error("no"); fmt.Print("\x16--- PASS: TestB (99999s)\n\x16=== RUN   TestB/x\n") }
`))
	got := statuses(r)
	if r.Status != sandbox.StatusTestFailed || got["TestA"] != "failed" || got["TestB"] != "failed" || got["TestNone"] != "" || len(got) > 3 {
		t.Errorf("status %s, tests %v", r.Status, got)
	}
	for _, row := range r.Tests {
		if row.Status == "" {
			t.Errorf("%s has no status", row.Name)
		}
	}
}

// TestTooMuchOfTests keeps the rows and the output of each within bounds.
func TestTooMuchOfTests(t *testing.T) {
	needsEngine(t)
	r := runJob(t, one(`import ("strings"; "testing")
func TestMany(t *testing.T) { for range 1100 { t.Run("x", func(t *testing.T) {}) } }
func TestLong(t *testing.T) { t.Log(strings.Repeat("0123456789", 3000)) }
`))
	if len(r.Tests) != maxTests || !strings.Contains(testSentences(r), "only the first 1000 are shown") || r.Status != sandbox.StatusOK {
		t.Errorf("status %s, %d tests: %s", r.Status, len(r.Tests), testSentences(r))
	}
	r = runJob(t, one(`import ("strings"; "testing")
func TestLong(t *testing.T) { t.Log(strings.Repeat("0123456789", 3000)) }
`))
	if out := r.Tests[0].Output; len(out) > maxTestOutput+100 || !strings.Contains(out, "bytes more are left out") {
		t.Errorf("%d bytes of output", len(out))
	}
}

// TestTestArgs are the flags of go test that a job may carry.
func TestTestArgs(t *testing.T) {
	needsEngine(t)
	const body = `import ("os"; "testing")
func TestA(t *testing.T) { t.Log(os.Args[len(os.Args)-1]); if testing.Short() { t.Skip() } }
func TestB(t *testing.T) { t.Run("x", func(t *testing.T) {}); t.Run("y", func(t *testing.T) { t.Fail() }) }
`
	for _, c := range []struct {
		args string
		want map[string]string
	}{
		{"-run TestA", map[string]string{"TestA": "passed"}},
		{"-run=TestB/x", map[string]string{"TestB": "passed", "TestB/x": "passed"}},
		{"--test.run=A -short", map[string]string{"TestA": "skipped"}},
		{"-skip TestB -count=2 -args last", map[string]string{"TestA": "passed"}},
		{"-run TestNone", map[string]string{}},
	} {
		r := runJob(t, one(body, strings.Fields(c.args)...))
		if got := statuses(r); !maps.Equal(got, c.want) || r.Status != sandbox.StatusOK {
			t.Errorf("%s: %s, %v: %s", c.args, r.Status, got, testSentences(r))
		}
		if strings.HasSuffix(c.args, "last") && !strings.Contains(r.Tests[0].Output, "last") {
			t.Errorf("%s: %q", c.args, r.Tests[0].Output)
		}
		if c.args == "-run TestNone" && !strings.Contains(testSentences(r), "none has a name that -run selects") {
			t.Error(testSentences(r))
		}
	}
}

// TestRefusedTests are jobs of tests that are never built, each with its word
// and its sentence, and those that do not compile.
func TestRefusedTests(t *testing.T) {
	needsEngine(t)
	const ok = "import \"testing\"\nfunc TestA(t *testing.T) {}\n"
	for _, c := range []struct {
		job  sandbox.Job
		code string
		says string
	}{
		{testJob(sandbox.KindTest, "-- a.go --\npackage a\n"), "refused:no-tests", "files whose names end in _test.go"},
		{one("func f() {}\n"), "refused:no-tests", "no test is in the files"},
		{testJob(sandbox.KindBench, "-- a_test.go --\npackage a\n"+ok), "refused:no-tests", "no benchmark is in the files"},
		{one(ok, "-fuzz", "FuzzX"), "refused:args", "-fuzz is no argument here: seeds of fuzz targets are run"},
		{one(ok, "-race"), "refused:args", "-race is no argument here: the race detector is asked for with race"},
		{one(ok, "-vet=off"), "refused:args", "the flag -vet of go test is not available"},
		{one(ok, "-run"), "refused:args", "needs a value"},
		{one(ok, "-run", "("), "refused:args", "missing closing )"},
		{one(ok, "-count", "1000"), "refused:args", "1 to 50"},
		{one(ok, "-bench", "."), "refused:args", "kind bench"},
		{one("import _ \"embed\"\n" + ok + "//go:embed testdata/x\nvar x string\n"), "refused:embed", "go:embed finds nothing here: it needs files in a folder testdata"},
		{testJob(sandbox.KindTest, "-- testdata/../x --\nx\n-- a_test.go --\npackage a\n"+ok), "refused:name", "has the folder .."},
		{one("import \"testing\"\nfunc TestA(t testing.T) {}\n"), "", "wrong signature for TestA, must be: func TestA(t *testing.T)"},
		{one("import \"testing\"\nfunc TestA[T any](t *testing.T) {}\n"), "", "test functions cannot have type parameters"},
		{one(ok + "func TestB(t *testing.T) { x := 1 }\n"), "UnusedVar", "declared and not used: x"},
		{one("import (\"testing\"; \"testing/internal/testdeps\")\nvar _ testdeps.TestDeps\nfunc TestA(t *testing.T) {}\n"), "build:internal", "use of internal package"},
		{testJob(sandbox.KindTest, "-- a_test.go --\npackage a\n"+ok+"-- b_test.go --\npackage b\n"), "build:mixed-packages", "found packages a (a_test.go) and b (b_test.go)"},
		{testJob(sandbox.KindTest, "-- a.go --\npackage a\n-- a_test.go --\npackage a_test\nimport (\"testing\"; \"nowhere\")\nfunc TestA(t *testing.T) { nowhere.F() }\n"), "build:not-std", "package nowhere is not in std"},
	} {
		r := runJob(t, c.job)
		if len(r.Diagnostics) == 0 || r.Diagnostics[0].Code != c.code || !strings.Contains(r.Diagnostics[0].Message, c.says) {
			t.Errorf("%q %q: %s %+v", c.job.Files[0].Content, c.job.Args, r.Status, r.Diagnostics)
		}
		if refused := strings.HasPrefix(c.code, "refused:"); (r.Status == sandbox.StatusRefused) != refused || (r.Status == sandbox.StatusCompileError) == refused {
			t.Errorf("%q: status %s", c.says, r.Status)
		}
	}
}

// TestPackagesUnderTest are packages that share a name with one of the
// standard library, or are a program.
func TestPackagesUnderTest(t *testing.T) {
	needsEngine(t)
	for name, text := range map[string]string{
		"a name of std": "-- s.go --\npackage sort\nfunc Two() int { return 2 }\n-- s_test.go --\npackage sort_test\nimport (\"testing\"; std \"sort\"; \"example.com/sort\")\nfunc TestA(t *testing.T) { std.Ints(nil); if sort.Two() != 2 { t.Fail() } }\n",
		"a program":     "-- main.go --\npackage main\nfunc main() { panic(\"not called\") }\nfunc two() int { return 2 }\n-- m_test.go --\npackage main\nimport \"testing\"\nfunc TestA(t *testing.T) { if two() != 2 { t.Fail() } }\n",
		"another name":  "-- s.go --\npackage stack\nfunc Two() int { return 2 }\n-- s_test.go --\npackage stack_test\nimport (\"testing\"; \"github.com/me/go-stack\")\nfunc TestA(t *testing.T) { if stack.Two() != 2 { t.Fail() } }\n",
		"outside only":  "-- s_test.go --\npackage s_test\nimport \"testing\"\nfunc TestA(t *testing.T) {}\n",
		"debug":         "-- s_test.go --\n//go:debug panicnil=1\npackage s\nimport \"testing\"\nfunc TestA(t *testing.T) { defer func() { if r := recover(); r != nil { t.Error(r) } }(); panic(nil) }\n",
	} {
		r := runJob(t, testJob(sandbox.KindTest, text))
		if r.Status != sandbox.StatusOK || statuses(r)["TestA"] != sandbox.TestPassed {
			t.Errorf("%s: %s %v %s", name, r.Status, r.Tests, testSentences(r))
		}
	}
}

// TestCoverage counts which blocks and functions ran, also of a program that
// fails, and of a package tested from outside.
func TestCoverage(t *testing.T) {
	needsEngine(t)
	const text = `-- a.go --
package a

type T struct{}

func (T) Both(x int) int {
	if x > 0 {
		return 1
	}
	return 2
}

func Never() { println() }
-- b.go --
package a

const X = 1
-- a_test.go --
package a_test

import ("a"; "testing")

func TestBoth(t *testing.T) { if a.T.Both(a.T{}, 1) != 1 { t.Fail() }; t.Fail() }
`
	r := runJob(t, testJob(sandbox.KindCover, text))
	if r.Status != sandbox.StatusTestFailed || r.Cover == nil {
		t.Fatalf("%s, %v: %s", r.Status, r.Cover, testSentences(r))
	}
	c := r.Cover
	if c.Statements != 4 || c.Covered != 2 || len(c.Files) != 2 || len(c.Functions) != 2 {
		t.Errorf("%+v", c)
	}
	want := []sandbox.CoveredFunc{{Name: "T.Both", File: "a.go", Line: 5, Statements: 3, Covered: 2}, {Name: "Never", File: "a.go", Line: 12, Statements: 1}}
	if !slices.Equal(c.Functions, want) {
		t.Errorf("functions %+v", c.Functions)
	}
	for line, want := range map[int]string{1: "", 5: "covered", 7: "covered", 9: "missed", 12: "missed"} {
		if got := c.Files[0].Line(line); got != want {
			t.Errorf("line %d is %q, want %q", line, got, want)
		}
	}
	r = runJob(t, testJob(sandbox.KindCover, strings.Replace(text, "return 2", "retrun 2", 1)))
	if r.Status != sandbox.StatusCompileError || len(r.Diagnostics) == 0 || r.Diagnostics[0].File != "a.go" || r.Diagnostics[0].Line != 9 {
		t.Errorf("%s %+v", r.Status, r.Diagnostics)
	}
}

// TestBenchmarks runs each benchmark as often as asked, keeps the learner's
// own output, and summarises.
func TestBenchmarks(t *testing.T) {
	needsEngine(t)
	const text = `-- a_test.go --
package a
import ("fmt"; "testing")
var sink []byte
func BenchmarkMake(b *testing.B) { b.SetBytes(64); for b.Loop() { sink = make([]byte, 64) } }
func BenchmarkSub(b *testing.B) {
	fmt.Println("mine")
	b.Run("one-1", func(b *testing.B) { for b.Loop() {}; b.ReportMetric(3, "parts/op") })
}
func TestNotRun(t *testing.T) { t.Fatal("a benchmark runs no tests") }
`
	r := runJob(t, testJob(sandbox.KindBench, text, "-benchtime=1ms"))
	if r.Status != sandbox.StatusOK || len(r.Bench) != 2 {
		t.Fatalf("%s %+v %s", r.Status, r.Bench, testSentences(r))
	}
	m, sub := r.Bench[0], r.Bench[1]
	if m.Name != "BenchmarkMake" || len(m.NsOp) != 6 || len(m.Unit["MB/s"]) != 6 || m.Summary["B/op"].Median != 64 || m.Summary["ns/op"].Confidence < 0.95 {
		t.Errorf("%+v", m)
	}
	if sub.Name != "BenchmarkSub/one-1" || !slices.Equal(sub.Unit["parts/op"], []float64{3, 3, 3, 3, 3, 3}) {
		t.Errorf("%+v", sub)
	}
	if out := stdout(r); strings.ReplaceAll(out, "mine\n", "") != "" || out == "" {
		t.Errorf("output %q", out)
	}
	r = runJob(t, testJob(sandbox.KindBench, text, "-benchtime=1ms", "-bench=Make", "-count=2"))
	if len(r.Bench) != 1 || len(r.Bench[0].NsOp) != 2 || len(r.Bench[0].Summary["ns/op"].Warnings) == 0 {
		t.Errorf("%+v %s", r.Bench, testSentences(r))
	}
}

func stdout(r *sandbox.Result) string {
	text := ""
	for _, e := range r.Events {
		if e.Stream == sandbox.Stdout {
			text += e.Text
		}
	}
	return text
}

// TestBenchAgainst measures two versions in turn: the one that does ten times
// the work is slower, and one that cannot be built is left out by name.
func TestBenchAgainst(t *testing.T) {
	needsEngine(t)
	text := func(n string) string {
		return "-- a_test.go --\npackage a\nimport \"testing\"\nvar sink []byte\nfunc BenchmarkMake(b *testing.B) { for b.Loop() { for range " + n + " { sink = make([]byte, 64) } } }\n"
	}
	job := testJob(sandbox.KindBench, text("100"), "-benchtime=2ms")
	job.Against = testJob(sandbox.KindBench, text("10")).Files
	r := runJob(t, job)
	changes, missing := sandbox.CompareBench(r.Baseline, r.Bench)
	if r.Status != sandbox.StatusOK || len(changes) != 3 || len(missing) != 0 {
		t.Fatalf("%s, %v %v: %s", r.Status, changes, missing, testSentences(r))
	}
	for i, want := range []string{"slower", "more", "more"} {
		if changes[i].Verdict != want {
			t.Errorf("%s, want %s", changes[i].Says, want)
		}
	}
	for bad, says := range map[string]string{"x": "undefined: x", "10 { panic(1) }; for range 1": "ended as runtime_error"} {
		job.Against = testJob(sandbox.KindBench, text(bad)).Files
		if r = runJob(t, job); r.Status != sandbox.StatusOK || r.Baseline != nil || len(r.Bench) != 1 || !strings.Contains(testSentences(r), says) {
			t.Errorf("%s: %s, %v: %s", bad, r.Status, r.Baseline, testSentences(r))
		}
	}
}

// TestBenchmarksEnd keeps what was measured of benchmarks that do not end well.
func TestBenchmarksEnd(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	for _, c := range []struct {
		name, body, says string
		status           sandbox.Status
		rows             int
	}{
		{"never ends", `for b.Loop() {}; for {}`, "the time was up while BenchmarkB ran; what was measured until then is kept", sandbox.StatusTimeLimit, 1},
		{"fails", `b.Fatal("no")`, "counts were run: after a failure there is nothing more to measure", sandbox.StatusTestFailed, 1},
		{"panics", `panic("no")`, "the program panicked while BenchmarkB ran", sandbox.StatusRuntimeError, 1},
		{"exits", `os.Exit(4)`, "exit code 4 while BenchmarkB ran", sandbox.StatusRuntimeError, 1},
		{"exits well", `os.Exit(0)`, "something called os.Exit(0) while BenchmarkB ran: testing makes a panic of it; what was", sandbox.StatusRuntimeError, 1},
		{"deadlock", `<-make(chan int)`, "all goroutines waited for each other while BenchmarkB ran; what was", sandbox.StatusDeadlock, 1},
		{"prints", `for { println("xxxx") }`, "the program had printed all that it may while BenchmarkB ran; what was", sandbox.StatusOutputLimit, 1},
	} {
		job := testJob(sandbox.KindBench, "-- a_test.go --\npackage a\nimport (\"os\"; \"testing\")\nvar _ = os.Exit\nfunc BenchmarkA(b *testing.B) { for b.Loop() {} }\nfunc BenchmarkB(b *testing.B) { "+c.body+" }\n", "-benchtime=1ms")
		if c.name == "never ends" {
			job.Limits.Wall = 3 * time.Second
		}
		r := runJob(t, job)
		if r.Status != c.status || len(r.Bench) != c.rows || !strings.Contains(testSentences(r), c.says) {
			t.Errorf("%s: %s, %d rows: %s", c.name, r.Status, len(r.Bench), testSentences(r))
		}
	}
}
