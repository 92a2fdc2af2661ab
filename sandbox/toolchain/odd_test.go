package toolchain

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"

	"course/tutor/sandbox"
)

// limitFor is a short time for programs that need stopping.
func limitFor(name string) time.Duration {
	if strings.Contains(name, "stopped") {
		return 2 * time.Second
	}
	return 0
}

// odd are programs that fight the tracer, or are what few programs are. Each
// ends as it would without a trace, in time, with what could be traced or a
// sentence in its place.
var odd = []struct {
	name, text string
	procs      int
	status     sandbox.Status
	code       int
	cut        string
	problem    string // part of why there is no trace
}{
	{"never yields, stopped", "package main\nfunc main() { for {} }\n", 1, sandbox.StatusTimeLimit, -1, "killed", ""},
	{"never yields and cannot be interrupted, stopped", "package main\nfunc main() { for {} }\n",
		1, sandbox.StatusTimeLimit, -1, "killed", "before any of its trace"},
	{"a goroutine never yields", "package main\nimport \"time\"\nfunc main() { go func() { for {} }(); time.Sleep(20*time.Millisecond) }\n",
		2, sandbox.StatusOK, 0, "", ""},
	{"a goroutine cannot be interrupted", "package main\nimport \"time\"\nfunc main() { go func() { for {} }(); time.Sleep(20*time.Millisecond) }\n",
		2, sandbox.StatusOK, 0, "killed", "before any of its trace"},
	{"a goroutine cannot be interrupted, if it runs", "package main\nfunc main() { go func() { for {} }() }\n",
		1, sandbox.StatusOK, 0, "", ""},
	{"yields though it cannot be interrupted", "package main\nimport \"time\"\nfunc main() { time.Sleep(20*time.Millisecond) }\n",
		1, sandbox.StatusOK, 0, "", ""},
	{"stops a trace that it did not start", "package main\nimport \"runtime/trace\"\nfunc main() { trace.Stop(); trace.Stop() }\n", 2, sandbox.StatusOK, 0, "", ""},
	{"stops the runtime's tracer", "package main\nimport (\"runtime\"; \"time\")\nfunc main() { time.Sleep(20*time.Millisecond); runtime.StopTrace(); runtime.StopTrace(); time.Sleep(20*time.Millisecond) }\n",
		2, sandbox.StatusOK, 0, "stopped", ""},
	{"stops the runtime's tracer and exits", "package main\nimport (\"runtime\"; \"os\")\nfunc main() { runtime.StopTrace(); os.Exit(5) }\n", 2, sandbox.StatusRuntimeError, 5, "stopped", ""},
	{"exits in init", "package main\nimport \"os\"\nfunc init() { os.Exit(6) }\nfunc main() {}\n", 2, sandbox.StatusRuntimeError, 6, "", ""},
	{"leaves main by Goexit while others work", "package main\nimport (\"runtime\"; \"os\"; \"time\")\nfunc main() { go func() { time.Sleep(20*time.Millisecond); os.Exit(0) }(); runtime.Goexit() }\n",
		2, sandbox.StatusOK, 0, "", ""},
	{"switches collection off", "package main\nimport \"runtime/debug\"\nfunc main() { debug.SetGCPercent(-1); debug.SetMaxThreads(1000) }\n", 2, sandbox.StatusOK, 0, "", ""},
	{"a goroutine panics", "package main\nimport \"time\"\nfunc main() { go func() { panic(1) }(); time.Sleep(time.Second) }\n", 2, sandbox.StatusRuntimeError, 2, "killed", ""},
	{"forks", "package main\nimport \"syscall\"\nfunc main() { syscall.RawSyscall(57, 0, 0, 0); select {} }\n", 2, sandbox.StatusDeadlock, 2, "idle", ""},
	{"deadlock of several", "package main\nimport \"sync\"\nfunc main() { var m sync.Mutex; m.Lock(); for range 3 { go m.Lock() }; m.Lock() }\n", 2, sandbox.StatusDeadlock, 2, "idle", ""},
}

