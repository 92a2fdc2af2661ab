package toolchain

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/exp/trace"

	"course/tutor/sandbox"
)

// leaking leaks five goroutines at its line 17, in a way that a test chooses.
const leaking = `package main

import (
	"context"
	"sync"
	"time"
)

var global = make(chan int)

func work(i int) int { return i }

func main() {
	ch, ctx, wg, mu := make(chan int), context.WithoutCancel(context.Background()), new(sync.WaitGroup), new([3]sync.Mutex)
	_, _, _, _ = ch, ctx, wg, mu
	for i := range 5 {
		go func() {
			_ = i
			%s
		}()
	}
	time.Sleep(20 * time.Millisecond)
}
`

// TestLeakProfile holds what the garbage collector can prove, and what it is
// known not to see. The trace sees all of them.
func TestLeakProfile(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	for _, test := range []struct {
		name, body  string
		least, most int
	}{
		{"receive", "<-ch", 5, 5},
		{"select", "select { case <-ch: case <-make(chan int): }", 5, 5},
		{"select of nothing", "select {}", 5, 5},
		{"range", "for range ch {}", 5, 5},
		{"wait group", "wg.Add(1); wg.Wait()", 5, 5},
		{"context", "<-ctx.Done()", 5, 5},
		{"send of a constant", "ch <- 1", 5, 5},
		{"send of a result", "ch <- work(i)", 5, 5},
		{"send of a variable of the closure", "ch <- i", 0, 0},
		{"package variable", "<-global", 0, 0},
		{"sleep", "time.Sleep(time.Hour)", 0, 0},
		{"ended", "", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := runJob(t, traced(fmt.Sprintf(leaking, test.body)))
			if r.Status != sandbox.StatusOK || r.Trace == nil || r.Trace.Leaks == nil || r.Trace.Leaks.Why != "" {
				t.Fatalf("%s: %+v\n%s%v", r.Status, r.Trace, printed(r, sandbox.Stderr), r.Diagnostics)
			}
			p := r.Trace.Leaks
			if p.N < test.least || p.N > test.most {
				t.Errorf("%d leaked goroutines, want %d to %d: %+v", p.N, test.least, test.most, p.Stacks)
			}
			if p.N == 0 {
				return
			}
			made := sandbox.LeakFrame{Func: "main.main", File: "main.go", Line: 17}
			if len(p.Stacks) != 1 || p.Stacks[0].N != 5 || p.Stacks[0].Made != made || len(p.Stacks[0].IDs) != 5 {
				t.Errorf("%+v, want five made at %+v", p.Stacks, made)
			}
			traced := waiting(traceOf(t, r))
			for _, id := range p.Stacks[0].IDs {
				if !traced[id] {
					t.Errorf("goroutine %d is leaked, and the trace does not say that it waits", id)
				}
			}
		})
	}
}

// waiting are the goroutines that wait when a trace ends.
func waiting(list []trace.Event) map[uint64]bool {
	now := map[uint64]bool{}
	for _, e := range list {
		if e.Kind() != trace.EventStateTransition {
			continue
		}
		if st := e.StateTransition(); st.Resource.Kind == trace.ResourceGoroutine {
			_, to := st.Goroutine()
			now[uint64(st.Resource.Goroutine())] = to == trace.GoWaiting
		}
	}
	return now
}

// quietly are programs in which a garbage collection would show.
var quietly = map[string]string{
	"finalizer": `package main
import ("fmt"; "runtime"; "time")
type thing struct{ a [64]byte }
func make1() { x := &thing{}; runtime.SetFinalizer(x, func(*thing) { fmt.Println("finalized") }) }
func main() { make1(); fmt.Println("end"); go func() { for { time.Sleep(time.Millisecond); runtime.Gosched() } }() }
`,
	"cleanup": `package main
import ("fmt"; "runtime"; "time")
type thing struct{ a [64]byte }
func make1() { x := &thing{}; runtime.AddCleanup(x, func(int) { fmt.Println("cleaned up") }, 1) }
func main() { make1(); fmt.Println("end"); go func() { for { time.Sleep(time.Millisecond) } }() }
`,
	"woken finalizer": `package main
import ("fmt"; "runtime"; "time")
type thing struct{ a [64]byte }
func make1(n int) { x := &thing{}; runtime.SetFinalizer(x, func(*thing) { fmt.Println("finalized", n) }); runtime.AddCleanup(x, func(int) { fmt.Println("cleaned", n) }, 1) }
func main() { make1(1); for range 3 { runtime.GC(); time.Sleep(20*time.Millisecond) }; make1(2); fmt.Println("end") }
`,
	"gctrace": "package main\nimport \"runtime/debug\"\nfunc main() { debug.SetGCPercent(-1); println(\"end\") }\n",
}

// TestLeakProfileIsNotSeen: the collection that looks for leaks runs nothing
// of the program's and is not in its trace.
func TestLeakProfileIsNotSeen(t *testing.T) {
	needsEngine(t)
	for name, text := range quietly {
		t.Run(name, func(t *testing.T) {
			plain, with := program(text), traced(text)
			plain.Env, with.Env = []string{"GODEBUG=gctrace=1"}, []string{"GODEBUG=gctrace=1"}
			a, b := runJob(t, plain), runJob(t, with)
			if a.Status != b.Status || printed(a, sandbox.Stdout) != printed(b, sandbox.Stdout) {
				t.Errorf("plain: %s %q, traced: %s %q", a.Status, printed(a, sandbox.Stdout), b.Status, printed(b, sandbox.Stdout))
			}
			if n, m := collections(a), collections(b); n != m {
				t.Errorf("%d collections are printed, %d when traced", n, m)
			}
			if b.Trace.Leaks == nil || b.Trace.Leaks.Why != "" {
				t.Errorf("the collector was not asked: %+v", b.Trace.Leaks)
			}
			if n, printed := inTrace(traceOf(t, b)), collections(a); n != printed {
				t.Errorf("the trace has %d collections, the program made %d", n, printed)
			}
		})
	}
}

func collections(r *sandbox.Result) int {
	return strings.Count(printed(r, sandbox.Stderr), "ms clock, ")
}

func inTrace(list []trace.Event) int {
	n := 0
	for _, e := range list {
		if e.Kind() == trace.EventRangeBegin && e.Range().Name == "GC concurrent mark phase" {
			n++
		}
	}
	return n
}

// TestNoLeakProfile holds the sentences of runs that have none.
func TestNoLeakProfile(t *testing.T) {
	needsEngine(t)
	for _, test := range []struct {
		name, text, says string
	}{
		{"deadlock", "package main\nfunc main() { select {} }\n", "Go itself found"},
		{"panic", "package main\nfunc main() { panic(1) }\n", "orderly end"},
		{"stopped", "package main\nfunc main() { for {} }\n", "stopped from outside"},
		{"large heap", "package main\nvar keep []byte\nfunc main() { keep = make([]byte, 80<<20) }\n", "larger than 64 MiB"},
		{"no preemption", "package main\nfunc main() {}\n", "preemption off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			job := traced(test.text)
			job.Limits.Wall = limitFor(test.name)
			if test.name == "no preemption" {
				job.Env = []string{"GODEBUG=asyncpreemptoff=1"}
			}
			r := runJob(t, job)
			if p := r.Trace.Leaks; p == nil || p.N != 0 || !strings.Contains(p.Why, test.says) {
				t.Errorf("%s: %+v, want %q", r.Status, p, test.says)
			}
		})
	}
	if r := runJob(t, program("package main\nfunc main() {}\n")); r.Trace != nil {
		t.Errorf("a run without a trace tells of one: %+v", r.Trace)
	}
}
