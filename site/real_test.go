package site

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/exectrace"
	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// The tests of this file run programs for real: through the toolchain and the
// jail, over HTTP.

// engine is one for all of them, so that the standard library is compiled
// once. TUTOR_TEST_DATA names a folder to keep it in.
var engine struct {
	once sync.Once
	*toolchain.Engine
	err error
}

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == toolchain.ChildCommand { // we are a helper, in its jail
		if err := toolchain.ServeDiagnose(os.Stdin, os.Stdout); err != nil {
			os.Exit(70)
		}
		os.Exit(0)
	}
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, kept := os.LookupEnv("TUTOR_TEST_DATA")
	if !kept {
		temp, err := os.MkdirTemp("", "tutor-site-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	dataDir = dir
	defer func() {
		if engine.Engine != nil {
			engine.Close()
		}
	}()
	return m.Run()
}

var dataDir string // set once, by TestMain

// needsEngine returns the engine, or skips where programs can't be run.
func needsEngine(t testing.TB) *toolchain.Engine {
	t.Helper()
	if testing.Short() {
		t.Skip("runs programs")
	}
	engine.once.Do(func() {
		engine.Engine, engine.err = toolchain.New(toolchain.Config{DataDir: dataDir, Slots: 2})
		if engine.err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			_, engine.err = engine.Run(ctx, sandbox.Job{Files: []sandbox.File{{Name: "main.go", Content: hello}}}, nil)
		}
	})
	if engine.err != nil {
		if os.Getenv("TUTOR_CI") == "1" {
			t.Fatalf("no program can be run here: %v", engine.err)
		}
		t.Skipf("no program can be run here: %v", engine.err)
	}
	return engine.Engine
}

const hello = "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"

// realWorld is a world whose programs run and whose work is graded.
func realWorld(t *testing.T, change func(*Config)) *world {
	e := needsEngine(t)
	return newWorld(t, func(c *Config) {
		c.Runner = e
		c.Judge = grade.New(grade.Config{Runner: e, Analyse: func(ctx context.Context, data []byte) (*exectrace.Trace, error) { return parse(ctx, nil, data) }})
		if change != nil {
			change(c)
		}
	})
}

// run runs a program and gets its Result.
func (w *world) run(body map[string]any) sandbox.Result {
	w.t.Helper()
	var res sandbox.Result
	w.api(http.MethodPost, "/api/runs", body).want(w.t, 200).into(w.t, &res)
	return res
}

// A program of several packages is checked, built ahead and run, and its mistakes
// are told with their paths.
func TestFolders(t *testing.T) {
	w := realWorld(t, func(c *Config) { c.Diagnose, c.Ahead = needsEngine(t).Diagnose, needsEngine(t).Ahead })
	of := func(text string) map[string]any {
		return map[string]any{"files": []sandbox.File{
			{Name: "go.mod", Content: "module example.com/app\n\ngo 1.26\n"},
			{Name: "main.go", Content: "package main\n\nimport \"example.com/app/greet\"\n\nfunc main() { greet.Hello() }\n"},
			{Name: "greet/greet.go", Content: "package greet\n\nfunc Hello() { " + text + " }\n"},
		}}
	}
	if res := w.run(of("print(1)")); res.Status != sandbox.StatusOK || printed(res, "stderr") != "1" {
		t.Errorf("%s %q %+v", res.Status, printed(res, "stderr"), res.Diagnostics)
	}
	for _, asked := range []string{"/api/diagnose", "/api/runs"} {
		w.api(http.MethodPost, asked, of("n := 1")).want(t, 200, `"file":"greet/greet.go","line":3,"col":16,"code":"UnusedVar"`)
	}
	w.api(http.MethodPost, "/api/ahead", of(`print("`+newID()+`")`)).want(t, 200, `"ahead":"built"`)
}

// printed is what a result holds of a stream.
func printed(res sandbox.Result, stream string) string {
	var b strings.Builder
	for _, e := range res.Events {
		if e.Stream == stream {
			b.WriteString(e.Text)
		}
	}
	return b.String()
}

