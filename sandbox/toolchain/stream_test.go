package toolchain

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// TestOutputStreams has a conversation with a program: what it prints must be
// handed on while it waits for the answer, or neither would ever go on.
func TestOutputStreams(t *testing.T) {
	e := needsEngine(t)
	in, answer := io.Pipe()
	job := program(`package main

import "fmt"

func main() {
	var n int
	for i := range 3 {
		fmt.Print("give ", i)
		fmt.Scan(&n)
	}
	fmt.Println(" end")
}
`)
	job.StdinFrom = in
	job.Limits.Wall = time.Minute
	var said strings.Builder
	r, err := e.Run(t.Context(), job, func(event sandbox.Event) {
		if event.Out == nil {
			return
		}
		said.WriteString(event.Out.Text)
		if strings.HasPrefix(event.Out.Text, "give") {
			go fmt.Fprintln(answer, 7)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "give 0give 1give 2 end\n"; r.Status != sandbox.StatusOK || said.String() != want || printed(r, sandbox.Stdout) != want {
		t.Errorf("%s, heard %q, kept %q, want %q", r.Status, said.String(), printed(r, sandbox.Stdout), want)
	}
}

func TestProcs(t *testing.T) {
	const text = "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() { fmt.Println(runtime.GOMAXPROCS(0), runtime.NumCPU()) }\n"
	e := needsEngine(t)
	for _, procs := range []int{1, 3} {
		job := program(text)
		job.Procs = procs
		r := runJob(t, job)
		var max, cpus int
		if _, err := fmt.Sscan(printed(r, sandbox.Stdout), &max, &cpus); err != nil {
			t.Fatal(err)
		}
		if max != procs || r.Procs != procs || cpus > max && len(e.cpus.take(procs)) > 0 {
			t.Errorf("procs %d: GOMAXPROCS %d, %d CPUs, result says %d", procs, max, cpus, r.Procs)
		}
	}
}

// TestSharedTraceAlone compiles runtime/trace as our stand-in where nobody
// else traces: it must do what the real one does.
func TestSharedTraceAlone(t *testing.T) {
	main := sandbox.Package{Path: "main", Files: []sandbox.File{{Name: "main.go", Content: ownTrace}},
		ImportMap: map[string]string{"runtime/trace": tracePath}}
	job := sandbox.Job{Parts: []sandbox.Part{{Name: "main", Packages: []sandbox.Package{main}}}}
	r := runJob(t, job).Parts["main"]
	if got := printed(r, sandbox.Stdout); r.Status != sandbox.StatusOK || got != "true true\n" {
		t.Fatalf("%s, printed %q %+v", r.Status, got, r.Diagnostics)
	}
	var own []byte
	for _, e := range r.Events {
		if e.Stream == sandbox.Stderr {
			own = append(own, e.Raw...)
		}
	}
	if got, want := logs(events(t, own)), "mine within inside second n=1 "; got != want {
		t.Errorf("its trace holds %q, want %q", got, want)
	}
}

// TestFlightRecorder keeps the newest part of the trace of a traced program.
func TestFlightRecorder(t *testing.T) {
	r := runJob(t, traced(`package main

import (
	"context"
	"fmt"
	"os"
	"runtime/trace"
)

func main() {
	fr := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	fmt.Println(fr.Start(), fr.Enabled(), fr.Start() != nil)
	trace.Log(context.Background(), "key", "recorded")
	_, err := fr.WriteTo(os.Stderr)
	fmt.Println(err)
	fr.Stop()
	fmt.Println(fr.Enabled())
}
`))
	if got := printed(r, sandbox.Stdout); r.Status != sandbox.StatusOK || got != "<nil> true true\n<nil>\nfalse\n" {
		t.Fatalf("%s, printed %q\n%.300s %+v", r.Status, got, printed(r, sandbox.Stderr), r.Diagnostics)
	}
	var own []byte
	for _, e := range r.Events {
		if e.Stream == sandbox.Stderr {
			own = append(own, e.Raw...)
		}
	}
	if got := logs(events(t, own)); got != "recorded " {
		t.Errorf("the recording holds %q", got)
	}
	if got := logs(traceOf(t, r)); got != "recorded " {
		t.Errorf("the trace of the run holds %q", got)
	}
}

// TestTraceOfAPart takes traces of a probe: one for each process that answers.
func TestTraceOfAPart(t *testing.T) {
	learner := probePart("learner", exerciseText)
	learner.Trace = true
	r := runJob(t, sandbox.Job{
		Parts: []sandbox.Part{learner, probePart("reference", exerciseText)},
		Dialogue: &sandbox.Dialogue{Calls: []sandbox.Call{
			{N: 1, Func: "sum", Args: []any{1}, Alone: true, TimeoutMS: 60_000},
			{N: 2, Func: "sum", Args: []any{2}, Alone: true, TimeoutMS: 60_000},
		}},
		Limits: sandbox.Limits{Wall: 5 * time.Minute},
	})
	part := r.Parts["learner"]
	if len(r.Exchanges) != 2 || len(part.Artifacts) != 2 || len(r.Parts["reference"].Artifacts) != 0 {
		t.Fatalf("%d exchanges, artifacts %+v", len(r.Exchanges), part.Artifacts)
	}
	if part.Artifacts[0].Name != "trace" || part.Artifacts[1].Name != "trace.2" {
		t.Errorf("artifacts are named %s and %s", part.Artifacts[0].Name, part.Artifacts[1].Name)
	}
	for _, a := range part.Artifacts {
		if len(events(t, a.Data)) == 0 {
			t.Errorf("%s is empty", a.Name)
		}
	}
	if truncated(part) != "" {
		t.Errorf("the trace ends by %s", truncated(part))
	}
}

// TestCompileLimits holds small programs that are too much for the compiler.
func TestCompileLimits(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	doubled := "package main\n\nconst c0 = \"0123456789abcdef\"\n"
	for i := range 26 {
		doubled += fmt.Sprintf("const c%d = c%d + c%d\n", i+1, i, i)
	}
	doubled += "\nfunc main() { println(len(c26)) }\n"
	for name, text := range map[string]string{
		"memory": "package main\n\nvar a = [1 << 28]int{1<<28 - 1: 1}\n\nfunc main() { println(a[0]) }\n",
		"text":   doubled,
		"time":   slowToCompile,
	} {
		r := runJob(t, program(text))
		if r.Status != sandbox.StatusCompileLimit || r.Limit == nil || r.Limit.Name != "compile" || len(r.Diagnostics) == 0 {
			t.Errorf("%s: %s %+v %+v", name, r.Status, r.Limit, r.Diagnostics)
		}
	}
}
