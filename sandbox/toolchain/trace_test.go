package toolchain

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/exp/trace"

	"course/tutor/sandbox"
)

// traced is a program run with a trace.
func traced(text string) sandbox.Job {
	job := program(text)
	job.Trace = true
	return job
}

// events reads a trace to its end, by the reader that everybody uses.
func events(t *testing.T, data []byte) []trace.Event {
	t.Helper()
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("open trace of %d bytes: %v", len(data), err)
	}
	var list []trace.Event
	for {
		e, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatalf("read trace: %v", err)
		}
		list = append(list, e)
	}
}

func traceOf(t *testing.T, r *sandbox.Result) []trace.Event {
	t.Helper()
	if len(r.Artifacts) == 0 || r.Artifacts[0].Kind != "trace" || r.Trace == nil || r.Trace.ID != r.Artifacts[0].ID {
		t.Fatalf("no trace: %s, %d artifacts, %+v\n%s", r.Status, len(r.Artifacts), r.Trace, printed(r, sandbox.Stderr))
	}
	return events(t, r.Artifacts[0].Data)
}

func truncated(r *sandbox.Result) string {
	if r.Trace == nil || r.Trace.Truncated == nil {
		return ""
	}
	return *r.Trace.Truncated
}

// TestTraceSeesGoroutines counts the goroutines of the program in its trace.
func TestTraceSeesGoroutines(t *testing.T) {
	r := runJob(t, traced(`package main

import "sync"

func main() {
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {})
	}
	wg.Wait()
}
`))
	created := 0
	for _, e := range traceOf(t, r) {
		if e.Kind() != trace.EventStateTransition {
			continue
		}
		st := e.StateTransition()
		if st.Resource.Kind != trace.ResourceGoroutine {
			continue
		}
		if from, to := st.Goroutine(); from == trace.GoNotExist && to == trace.GoRunnable {
			for f := range st.Stack.Frames() {
				if f.Func == "sync.(*WaitGroup).Go.func1" {
					created++
				}
				break
			}
		}
	}
	if r.Status != sandbox.StatusOK || created != 10 || truncated(r) != "" {
		t.Errorf("status %s, %d goroutines in the trace, want 10; truncated %q", r.Status, created, truncated(r))
	}
}

// sameEitherWay are programs that must not be able to tell whether they are
// being traced.
var sameEitherWay = map[string]string{
	"goroutines": `package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	fmt.Println(runtime.NumGoroutine())
	go func() { select {} }()
	runtime.Gosched()
	time.Sleep(250 * time.Millisecond)
	fmt.Println(runtime.NumGoroutine())
}
`,
	"dump": `package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

func main() {
	go func() { select {} }()
	time.Sleep(250 * time.Millisecond)
	buf := make([]byte, 1<<16)
	buf = buf[:runtime.Stack(buf, true)]
	for _, line := range strings.Split(string(buf), "\n") {
		if strings.HasPrefix(line, "goroutine ") || strings.Contains(line, "main.go") {
			fmt.Println(strings.TrimLeft(line, "goroutine 0123456789"))
		}
	}
}
`,
	"exit":            "package main\nimport \"os\"\nfunc main() { os.Exit(3) }\n",
	"exit from below": "package main\nimport \"os\"\nfunc main() { go os.Exit(4); select {} }\n",
	"fatal":           "package main\nimport \"log\"\nfunc main() { log.SetFlags(0); log.Fatal(\"x\") }\n",
	"panic":           "package main\nfunc main() { panic(\"x\") }\n",
	"leak and exit":   "package main\nimport \"os\"\nfunc main() { go func() { select {} }(); defer os.Exit(7) }\n",
	"leak and panic":  "package main\nimport \"time\"\nfunc main() { go func() { select {} }(); time.Sleep(time.Millisecond); panic(1) }\n",
	"leak and goexit": "package main\nimport \"runtime\"\nfunc main() { go func() { select {} }(); runtime.Goexit() }\n",
	"deadlock":        "package main\nfunc main() { c := make(chan int); <-c }\n",
	"goexit":          "package main\nimport \"runtime\"\nfunc main() { runtime.Goexit() }\n",
	"init":            "package main\nimport \"fmt\"\nvar x = f()\nfunc f() int { fmt.Println(1); return 1 }\nfunc main() {}\n",
}

func TestTracedRunsTheSame(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	for name, text := range sameEitherWay {
		t.Run(name, func(t *testing.T) {
			plain := runJob(t, program(text))
			with := runJob(t, traced(text))
			if plain.Status != with.Status || plain.ExitCode != with.ExitCode {
				t.Errorf("plain: %s %d, traced: %s %d", plain.Status, plain.ExitCode, with.Status, with.ExitCode)
			}
			if a, b := printed(plain, sandbox.Stdout), printed(with, sandbox.Stdout); a != b {
				t.Errorf("plain printed:\n%s\ntraced printed:\n%s", a, b)
			}
			if a, b := noAddresses(printed(plain, sandbox.Stderr)), noAddresses(printed(with, sandbox.Stderr)); a != b {
				t.Errorf("plain wrote:\n%s\ntraced wrote:\n%s", a, b)
			}
			if !strings.HasSuffix(name, "panic") {
				traceOf(t, with)
			} else if with.Trace == nil || truncated(with) != "killed" {
				t.Errorf("nothing says that the end of the trace of a panic is lost: %+v", with.Trace)
			}
		})
	}
}

