package toolchain

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"course/tutor/sandbox"
)

// profiled is a program run with a profile.
func profiled(what, text string) sandbox.Job {
	job := program(text)
	job.Kind, job.Profile = sandbox.KindProfile, what
	return job
}

// profileOf reads the profile of a run, by the reader that everybody uses.
func profileOf(t *testing.T, r *sandbox.Result) *profile.Profile {
	t.Helper()
	if r.Profile == nil || r.Profile.ID == "" || r.ProfileData() == nil {
		t.Fatalf("no profile: %s %v %+v\n%s", r.Status, r.Diagnostics, r.Profile, printed(r, sandbox.Stderr))
	}
	p, err := profile.ParseData(r.ProfileData())
	if err != nil {
		t.Fatalf("read the profile: %v", err)
	}
	return p
}

// share is what part of a value was spent below functions whose names contain
// name.
func share(t *testing.T, p *profile.Profile, value, name string) float64 {
	t.Helper()
	at := slices.IndexFunc(p.SampleType, func(v *profile.ValueType) bool { return v.Type == value })
	if at < 0 {
		t.Fatalf("the profile has no %s: %v", value, p.SampleType)
	}
	var all, of int64
	for _, s := range p.Sample {
		all += s.Value[at]
		if strings.Contains(stackOf(s), name) {
			of += s.Value[at]
		}
	}
	if all == 0 {
		t.Fatalf("the profile has no %s at all", value)
	}
	return float64(of) / float64(all)
}

// stackOf is the stack of a sample, a line for each frame.
func stackOf(s *profile.Sample) string {
	var b strings.Builder
	for _, l := range s.Location {
		for _, line := range l.Line {
			b.WriteString(line.Function.Name + "\n")
		}
	}
	return b.String()
}

const busy = `package main

import "fmt"

var sink uint64

//go:noinline
func hot(n int) (h uint64) {
	for i := range n {
		h = h*31 + uint64(i)
	}
	return h
}

//go:noinline
func cold(n int) uint64 { return hot(n / 20) }

func main() {
	for range 800 {
		sink += hot(1 << 20)
		sink += cold(1 << 20)
	}
	fmt.Println("done")
}
`

// What a program spends its time on is on top of its CPU profile.
func TestCPUProfile(t *testing.T) {
	r := runJob(t, profiled("cpu", busy))
	p := profileOf(t, r)
	if r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != "done\n" || r.Profile.Ended != "" {
		t.Errorf("%s, printed %q, profile %+v", r.Status, printed(r, sandbox.Stdout), r.Profile)
	}
	if got := share(t, p, "cpu", "main.hot"); got < .9 {
		t.Errorf("main.hot has %.2f of the CPU time, want nearly all", got)
	}
	if got := share(t, p, "cpu", "main.cold"); got > .25 {
		t.Errorf("main.cold has %.2f of the CPU time, want about a twentieth", got)
	}
	if p.Period != int64(10*time.Millisecond) || p.DurationNanos < int64(200*time.Millisecond) {
		t.Errorf("a sample stands for %v, and the profile lasted %v", time.Duration(p.Period), time.Duration(p.DurationNanos))
	}
	if !bytes.Contains([]byte(p.String()), []byte("main.go")) {
		t.Error("the profile names no line of the program's")
	}
}

const allocates = `package main

import (
	"fmt"
	"runtime"
)

var kept [][]byte

//go:noinline
func keep() { kept = append(kept, make([]byte, 100<<10)) }

var passing []byte

//go:noinline
func waste() { passing = make([]byte, 300<<10) }

type thing struct{ name string }

func main() {
	t := &thing{"t"}
	runtime.SetFinalizer(t, func(*thing) { fmt.Println("the finalizer ran") })
	for range 40 {
		keep()
		waste()
	}
	passing = nil
}
`

// The heap profile tells what was allocated and what is still in use, scaled
// up to the whole, and no finalizer runs that would not have.
func TestHeapProfile(t *testing.T) {
	job := profiled("heap", allocates)
	job.Env = []string{"GOGC=off"}
	r := runJob(t, job)
	p := profileOf(t, r)
	if r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != "" {
		t.Errorf("%s, printed %q", r.Status, printed(r, sandbox.Stdout))
	}
	for _, c := range []struct {
		value, name string
		least, most float64
	}{
		{"alloc_space", "main.waste", .70, .80}, // 300 of 400
		{"alloc_space", "main.keep", .20, .30},
		{"inuse_space", "main.keep", .90, 1},
		{"inuse_space", "main.waste", 0, .01},
	} {
		if got := share(t, p, c.value, c.name); got < c.least || got > c.most {
			t.Errorf("%s: %s has %.2f, want %.2f to %.2f", c.value, c.name, got, c.least, c.most)
		}
	}
}

