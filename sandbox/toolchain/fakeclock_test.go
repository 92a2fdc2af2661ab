package toolchain

import (
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

func faked(text string) sandbox.Job {
	job := program(text)
	job.Clock = sandbox.ClockFake
	return job
}

const sleepers = `package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

func main() {
	start := time.Now()
	fmt.Println(start.UTC().Format(time.DateTime))
	var wg sync.WaitGroup
	jobs := make(chan int)
	for worker := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := range jobs {
				time.Sleep(time.Duration(n%4+1) * time.Second)
				fmt.Println("worker", worker, "did", n, "at", time.Since(start))
			}
		}()
	}
	for n := range 20 {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
	fmt.Fprintln(os.Stderr, "all done: é")
	for i := range 10 {
		go fmt.Println("left", i)
	}
	time.Sleep(time.Hour)
}
`

// The same bytes come out every time, and sleeping costs nothing.
func TestFakeClockRepeats(t *testing.T) {
	needsSet(t, fakeSet)
	want := ""
	for i := range 50 {
		result := runJob(t, faked(sleepers))
		if result.Status != sandbox.StatusOK || result.Clock != sandbox.ClockFake || result.Procs != 1 {
			t.Fatalf("%s on the clock %q with procs %d: %v", result.Status, result.Clock, result.Procs, result.Diagnostics)
		}
		got := ""
		for _, e := range result.Events {
			got += e.Stream + " " + e.Text
		}
		if i == 0 {
			want = got
		}
		if got != want {
			t.Fatalf("run %d printed\n%s\nand the first\n%s", i+1, got, want)
		}
	}
	if strings.ContainsRune(want, 0) || !strings.Contains(want, "2009-11-10 23:00:00\n") || !strings.Contains(want, "all done: é\n") {
		t.Errorf("it printed %q", want)
	}
}

// Output has the time of the fake clock.
func TestFakeClockTellsItsTime(t *testing.T) {
	needsSet(t, fakeSet)
	result := runJob(t, faked(`package main

import (
	"fmt"
	"time"
)

func main() {
	for i := range 3 {
		fmt.Print("tick ", i, "\n")
		time.Sleep(1500 * time.Millisecond)
	}
	println("end")
}
`))
	var at []float64
	for _, e := range result.Events {
		at = append(at, float64(int64(e.TMS)))
	}
	if len(at) != 4 || at[0] != 0 || at[1] != 1500 || at[2] != 3000 || at[3] != 4500 {
		t.Errorf("output came at %v ms: %v", at, result.Events)
	}
	if result.Usage.WallMS > 60_000 {
		t.Errorf("it really took %v ms", result.Usage.WallMS)
	}
}

func TestFakeClockSeesDeadlocksAndPanics(t *testing.T) {
	needsSet(t, fakeSet)
	result := runJob(t, faked("package main\n\nimport \"time\"\n\nfunc main() {\n\ttime.Sleep(time.Hour)\n\tselect {}\n}\n"))
	if result.Status != sandbox.StatusDeadlock || len(result.Diagnostics) == 0 || result.Diagnostics[0].Line != 7 {
		t.Errorf("%s %v", result.Status, result.Diagnostics)
	}
	result = runJob(t, faked("package main\n\nimport \"time\"\n\nfunc main() {\n\ttime.Sleep(time.Hour)\n\tpanic(\"late\")\n}\n"))
	if result.Status != sandbox.StatusRuntimeError || len(result.Diagnostics) == 0 || result.Diagnostics[0].Line != 7 {
		t.Errorf("%s %v", result.Status, result.Diagnostics)
	}
}

// Time does not pass while a program computes, so a loop that waits for it
// goes on until the real clock ends it.
func TestFakeClockAndTheTimeLimit(t *testing.T) {
	needsSet(t, fakeSet)
	job := faked("package main\n\nimport \"time\"\n\nfunc main() {\n\tfor start := time.Now(); time.Since(start) < time.Second; {\n\t}\n}\n")
	job.Limits.Wall, job.Limits.CPU = time.Minute, 500*time.Millisecond
	result := runJob(t, job)
	if n := len(result.Diagnostics); result.Status != sandbox.StatusTimeLimit || n == 0 || result.Diagnostics[n-1].Code != "runtime:clock" {
		t.Errorf("%s %v", result.Status, result.Diagnostics)
	}
	if text := printed(result, sandbox.Stderr); text != "" {
		t.Errorf("the dump is on stderr: %q", text)
	}
}

func TestFakeClockIsRefusedWhereItMeansNothing(t *testing.T) {
	for name, change := range map[string]func(*sandbox.Job){
		"race detector": func(j *sandbox.Job) { j.Race = true },
		"trace":         func(j *sandbox.Job) { j.Trace = true },
		"synctest":      func(j *sandbox.Job) { j.Clock = sandbox.ClockSynctest },
	} {
		job := faked("package main\n\nfunc main() {}\n")
		change(&job)
		result := runJob(t, job)
		if result.Status != sandbox.StatusRefused || result.Diagnostics[0].Code != "refused:clock" || !strings.Contains(result.Diagnostics[0].Message, name) {
			t.Errorf("with %s: %s %v", name, result.Status, result.Diagnostics)
		}
	}
}