func TestOddPrograms(t *testing.T) {
	needsEngine(t)
	for _, test := range odd {
		t.Run(test.name, func(t *testing.T) {
			job := traced(test.text)
			job.Procs, job.Limits.Wall = test.procs, limitFor(test.name)
			if strings.Contains(test.name, "cannot be interrupted") {
				job.Env = []string{"GODEBUG=asyncpreemptoff=1"}
			}
			r := runJob(t, job)
			if r.Status != test.status || r.ExitCode != test.code && test.code >= 0 || truncated(r) != test.cut {
				t.Errorf("%s %d, cut %q; want %s %d, %q\n%s%v", r.Status, r.ExitCode, truncated(r), test.status, test.code, test.cut,
					printed(r, sandbox.Stderr), r.Diagnostics)
			}
			switch {
			case r.Trace == nil || r.Trace.Leaks == nil:
				t.Error("nothing is said of the trace or the leaks")
			case test.problem != "":
				if !strings.Contains(r.Trace.Problem, test.problem) {
					t.Errorf("problem %q, want %q", r.Trace.Problem, test.problem)
				}
			case r.Trace.ID != "":
				traceOf(t, r)
			case r.Trace.Problem == "":
				t.Error("there is neither a trace nor a reason")
			}
		})
	}
}

// TestLinknameOfTheTracer: the way around package runtime is closed.
func TestLinknameOfTheTracer(t *testing.T) {
	needsEngine(t)
	r := runJob(t, traced("package main\nimport _ \"unsafe\"\n//go:linkname stop runtime.StopTrace\nfunc stop()\nfunc main() { stop() }\n"))
	if r.Status != sandbox.StatusRefused && r.Status != sandbox.StatusCompileError {
		t.Errorf("status %s", r.Status)
	}
}

// TestTraceReader: a program that reads the runtime's trace from under us ends
// in time, and what could be kept is whole.
func TestTraceReader(t *testing.T) {
	needsEngine(t)
	r := runJob(t, traced(`package main

import (
	"runtime"
	"time"
)

func main() {
	for range 4 {
		go func() { for runtime.ReadTrace() != nil {} }()
	}
	for range 50 {
		time.Sleep(time.Millisecond)
	}
}
`))
	if r.Status != sandbox.StatusOK {
		t.Fatalf("%s\n%s", r.Status, printed(r, sandbox.Stderr))
	}
	if data := r.TraceData(); data != nil {
		traceOf(t, r)
	} else if r.Trace.Problem == "" {
		t.Error("there is neither a trace nor a reason")
	}
}

// TestManyGoroutines traces 200,000 of them at once.
func TestManyGoroutines(t *testing.T) {
	needsEngine(t)
	job := traced(`package main

import "sync"

func main() {
	var wg sync.WaitGroup
	begin := make(chan bool)
	for range 200000 {
		wg.Go(func() { <-begin })
	}
	close(begin)
	wg.Wait()
}
`)
	job.Limits = sandbox.Limits{Wall: time.Minute, CPU: time.Minute, Memory: 1 << 30}
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK {
		t.Fatalf("%s %+v\n%s", r.Status, r.Limit, printed(r, sandbox.Stderr))
	}
	if n := len(traceOf(t, r)); n < 200000 {
		t.Errorf("%d events, want one for each goroutine at least", n)
	}
}

// TestTraceEndIsKept: of a trace that outgrows its limit there is the
// beginning and the end.
func TestTraceEndIsKept(t *testing.T) {
	needsEngine(t)
	job := traced(`package main

import (
	"context"
	"runtime"
	"runtime/trace"
	"sync"
	"time"
)

func main() {
	trace.Log(context.Background(), "at", "the beginning")
	for range 60 {
		var wg sync.WaitGroup
		for range 3000 {
			wg.Go(runtime.Gosched)
		}
		wg.Wait()
	}
	for range 15 { // the runtime ends a generation each second
		time.Sleep(100 * time.Millisecond)
	}
	trace.Log(context.Background(), "at", "the end")
}
`)
	job.Limits = sandbox.Limits{Trace: 1 << 20, Wall: time.Minute, CPU: time.Minute}
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || truncated(r) != "cap" {
		t.Fatalf("%s, cut %q\n%s", r.Status, truncated(r), printed(r, sandbox.Stderr))
	}
	if got := logs(traceOf(t, r)); got != "the beginning " {
		t.Errorf("the beginning says %q", got)
	}
	end := artifact(r, "trace-end")
	if end == nil || r.Trace.End == nil || r.Trace.End.ID != end.ID || r.Trace.End.Says == "" {
		t.Fatalf("no end: %+v", r.Trace)
	}
	if got := logs(events(t, end.Data)); got != "the end " {
		t.Errorf("the end says %q", got)
	}
	if r.Trace.End.Missing > 0 && !strings.Contains(r.Trace.End.Says, "MiB of trace were dropped") {
		t.Errorf("%q does not say what is missing", r.Trace.End.Says)
	}
	if end.Bytes > 4<<20+64 {
		t.Errorf("the end has %d bytes", end.Bytes)
	}
}