const contended = `package main

import (
	"sync"
	"time"
)

var mu sync.Mutex

//go:noinline
func holds() {
	mu.Lock()
	time.Sleep(2 * time.Millisecond)
	mu.Unlock()
}

func main() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				holds()
			}
		})
	}
	wg.Wait()
}
`

func TestMutexProfile(t *testing.T) {
	p := profileOf(t, runJob(t, profiled("mutex", contended)))
	if got := share(t, p, "delay", "main.holds"); got < .95 {
		t.Errorf("main.holds has %.2f of the delay, want all", got)
	}
	if got := share(t, p, "delay", "sync.(*Mutex).Unlock"); got < .95 {
		t.Errorf("giving the lock back has %.2f of the delay, want all", got)
	}
}

const blocked = `package main

import "time"

//go:noinline
func waits(c chan int) {
	for range c {
	}
}

func main() {
	c := make(chan int)
	go func() {
		for i := range 20 {
			time.Sleep(2 * time.Millisecond)
			c <- i
		}
		close(c)
	}()
	waits(c)
}
`

// A block profile can stand next to a trace of the same run.
func TestBlockProfile(t *testing.T) {
	for _, trace := range []bool{false, true} {
		job := profiled("block", blocked)
		job.Trace = trace
		r := runJob(t, job)
		p := profileOf(t, r)
		if got := share(t, p, "delay", "main.waits"); got < .95 {
			t.Errorf("main.waits has %.2f of the delay, want all", got)
		}
		if (r.TraceData() != nil) != trace {
			t.Errorf("trace asked for: %v, but %d bytes of it came", trace, len(r.TraceData()))
		}
		if trace && len(events(t, r.TraceData())) < 20 {
			t.Error("the trace is empty")
		}
	}
}

// Nobody is left out when the harness takes the profile from a goroutine of the
// runtime's, which is in it too.
func TestGoroutineProfileIsWhole(t *testing.T) {
	for text, want := range map[string]int64{
		"package main\n\nfunc main() { select {} }\n":                                                          1,
		"package main\n\nfunc main() {\n\tfor range 3 {\n\t\tgo func() { select {} }()\n\t}\n\tselect {}\n}\n": 4,
	} {
		p := profileOf(t, runJob(t, profiled("goroutine", text)))
		var got int64
		for _, s := range p.Sample {
			if !strings.Contains(stackOf(s), "tutor/") {
				got += s.Value[0]
			}
		}
		if got != want {
			t.Errorf("%d goroutines, want %d of\n%s", got, want, text)
		}
	}
}

const leaks = `package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

var begun atomic.Int32

//go:noinline
func stuck(c chan int) {
	begun.Add(1)
	<-c
}

func main() {
	c := make(chan int)
	for range 30 {
		go stuck(c)
	}
	for begun.Load() < 30 {
		runtime.Gosched()
	}
	fmt.Println(runtime.NumGoroutine())
}
`

func TestGoroutineProfile(t *testing.T) {
	r := runJob(t, profiled("goroutine", leaks))
	p := profileOf(t, r)
	n := int64(0)
	for _, s := range p.Sample {
		if strings.Contains(stackOf(s), "main.stuck") {
			n += s.Value[0]
		}
	}
	if n != 30 || printed(r, sandbox.Stdout) != "31\n" {
		t.Errorf("%d goroutines are stuck, want 30; the program saw %q", n, printed(r, sandbox.Stdout))
	}
}

// Programs run the same with a profile and without one, and what becomes of
// the profile is said.
func TestProfiledRunsTheSame(t *testing.T) {
	t.Parallel()
	needsEngine(t)
	for _, what := range sandbox.Profiles() {
		for name, text := range sameEitherWay {
			if what != "cpu" && name != "goroutines" && name != "deadlock" && name != "exit from below" {
				continue // once is enough
			}
			t.Run(what+" "+name, func(t *testing.T) {
				plain, with := runJob(t, program(text)), runJob(t, profiled(what, text))
				if plain.Status != with.Status || plain.ExitCode != with.ExitCode {
					t.Errorf("plain: %s %d, profiled: %s %d", plain.Status, plain.ExitCode, with.Status, with.ExitCode)
				}
				if a, b := printed(plain, sandbox.Stdout), printed(with, sandbox.Stdout); a != b {
					t.Errorf("plain printed:\n%s\nprofiled printed:\n%s", a, b)
				}
				if a, b := noAddresses(printed(plain, sandbox.Stderr)), noAddresses(printed(with, sandbox.Stderr)); a != b {
					t.Errorf("plain wrote:\n%s\nprofiled wrote:\n%s", a, b)
				}
				if strings.HasSuffix(name, "panic") {
					if with.Profile == nil || !strings.Contains(with.Profile.Problem, "panic") {
						t.Errorf("nothing says that a panic leaves no profile: %+v", with.Profile)
					}
					return
				}
				profileOf(t, with)
			})
		}
	}
}