// Each way to end has its status, over HTTP, and the server lives.
func TestWaysToEnd(t *testing.T) {
	w := realWorld(t, nil)
	for _, c := range []struct {
		name, text string
		limits     map[string]any
		status     sandbox.Status
		says       string // in the answer
	}{
		{"hello", hello, nil, sandbox.StatusOK, `hello\n`},
		{"compile error", "package main\n\nfunc main() { x := 1 }\n", nil, sandbox.StatusCompileError, `"line":3`},
		{"syntax error", "package main\n\nfunc main( {}\n", nil, sandbox.StatusCompileError, `"line":3`},
		{"panic", "package main\n\nfunc main() { panic(\"no\") }\n", nil, sandbox.StatusRuntimeError, `"exit_code":2`},
		{"exit", "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(3) }\n", nil, sandbox.StatusRuntimeError, `"exit_code":3`},
		{"deadlock", "package main\n\nfunc main() { <-make(chan int) }\n", nil, sandbox.StatusDeadlock, "all goroutines are asleep"},
		{"endless", "package main\n\nfunc main() { for {} }\n", map[string]any{"wall": 400}, sandbox.StatusTimeLimit, `"allowed":400`},
		{"flood", "package main\n\nimport \"os\"\n\nfunc main() { for { os.Stdout.WriteString(\"0123456789\\n\") } }\n", map[string]any{"output": 4096}, sandbox.StatusOutputLimit, `"output"`},
		{"no main", "package x\n", nil, sandbox.StatusCompileError, "main"},
		{"nothing in it", "", nil, sandbox.StatusCompileError, "package"},
		{"cgo", "package main\n\nimport \"C\"\n\nfunc main() {}\n", nil, sandbox.StatusRefused, "refused"},
	} {
		body := files(c.text)
		if c.limits != nil {
			body["limits"] = c.limits
		}
		var res sandbox.Result
		a := w.api(http.MethodPost, "/api/runs", body).want(t, 200, c.says)
		a.into(t, &res)
		if res.Status != c.status {
			t.Errorf("%s: status %s, want %s: %s", c.name, res.Status, c.status, clip(a.body, 1000))
		}
	}
	w.do(http.MethodGet, "/healthz", "").want(t, 200)
}

// Output comes while the program runs, not after it.
func TestOutputStreams(t *testing.T) {
	w := realWorld(t, nil)
	const text = `{"files":[{"name":"main.go","content":"package main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nfunc main() {\n\tfmt.Println(\"first\")\n\ttime.Sleep(time.Hour)\n}\n"}]}`
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	resp, err := w.start(ctx, http.MethodPost, "/api/runs", text, "Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(got.String(), `"text":"first\n"`) {
		n, err := resp.Body.Read(buf)
		got.Write(buf[:n])
		if err != nil || strings.Contains(got.String(), "event: result") {
			t.Fatalf("the stream ended (%v) before the output: %s", err, got.String())
		}
	}
}

// A client that leaves frees the place of an endless program, for real (S05).
func TestClientGoneFreesTheSlot(t *testing.T) {
	w := realWorld(t, func(c *Config) { c.Busy = 1 })
	for range 3 {
		ctx, leave := context.WithCancel(t.Context())
		resp, err := w.start(ctx, http.MethodPost, "/api/runs", `{"files":[{"name":"main.go","content":"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"on\")\n\tfor {\n\t}\n}\n"}],"limits":{"wall":60000,"cpu":60000}}`,
			"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for buf := make([]byte, 1024); !strings.Contains(got, "event: out"); {
			n, err := resp.Body.Read(buf)
			got += string(buf[:n])
			if err != nil {
				t.Fatalf("%v after %s", err, got)
			}
		}
		w.api(http.MethodPost, "/api/runs", files(hello)).want(t, 429)
		left := time.Now()
		leave()
		resp.Body.Close()
		for w.site.live.count() > 0 {
			time.Sleep(time.Millisecond)
		}
		t.Logf("the place was free %v after the client left", time.Since(left))
	}
	if res := w.run(files(hello)); res.Status != sandbox.StatusOK {
		t.Errorf("the next run: %+v", res)
	}
}

// What comes from the cache is the binary, never what it printed for another
// (S09).
func TestCacheCarriesNoResult(t *testing.T) {
	w := realWorld(t, nil)
	const text = "package main\n\nimport (\n\t\"crypto/rand\"\n\t\"fmt\"\n\t\"io\"\n\t\"os\"\n)\n\nfunc main() {\n\tin, _ := io.ReadAll(os.Stdin)\n\tfmt.Println(rand.Text(), string(in), os.Args[1:])\n}\n"
	first, second := files(text), files(text)
	first["stdin"], first["args"] = "the first one's secret", []string{"a"}
	second["stdin"] = "x"
	one, two := w.run(first), w.run(second)
	if !strings.Contains(printed(one, "stdout"), "secret [a]") || !two.Cached {
		t.Fatalf("first printed %q, second cached %v", printed(one, "stdout"), two.Cached)
	}
	if out := printed(two, "stdout"); strings.Contains(out, "secret") || !strings.HasSuffix(out, "x []\n") || out[:26] == printed(one, "stdout")[:26] {
		t.Errorf("the second one printed %q", out)
	}
	if one.ID == two.ID {
		t.Error("both have one id")
	}
}