func artifact(r *sandbox.Result, kind string) *sandbox.Artifact {
	for i := range r.Artifacts {
		if r.Artifacts[i].Kind == kind {
			return &r.Artifacts[i]
		}
	}
	return nil
}

// selfTracing writes a trace to a file, to a buffer and, by a flight recorder,
// to another file, and prints what it knows of them.
const selfTracing = `package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/trace"
	"time"
)

func main() {
	f, _ := os.Create("own.out")
	fmt.Println(trace.Start(f))
	trace.Log(context.Background(), "k", "to a file")
	trace.Stop()
	trace.Stop()
	fmt.Println(f.Close())

	r := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Minute, MaxBytes: 1 << 20})
	other := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	fmt.Println(r.Enabled(), r.Start(), r.Enabled(), r.Start() != nil, other.Start() != nil)
	trace.Log(context.Background(), "k", "to a recorder")
	var b bytes.Buffer
	fmt.Println(trace.Start(&b))
	trace.Log(context.Background(), "k", "to both")
	trace.Stop()
	g, _ := os.Create("flight.out")
	n, err := r.WriteTo(g)
	fmt.Println(n > 0, err)
	r.Stop()
	r.Stop()
	_, err = r.WriteTo(g)
	fmt.Println(r.Enabled(), err != nil, b.Len() > 0)
	info, _ := g.Stat()
	fmt.Println(info.Size() == n)
}
`

// TestOwnTracesAreHandedOver: traced or not, what a program traces itself is
// a trace, and can be opened here.
func TestOwnTracesAreHandedOver(t *testing.T) {
	needsEngine(t)
	for _, with := range []bool{false, true} {
		job := program(selfTracing)
		job.Trace = with
		r := runJob(t, job)
		const want = "<nil>\n<nil>\nfalse <nil> true true true\n<nil>\ntrue <nil>\nfalse true true\ntrue\n"
		if got := printed(r, sandbox.Stdout); r.Status != sandbox.StatusOK || got != want {
			t.Fatalf("trace %v: %s, printed %q, want %q\n%s%v", with, r.Status, got, want, printed(r, sandbox.Stderr), r.Diagnostics)
		}
		var got []string
		for _, a := range r.Artifacts {
			if a.Kind == "trace-file" {
				got = append(got, a.Name+": "+logs(events(t, a.Data)))
			}
		}
		if text := strings.Join(got, "|"); text != "own.out: to a file |trace 2 of the program's own: to both |flight.out: to a recorder to both " {
			t.Errorf("trace %v: handed over %q", with, text)
		}
		if with == (r.Trace == nil) {
			t.Errorf("trace %v: %+v", with, r.Trace)
		}
	}
}

// TestOwnTraceToStdout: a trace that is printed is the program's output, byte
// for byte.
func TestOwnTraceToStdout(t *testing.T) {
	needsEngine(t)
	r := runJob(t, program("package main\nimport (\"os\"; \"runtime/trace\")\nfunc main() { trace.Start(os.Stdout); trace.Stop() }\n"))
	var out []byte
	for _, e := range r.Events {
		out = append(out, e.Raw...)
	}
	a := artifact(r, "trace-file")
	if a == nil || !bytes.Equal(a.Data, out) {
		t.Fatalf("%s: %d bytes were printed, handed over: %v", r.Status, len(out), a != nil)
	}
	for _, e := range events(t, out) {
		if e.Kind() == trace.EventSync {
			return
		}
	}
	t.Error("the trace has no beginning")
}
