package interp_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/interp"
	"course/tutor/sandbox/toolchain"
)

const sums = `package main

import "fmt"

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}

func main() {
	list := []int{}
	for i := range 5 {
		list = append(list, i*i)
	}
	fmt.Println(sum(list), len(list), "%s")
}
`

// unseen is a small program that nobody has compiled before.
func unseen(name string) string {
	return strings.Replace(sums, "%s", name+time.Now().Format(time.RFC3339Nano), 1)
}

func newRouter(t testing.TB, compiler interp.Compiler, keep int) *interp.Router {
	t.Helper()
	r, err := interp.New(interp.Config{Compiler: compiler, Self: os.Args[0], Command: "__child", Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func run(t testing.TB, r sandbox.Runner, job sandbox.Job) *sandbox.Result {
	t.Helper()
	job.Key = "test"
	result, err := r.Run(t.Context(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAutoInterpretsUntilThereIsABinary(t *testing.T) {
	engine := needsEngine(t)
	r := newRouter(t, engine, 1)
	text := unseen("auto")
	interp.Warmed(r)
	var told strings.Builder
	first, err := r.Run(t.Context(), sandbox.Job{Files: files(text)}, func(ev sandbox.Event) {
		if ev.Out != nil {
			told.Write(ev.Out.Raw)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if first.Engine != sandbox.EngineInterp || first.Status != sandbox.StatusOK || first.Approximate {
		t.Fatalf("the first run: engine %s, status %s, approximate %v, %+v", first.Engine, first.Status, first.Approximate, first.Diagnostics)
	}
	compiled := run(t, r, sandbox.Job{Files: files(text), Engine: sandbox.EngineGo})
	if compiled.Engine != sandbox.EngineGo || printed(compiled, sandbox.Stdout) != printed(first, sandbox.Stdout) {
		t.Errorf("compiled by %s it prints %q, interpreted %q", compiled.Engine, printed(compiled, sandbox.Stdout), printed(first, sandbox.Stdout))
	}
	if told.String() != printed(first, sandbox.Stdout) {
		t.Errorf("told was %q, printed %q", &told, printed(first, sandbox.Stdout))
	}
	interp.Warmed(r)
	awaitBuilt(t, engine, sandbox.Job{Files: files(text)})
	if again := run(t, r, sandbox.Job{Files: files(text)}); again.Engine != sandbox.EngineGo || !again.Cached {
		t.Errorf("with the binary there: engine %s, cached %v", again.Engine, again.Cached)
	}
	cold := newRouter(t, engine, 0)
	if result := run(t, cold, sandbox.Job{Files: files(unseen("cold"))}); result.Engine != sandbox.EngineGo {
		t.Errorf("where no child is kept warm: engine %s", result.Engine)
	}
}

// awaitBuilt waits until an engine knows of a binary, which it does when all of
// the standard library is prepared.
func awaitBuilt(t *testing.T, engine *toolchain.Engine, job sandbox.Job) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for {
		built, err := engine.Built(ctx, job)
		if err != nil {
			t.Fatal(err)
		}
		if built {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("the program that has just been compiled is not in the cache")
		}
	}
}

func TestWhatIsNotInterpreted(t *testing.T) {
	r := newRouter(t, needsEngine(t), 0)
	for name, c := range map[string]struct {
		text string
		job  sandbox.Job
		line int
		says string
	}{
		"goroutine": {text: "package main\n\nfunc main() {\n\tgo func() {}()\n}\n", line: 4, says: `"go"`},
		"package":   {text: "package main\n\nimport \"sync\"\n\nfunc main() {\n\tvar m sync.Mutex\n\tm.Lock()\n}\n", line: 3, says: `"import of sync"`},
		"cases":     {text: "package main\n\nfunc main() {\n\tx := 3\n\tswitch {\n\tcase x == 1, x == 3:\n\t\tprintln(x)\n\t}\n}\n", line: 6, says: `"case of several conditions"`},
		"trace":     {text: sums, job: sandbox.Job{Trace: true}, says: "a trace was asked for"},
		"race":      {text: sums, job: sandbox.Job{Race: true}, says: "the race detector was asked for"},
		"alone":     {text: sums, job: sandbox.Job{Alone: true}, says: "nothing else beside it"},
		"clock":     {text: sums, job: sandbox.Job{Clock: sandbox.ClockFake}, says: "the clock fake was asked for"},
		"kind":      {text: sums, job: sandbox.Job{Kind: sandbox.KindTest}, says: "the kind test needs Go"},
	} {
		t.Run(name, func(t *testing.T) {
			c.job.Files, c.job.Engine = files(c.text), sandbox.EngineInterp
			result := run(t, r, c.job)
			if result.Status != sandbox.StatusRefused || len(result.Diagnostics) != 1 {
				t.Fatalf("status %s, diagnostics %+v", result.Status, result.Diagnostics)
			}
			d := result.Diagnostics[0]
			if d.Code != "refused:interp" || d.Line != c.line || !strings.Contains(d.Message, c.says) || d.Explain == "" {
				t.Errorf("it says %+v; want line %d and %q", d, c.line, c.says)
			}
		})
	}
}

// TestThrownAway has programs compiled that the list lets through and that do
// not end ok.
func TestThrownAway(t *testing.T) {
	r := newRouter(t, needsEngine(t), 1)
	for name, c := range map[string]struct {
		text string
		want sandbox.Status
	}{
		"panic":   {"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tlist := []int{1}\n\tfmt.Println(\"before\")\n\tfor i := 0; i < 3; i++ {\n\t\tfmt.Println(list[i])\n\t}\n}\n", sandbox.StatusRuntimeError},
		"endless": {"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"before\")\n\tfor n := 1; n > 0; n += 0 {\n\t\tn = 1\n\t}\n}\n", sandbox.StatusTimeLimit},
		"wrong":   {"package main\n\nfunc main() {\n\tx := 1\n}\n", sandbox.StatusCompileError},
	} {
		t.Run(name, func(t *testing.T) {
			for _, engine := range []string{sandbox.EngineAuto, sandbox.EngineInterp} {
				interp.Warmed(r)
				result := run(t, r, sandbox.Job{Files: files(c.text), Engine: engine, Limits: sandbox.Limits{Wall: 500 * time.Millisecond, CPU: 500 * time.Millisecond}})
				if result.Status != c.want || result.Engine != sandbox.EngineGo {
					t.Errorf("asked for %s: %s ended %s, %+v; want it compiled and %s", engine, result.Engine, result.Status, result.Diagnostics, c.want)
				}
				if c.want != sandbox.StatusCompileError && strings.Count(printed(result, sandbox.Stdout), "before") != 1 {
					t.Errorf("asked for %s it prints %q", engine, printed(result, sandbox.Stdout))
				}
			}
		})
	}
}

// TestThrownAwayHasWaited counts the time in the queue of an attempt that came
// to nothing.
func TestThrownAwayHasWaited(t *testing.T) {
	engine := needsEngine(t)
	r := newRouter(t, engine, 1)
	interp.Warmed(r)
	leave, err := engine.Lane().Measure(t.Context(), "somebody else", nil)
	if err != nil {
		t.Fatal(err)
	}
	const wait = 200 * time.Millisecond
	time.AfterFunc(wait, leave)
	result := run(t, r, sandbox.Job{Files: files(unseen("waited") + "func init() { _ = []int{}[len(\"\")] }\n")})
	if result.Engine != sandbox.EngineGo || result.Status != sandbox.StatusRuntimeError || result.Timing.QueueMS < float64(wait.Milliseconds())/2 {
		t.Errorf("%s %s: %v ms in the queue, want %v", result.Engine, result.Status, result.Timing.QueueMS, wait)
	}
}

// TestWithoutGo interprets whatever compiles, and says that it is approximate.
func TestWithoutGo(t *testing.T) {
	bare, err := toolchain.New(toolchain.Config{DataDir: t.TempDir(), Go: filepath.Join(t.TempDir(), "no-go"), Slots: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bare.Close)
	if bare.Problem() == nil {
		t.Fatal("a Go was found where none is")
	}
	r := newRouter(t, bare, 0)
	for name, c := range map[string]struct {
		text, out string
		want      sandbox.Status
		says      string
	}{
		"defer":  {text: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tdefer fmt.Println(\"last\")\n\tfmt.Println(\"first\")\n}\n", out: "first\nlast\n", want: sandbox.StatusOK},
		"wrong":  {text: "package main\n\nfunc main() {\n\tx := 1\n}\n", want: sandbox.StatusCompileError, says: "declared and not used: x"},
		"panic":  {text: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"before\")\n\tpanic(\"why\")\n}\n", out: "before\n", want: sandbox.StatusRuntimeError},
		"import": {text: "package main\n\nimport \"net/http\"\n\nfunc main() { http.Get(\"\") }\n", want: sandbox.StatusRefused, says: `the interpreter has no "import of net/http"`},
		"order":  {text: "package main\n\nfunc main() {\n\tx := 1\n\ty()\n}\n", want: sandbox.StatusCompileError, says: "declared and not used: x"},
	} {
		t.Run(name, func(t *testing.T) {
			result := run(t, r, sandbox.Job{Files: files(c.text)})
			if result.Status != c.want || result.Engine != sandbox.EngineInterp || !result.Approximate || printed(result, sandbox.Stdout) != c.out {
				t.Errorf("%s, approximate %v: %s %+v, printed %q", result.Engine, result.Approximate, result.Status, result.Diagnostics, printed(result, sandbox.Stdout))
			}
			for _, d := range result.Diagnostics {
				if strings.Contains(d.Explain, "auto") {
					t.Errorf("where there is no Go it advises: %s", d.Explain)
				}
			}
			if c.says != "" && (len(result.Diagnostics) == 0 || !strings.Contains(result.Diagnostics[0].Message, c.says)) {
				t.Errorf("it says %+v; want %q", result.Diagnostics, c.says)
			}
		})
	}
	if result := run(t, r, sandbox.Job{Files: files(sums), Trace: true}); result.Status != sandbox.StatusRefused || !strings.Contains(result.Diagnostics[0].Message, "no Go toolchain") {
		t.Errorf("with a trace: %s %+v", result.Status, result.Diagnostics)
	}
}

func TestCancelled(t *testing.T) {
	r := newRouter(t, needsEngine(t), 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := r.Run(ctx, sandbox.Job{Files: files(unseen("cancelled")), Engine: sandbox.EngineInterp}, nil)
	if err == nil && result.Status != sandbox.StatusKilled {
		t.Errorf("cancelled before it began, it ended %s", result.Status)
	}
}

// BenchmarkWarm is what a reader waits for: a small program, when a child is
// warm.
func BenchmarkWarm(b *testing.B) {
	r := newRouter(b, needsEngine(b), 1)
	for b.Loop() {
		b.StopTimer()
		interp.Warmed(r)
		text := unseen("warm")
		b.StartTimer()
		if result := run(b, r, sandbox.Job{Files: files(text)}); result.Engine != sandbox.EngineInterp {
			b.Fatalf("engine %s, %+v", result.Engine, result.Diagnostics)
		}
	}
}