// TestTraceEnds holds why a trace can end before its program.
func TestTraceEnds(t *testing.T) {
	needsEngine(t)
	tests := []struct {
		name   string
		text   string
		change func(*sandbox.Job)
		status sandbox.Status
		why    string
	}{
		{"deadlock", "package main\nfunc main() { select {} }\n", nil, sandbox.StatusDeadlock, "idle"},
		{"long sleep", "package main\nimport \"time\"\nfunc main() { time.Sleep(700*time.Millisecond) }\n",
			func(j *sandbox.Job) { j.Idle = 300 * time.Millisecond }, sandbox.StatusOK, "idle"},
		{"ticker", "package main\nimport \"time\"\nfunc main() { for range 30 { time.Sleep(100*time.Millisecond) } }\n",
			func(j *sandbox.Job) { j.Idle = 2500 * time.Millisecond }, sandbox.StatusOK, ""},
		{"wall", "package main\nfunc main() { for {} }\n", func(j *sandbox.Job) { j.Limits.Wall = 2 * time.Second },
			sandbox.StatusTimeLimit, "killed"},
		{"cap", `package main
import ("sync"; "runtime")
func main() {
	var wg sync.WaitGroup
	for range 200000 { wg.Go(runtime.Gosched) }
	wg.Wait()
}
`, func(j *sandbox.Job) { j.Limits.Trace = 1 << 20; j.Limits.Wall = time.Minute }, sandbox.StatusOK, "cap"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			job := traced(test.text)
			if test.change != nil {
				test.change(&job)
			}
			r := runJob(t, job)
			if r.Status != test.status || truncated(r) != test.why {
				t.Errorf("%s, truncated %q; want %s, %q\n%s", r.Status, truncated(r), test.status, test.why, printed(r, sandbox.Stderr))
			}
			list := traceOf(t, r)
			if len(list) == 0 {
				t.Error("the trace is empty")
			}
			if n := r.Artifacts[0].Bytes; int64(n) > job.Limits.Or(sandbox.DefaultLimits()).Trace {
				t.Errorf("%d bytes are more than the limit", n)
			}
		})
	}
}

// ownTrace traces itself, as the exercises of the chapter ask for.
const ownTrace = `package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/trace"
)

func main() {
	var own bytes.Buffer
	if err := trace.Start(&own); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(trace.IsEnabled(), trace.Start(&own) != nil)
	ctx, task := trace.NewTask(context.Background(), "mine")
	trace.WithRegion(ctx, "within", func() { trace.Log(ctx, "key", "inside") })
	r := trace.StartRegion(ctx, "second")
	trace.Logf(ctx, "key", "n=%d", 1)
	r.End()
	task.End()
	trace.Stop()
	trace.Log(context.Background(), "key", "after")
	os.Stderr.Write(own.Bytes())
}
`

// TestOwnTrace lets a traced program trace itself: both traces are valid and
// each holds what happened while it was taken.
func TestOwnTrace(t *testing.T) {
	for _, with := range []bool{false, true} {
		job := program(ownTrace)
		job.Trace = with
		r := runJob(t, job)
		if got := printed(r, sandbox.Stdout); r.Status != sandbox.StatusOK || got != "true true\n" {
			t.Fatalf("trace %v: %s, printed %q", with, r.Status, got)
		}
		var own []byte
		for _, e := range r.Events {
			if e.Stream == sandbox.Stderr {
				own = append(own, e.Raw...)
			}
		}
		inner := logs(events(t, own))
		if want := "mine within inside second n=1 "; inner != want {
			t.Errorf("trace %v: own trace holds %q, want %q", with, inner, want)
		}
		if !with {
			continue
		}
		if outer, want := logs(traceOf(t, r)), "mine within inside second n=1 after "; outer != want {
			t.Errorf("the trace of the run holds %q, want %q", outer, want)
		}
	}
}

// logs are the tasks, regions and messages of a trace, in order.
func logs(list []trace.Event) string {
	var b bytes.Buffer
	for _, e := range list {
		switch e.Kind() {
		case trace.EventTaskBegin:
			b.WriteString(e.Task().Type + " ")
		case trace.EventRegionBegin:
			b.WriteString(e.Region().Type + " ")
		case trace.EventLog:
			b.WriteString(e.Log().Message + " ")
		}
	}
	return b.String()
}
