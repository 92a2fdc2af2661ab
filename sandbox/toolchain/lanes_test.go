package toolchain

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// withLane is the shared engine with a lane of its own.
func withLane(t *testing.T, slots int) *Engine {
	t.Helper()
	e := needsEngine(t)
	return &Engine{config: e.config, lane: sandbox.NewLane(slots), binaries: e.binaries, cpus: e.cpus, measured: e.measured,
		library: e.library, ctx: e.ctx, stop: func() {}}
}

// spanProgram prints when it begins and ends, on the clock of the machine.
const spanProgram = `package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println("from", time.Now().UnixNano())
	for began := time.Now(); time.Since(began) < 20*time.Millisecond; {
	}
	fmt.Println("to", time.Now().UnixNano())
}
`

const spanBench = `package main

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	fmt.Println("from", time.Now().UnixNano())
	code := m.Run()
	fmt.Println("to", time.Now().UnixNano())
	os.Exit(code)
}

func BenchmarkA(b *testing.B) {
	for b.Loop() {
		_ = make([]byte, 8)
	}
}
`

// spanOf reads when a program ran.
func spanOf(t *testing.T, r *sandbox.Result) (from, to int64) {
	t.Helper()
	for line := range strings.Lines(printed(r, sandbox.Stdout)) {
		_, _ = fmt.Sscanf(line, "from %d", &from)
		_, _ = fmt.Sscanf(line, "to %d", &to)
	}
	if from == 0 || to < from {
		t.Fatalf("it says nothing of when it ran: %+v", r)
	}
	return from, to
}

// Benchmarks, and a program that asks for it, run while nothing else does;
// those who have to wait for it are told.
func TestMeasuredAlone(t *testing.T) {
	e := withLane(t, 2)
	warm := program(spanProgram)
	if _, err := e.Run(t.Context(), warm, nil); err != nil {
		t.Fatal(err)
	}
	leave, err := e.lane.Enter(t.Context(), "somebody", func(sandbox.Queue) {})
	if err != nil {
		t.Fatal(err)
	}
	alone := program(spanProgram)
	alone.Alone, alone.Procs = true, 1
	bench := sandbox.Job{Kind: sandbox.KindBench, Files: []sandbox.File{{Name: "a_test.go", Content: spanBench}}, Args: []string{"-count=1", "-benchtime=10ms"}}
	jobs := []struct {
		job sandbox.Job
		For string
	}{{bench, sandbox.ForQuiet}, {warm, sandbox.ForMeasurement}, {alone, sandbox.ForMeasurement}, {warm, sandbox.ForMeasurement}, {warm, sandbox.ForMeasurement}}
	results := make([]*sandbox.Result, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		j.job.Key = fmt.Sprint("person ", i)
		told := make(chan string, 100)
		all.Go(func() {
			r, err := e.Run(t.Context(), j.job, func(ev sandbox.Event) {
				if ev.Queue != nil {
					told <- ev.Queue.For
				}
			})
			if err != nil {
				t.Errorf("run %d: %v", i, err)
			}
			results[i] = r
			close(told)
		})
		if got := <-told; got != j.For {
			t.Errorf("%s %d waits for %q, want %q", j.job.Kind, i, got, j.For)
		}
	}
	leave()
	all.Wait()
	if t.Failed() {
		return
	}
	for i, r := range results {
		measures := i == 0 || i == 2
		if r.Status != sandbox.StatusOK || (r.Measured != nil) != measures {
			t.Fatalf("%d: %s, measured %+v, %v", i, r.Status, r.Measured, r.Diagnostics)
		}
		if !measures {
			continue
		}
		if !r.Measured.Alone || r.Measured.Beside != 0 {
			t.Errorf("%d: %+v", i, r.Measured)
		}
		from, to := spanOf(t, r)
		for k, other := range results {
			if a, b := spanOf(t, other); k != i && a <= to && from <= b {
				t.Errorf("run %d went on while %d was measured", k, i)
			}
		}
	}
	if cpus := results[2].Measured.CPUs; len(e.cpus.same(1)) == 1 && !slices.Equal(cpus, e.cpus.same(1)) {
		t.Errorf("the program with one processor was kept on %v", cpus)
	}
}