// A program that is stopped for its time has its profile written before.
func TestProfileBeforeTheTimeIsUp(t *testing.T) {
	for name, limits := range map[string]sandbox.Limits{
		"wall": {Wall: 2 * time.Second, CPU: time.Minute},
		"cpu":  {Wall: time.Minute, CPU: time.Second},
	} {
		job := profiled("cpu", "package main\n\nfunc main() {\n\tn := 0\n\tfor {\n\t\tn++\n\t}\n}\n")
		job.Limits = limits
		r := runJob(t, job)
		p := profileOf(t, r)
		if r.Status != sandbox.StatusTimeLimit || r.Profile.Ended != "time" {
			t.Errorf("%s: %s, profile %+v", name, r.Status, r.Profile)
		}
		if got := share(t, p, "cpu", "main.main"); got < .8 {
			t.Errorf("%s: main has %.2f of the CPU time", name, got)
		}
	}
}

// What can't be profiled is refused by name.
func TestProfileRefused(t *testing.T) {
	for want, job := range map[string]sandbox.Job{
		"profile:cpu, profile:heap": {Kind: sandbox.KindProfile},
		`the profile "gpu"`:         {Kind: sandbox.KindProfile, Profile: "gpu"},
		"of the kind profile:cpu":   {Profile: "cpu"},
	} {
		job.Files = program("package main\nfunc main() {}\n").Files
		r := runJob(t, job)
		if r.Status != sandbox.StatusRefused || len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != "refused:profile" || !strings.Contains(r.Diagnostics[0].Message, want) {
			t.Errorf("want %q: %s %+v", want, r.Status, r.Diagnostics)
		}
	}
}

// A program that takes a CPU profile itself is refused one of ours, with the
// line; other uses of runtime/pprof are its own affair.
func TestOwnCPUProfile(t *testing.T) {
	const own = "package main\n\nimport (\n\t\"io\"\n\t\"runtime/pprof\"\n)\n\nfunc main() {\n\tif pprof.StartCPUProfile(io.Discard) == nil {\n\t\tpprof.StopCPUProfile()\n\t}\n}\n"
	r := runJob(t, profiled("cpu", own))
	if r.Status != sandbox.StatusRefused || len(r.Diagnostics) != 1 || r.Diagnostics[0].Line != 9 || !strings.Contains(r.Diagnostics[0].Message, "StartCPUProfile: the program takes a CPU profile itself") {
		t.Errorf("%s %+v", r.Status, r.Diagnostics)
	}
	if r := runJob(t, program(own)); r.Status != sandbox.StatusOK {
		t.Errorf("without ours: %s %+v", r.Status, r.Diagnostics)
	}
	r = runJob(t, profiled("cpu", "package main\n\nimport (\n\t\"io\"\n\t\"runtime/pprof\"\n)\n\nfunc main() { pprof.Lookup(\"heap\").WriteTo(io.Discard, 0) }\n"))
	profileOf(t, r)
	// Behind its back: by a name that is no identifier of the program's.
	r = runJob(t, profiled("cpu", "package main\n\nimport (\n\t\"net/http\"\n\t\"net/http/httptest\"\n\t\"net/http/pprof\"\n)\n\nfunc main() {\n\tw := httptest.NewRecorder()\n\tpprof.Profile(w, httptest.NewRequest(http.MethodGet, \"/?seconds=1\", nil))\n\tprintln(w.Code)\n}\n"))
	if r.Status != sandbox.StatusOK || r.Profile == nil || r.Profile.ID == "" && r.Profile.Problem == "" {
		t.Errorf("by net/http/pprof: %s %+v\n%s", r.Status, r.Profile, printed(r, sandbox.Stderr))
	}
	t.Logf("by net/http/pprof: %+v, it printed %q", r.Profile, printed(r, sandbox.Stderr))
}