// The loop of a reader without scripts, with real programs.
func TestLoopByForms(t *testing.T) {
	w := realWorld(t, nil)
	a, _ := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", strings.ReplaceAll(hello, `"hello"`, `"<b>mine</b>"`))
	a.want(t, 200, "&lt;b&gt;mine&lt;/b&gt;")
	if strings.Contains(a.body, "<b>mine</b>") {
		t.Error("what the program printed is markup")
	}
	a, _ = w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", "package main\n\nfunc main() { x := 1 }\n")
	a.want(t, 200, `data-status="compile_error"`, "declared and not used")

	const in = "a line\r\nanother\r\n"
	c := w.site.cells["cell:start/reads"].cell
	a, _ = w.follow("/chapters/start/hello/run", "cell", "reads", "file:main.go", c.Files[0].Content, "file:in.txt", in)
	a.want(t, 200, "3 a line", "3 another")

	trace := w.site.cells["cell:start/traced"].cell.Files[0].Content
	a, _ = w.follow("/chapters/start/hello/run", "cell", "traced", "file:main.go", trace, "trace", "1")
	a.want(t, 200, `data-status="ok"`)
	rec, ok := w.site.runs.newest(func(r *ranRecord) bool { return r.key == "cell:start/traced" })
	if !ok || rec.result.Trace == nil || rec.result.Trace.Metrics == nil {
		t.Fatalf("the traced run left %+v", rec)
	}
	withoutInline(t, w.page("/chapters/start/hello").body)
	withoutInline(t, w.page("/traces/"+rec.result.Trace.ID).body)
	view := w.site.traceView(rec.result.Trace.ID)
	if why := view.Trace.Metrics.Why["on_cpu"]; why == "the CPU time of the process is not known" {
		t.Error("the trace was not told what CPU time its run used")
	}
	if view.Trace.Metrics.Goroutines.Created != 3 || view.CellID != "traced" {
		t.Errorf("%+v created in %q, want 3", view.Trace.Metrics.Goroutines, view.CellID)
	}
}

// Grading for real: points for what is right, none for what only says so.
func TestGradeByForms(t *testing.T) {
	w := realWorld(t, nil)
	starter := w.site.exercises["01-01"].Starter[0].Content
	check := func(text string) grade.Verdict {
		var v grade.Verdict
		w.api(http.MethodPost, "/api/exercises/01-01/checks", map[string]any{"files": []sandbox.File{{Name: "double.go", Content: text}}}).want(t, 200).into(t, &v)
		return v
	}
	if v := check(starter); v.Status != grade.Failed || v.Points != 1 {
		t.Errorf("the starter got %s with %d points: %+v", v.Status, v.Points, v.Checks)
	}
	cheat := "package double\n\nimport \"os\"\n\nfunc init() { println(\"--- PASS\"); os.Exit(0) }\n\nfunc Double(n int) int { return 0 }\n"
	if v := check(cheat); v.Status == grade.Passed || v.Points > 1 {
		t.Errorf("a program that exits got %s with %d points: %+v", v.Status, v.Points, v.Checks)
	}
	solution := strings.ReplaceAll(w.site.exercises["01-01"].Solution[0].Content, "\n", "\r\n")
	a, _ := w.follow("/exercises/01-01/check", "file:double.go", solution, "action", "check")
	a.want(t, 200, "4 of 4")
	withoutInline(t, a.body)
	withoutInline(t, w.page("/").body)
	w.api(http.MethodGet, "/api/progress", nil).want(t, 200, `"state":"passed"`, `"points":4`)
}

// Checks come one by one, then the verdict.
func TestEventsOfACheck(t *testing.T) {
	w := realWorld(t, nil)
	a := w.api(http.MethodPost, "/api/exercises/01-01/checks", map[string]any{"files": []sandbox.File{{Name: "double.go", Content: w.site.exercises["01-01"].Solution[0].Content}}}, "Accept: text/event-stream").want(t, 200)
	if got := names(a.events(t)); got != "run check check result" {
		t.Errorf("events = %s", got)
	}
}

// withoutInline holds that a page has nothing that its own policy forbids.
func withoutInline(t *testing.T, html string) {
	t.Helper()
	for _, forbidden := range []string{`<script[^>]*>[^<]`, `<style`, `<[^>]*\sstyle=`, `<[^>]*\son[a-z]+=`, `javascript:`, `(src|href)="(https?:)?//`} {
		if found := regexp.MustCompile(forbidden).FindString(html); found != "" {
			t.Errorf("the page holds %q", clip(found, 200))
		}
	}
}