// What somebody types is still checked while something is measured, and the
// Result says so.
func TestMeasuredBeside(t *testing.T) {
	e := withLane(t, 1)
	defer e.warm.close()
	job := program("package main\n\nimport \"bufio\"\nimport \"os\"\n\nfunc main() { println(\"go\"); bufio.NewReader(os.Stdin).ReadString('\\n') }\n")
	input, answer := io.Pipe()
	defer answer.Close()
	job.Alone, job.StdinFrom = true, input
	r, err := e.Run(t.Context(), job, func(ev sandbox.Event) {
		if ev.Out == nil {
			return
		}
		if _, err := e.Diagnose(t.Context(), "somebody", job.Files); err != nil {
			t.Error(err)
		}
		fmt.Fprintln(answer)
	})
	if err != nil || r.Status != sandbox.StatusOK || r.Measured == nil || r.Measured.Beside != 1 {
		t.Errorf("%v %+v", err, r)
	}
}

// askProgram prints what it may use, and then uses as much of it as is
// certain.
const askProgram = `package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

func main() {
	fmt.Println(runtime.GOMAXPROCS(0), runtime.NumCPU(), len(os.Environ()))
	for _, what := range []int{syscall.RLIMIT_CPU, syscall.RLIMIT_DATA, syscall.RLIMIT_FSIZE, syscall.RLIMIT_NOFILE, syscall.RLIMIT_STACK} {
		var l syscall.Rlimit
		fmt.Println(syscall.Getrlimit(what, &l), l.Cur, l.Max)
	}
	var disk syscall.Statfs_t
	fmt.Println(syscall.Statfs("/tmp", &disk), disk.Blocks)
	var blocks [80][]byte
	for i := range blocks {
		blocks[i] = make([]byte, 1<<20)
		for k := range blocks[i] {
			blocks[i][k]++
		}
	}
	var spent syscall.Rusage
	for spent.Utime.Sec == 0 && spent.Utime.Usec < 250_000 {
		for i := range blocks[0] {
			blocks[0][i]++
		}
		syscall.Getrusage(syscall.RUSAGE_SELF, &spent)
	}
	fmt.Println("done", len(blocks))
}
`

// overProgram fills its disk, and says how much it could write.
const overProgram = `package main

import (
	"fmt"
	"os"
)

func main() {
	f, err := os.Create("/tmp/x")
	n := 0
	for ; err == nil; n++ {
		_, err = f.Write(make([]byte, 4096))
	}
	fmt.Println(n)
	panic(err)
}
`

// TestLoadChangesOnlyTheStart runs a program that uses most of what it may,
// and one that uses too much, alone and among eight others: they print the same
// bytes and end the same way. Only when they start differs, and waiting counts
// for nothing.
func TestLoadChangesOnlyTheStart(t *testing.T) {
	e := withLane(t, 2)
	limits := sandbox.Limits{Wall: time.Minute, CPU: 2 * time.Second, Memory: 128 << 20, Disk: 1 << 20}
	uses, over := program(askProgram), program(overProgram)
	uses.Limits, over.Limits = limits, limits
	want := map[string]sandbox.Status{}
	text, errs := map[string]string{}, map[string]string{}
	jobs := map[string]sandbox.Job{"uses": uses, "over": over}
	for name, job := range jobs {
		r, err := e.Run(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		want[name], text[name], errs[name] = r.Status, printed(r, sandbox.Stdout), printed(r, sandbox.Stderr)
		if r.Status == sandbox.StatusCompileError {
			t.Fatal(r.Diagnostics)
		}
	}
	if want["uses"] != sandbox.StatusOK || !strings.Contains(text["uses"], "done") || want["over"] != sandbox.StatusDiskLimit {
		t.Fatalf("alone: %v\n%s%s", want, text, errs)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	queued := 0.0
	for i := range 4 {
		for name, job := range jobs {
			job.Key = fmt.Sprint("person ", i)
			all.Go(func() {
				r, err := e.Run(context.WithoutCancel(t.Context()), job, nil)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				queued = max(queued, r.Timing.QueueMS)
				if r.Status != want[name] || printed(r, sandbox.Stdout) != text[name] {
					t.Errorf("%s under load: %s, exit %d %s, limit %+v, %v\n%s", name, r.Status, r.ExitCode, r.Signal, r.Limit, r.Diagnostics, printed(r, sandbox.Stdout)+printed(r, sandbox.Stderr))
				}
				if r.Limit != nil && r.Limit.Allowed != float64(limits.Disk) {
					t.Errorf("%s under load was allowed %+v", name, r.Limit)
				}
			})
		}
	}
	all.Wait()
	if queued == 0 {
		t.Error("nobody had to wait: this was no load")
	}
}
