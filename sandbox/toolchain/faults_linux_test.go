package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// childIDs are the processes that are our own, by number.
func childIDs(t *testing.T) map[int]bool {
	t.Helper()
	children(t) // which says where they cannot be listed
	files, _ := filepath.Glob("/proc/self/task/*/children")
	ids := map[int]bool{}
	for _, file := range files {
		data, _ := os.ReadFile(file)
		for _, word := range strings.Fields(string(data)) {
			id, _ := strconv.Atoi(word)
			ids[id] = true
		}
	}
	return ids
}

// killer ends new processes of ours from outside, at most so many, until stop.
func killer(t *testing.T, most int) (stop func() (killed int)) {
	t.Helper()
	known, done, count := childIDs(t), make(chan struct{}), make(chan int)
	go func() {
		killed := 0
		for {
			select {
			case <-done:
				count <- killed
				return
			case <-time.After(time.Millisecond):
			}
			for id := range childIDs(t) {
				if !known[id] && killed < most && syscall.Kill(id, syscall.SIGKILL) == nil {
					known[id] = true
					killed++
				}
			}
		}
	}()
	return func() int { close(done); return <-count }
}

// TestKilledFromOutside ends each kind of jailed process as an administrator
// or a kernel without memory would.
func TestKilledFromOutside(t *testing.T) {
	e := withLane(t, 2)
	if _, err := e.Run(t.Context(), program("package main\nfunc main() {}\n"), nil); err != nil {
		t.Fatal(err) // the process that makes jails is there now
	}
	t.Run("program", func(t *testing.T) {
		sleeper := program("package main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nfunc main() { fmt.Println(1); time.Sleep(time.Hour) }\n")
		sleeper.Limits.Wall = time.Hour
		known := childIDs(t)
		r, err := e.Run(t.Context(), sleeper, func(ev sandbox.Event) {
			if ev.Out == nil {
				return
			}
			for id := range childIDs(t) {
				if !known[id] {
					_ = syscall.Kill(id, syscall.SIGKILL)
				}
			}
		})
		if err != nil || r.Status != sandbox.StatusRuntimeError || r.Signal != "SIGKILL" || printed(r, sandbox.Stdout) != "1\n" {
			t.Fatalf("%v %+v", err, r)
		}
		if d := r.Diagnostics; len(d) != 1 || d[0].Code != "runtime:killed" || d[0].Explain == "" {
			t.Errorf("it says %+v", d)
		}
	})
	slow := program("package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\nfunc main() { fmt.Println(http.StatusTeapot) }\n")
	slow.Fresh = true
	for _, c := range []struct {
		name string
		most int
	}{{"compiler, once", 1}, {"compiler, always", 1000}} {
		t.Run(c.name, func(t *testing.T) {
			var stop func() int
			r, err := e.Run(t.Context(), slow, func(ev sandbox.Event) {
				if ev.Build != nil && ev.Build.Phase == "compile" {
					stop = killer(t, c.most)
				}
			})
			killed := stop()
			if killed == 0 {
				t.Fatal("nothing was killed")
			}
			if c.most > 1 {
				saysOfMachine(t, err, "from outside")
			} else if err != nil || r.Status != sandbox.StatusOK {
				t.Errorf("%v %+v", err, r)
			}
		})
	}
	t.Run("checker", func(t *testing.T) {
		defer e.warm.close()
		files := mainFile("package main\n\nfunc main() { x := 1 }\n")
		ask := func() {
			t.Helper()
			found, err := e.Diagnose(t.Context(), "somebody", files)
			if err != nil || len(found) != 1 || found[0].Code != "UnusedVar" {
				t.Errorf("%v %+v", err, found)
			}
		}
		known := childIDs(t)
		ask()
		for id := range childIDs(t) {
			if !known[id] {
				_ = syscall.Kill(id, syscall.SIGKILL)
			}
		}
		ask()
	})
	t.Run("helper", func(t *testing.T) {
		stop := killer(t, 1)
		_, _, err := e.Format(t.Context(), mainFile("package main\nfunc main() { }\n"))
		if killed := stop(); err != nil {
			t.Errorf("%d were killed: %v", killed, err)
		}
	})
}

// held is what runs could leave behind.
func held(t *testing.T) map[string]int {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	temp, _ := filepath.Glob(filepath.Join(os.TempDir(), "tutor-jail-*"))
	half, _ := filepath.Glob(filepath.Join(testData, "cache", "programs", "new-*"))
	return map[string]int{"processes": children(t), "descriptors": len(fds), "goroutines": runtime.NumGoroutine(),
		"temporary files": len(temp) + len(half)}
}

// TestNothingIsLeft stops runs of every kind at every event that they tell,
// twice at once, and holds what is there afterwards against what was before.
func TestNothingIsLeft(t *testing.T) {
	e := withLane(t, 2)
	tests := "package main\n\nimport (\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestA(t *testing.T) { t.Log(1) }\n\nfunc TestB(t *testing.T) { time.Sleep(time.Hour) }\n\nfunc BenchmarkA(b *testing.B) { for b.Loop() { _ = make([]byte, 8) } }\n"
	sleeper := program("package main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nfunc main() { fmt.Println(1); time.Sleep(time.Hour) }\n")
	of := func(kind sandbox.Kind, change func(*sandbox.Job)) sandbox.Job {
		job := sleeper
		job.Kind, job.Limits.Wall = kind, time.Hour
		if kind.Tests() {
			job.Files = []sandbox.File{{Name: "a_test.go", Content: tests}}
		}
		change(&job)
		return job
	}
	none := func(*sandbox.Job) {}
	jobs := map[string]sandbox.Job{
		"program": of(sandbox.KindProgram, none),
		"fresh":   of(sandbox.KindProgram, func(j *sandbox.Job) { j.Fresh, j.Vet = true, true }),
		"trace":   of(sandbox.KindProgram, func(j *sandbox.Job) { j.Trace = true }),
		"alone":   of(sandbox.KindProgram, func(j *sandbox.Job) { j.Alone = true }),
		"test":    of(sandbox.KindTest, none),
		"cover":   of(sandbox.KindCover, none),
		"bench":   of(sandbox.KindBench, func(j *sandbox.Job) { j.Args = []string{"-count=50"} }),
		"profile": of(sandbox.KindProfile, func(j *sandbox.Job) { j.Profile = "cpu" }),
	}
	stopAt := func(job sandbox.Job, nth int) (events int) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if nth == 0 {
			cancel() // before anything
		}
		r, err := e.Run(ctx, job, func(ev sandbox.Event) {
			if events++; events == nth || ev.Out != nil || ev.Test != nil { // there may be no more
				cancel()
			}
		})
		if err != nil || r.Status != sandbox.StatusKilled {
			t.Errorf("%s stopped at event %d: %v %+v", job.Kind, nth, err, r)
		}
		return events
	}
	for _, job := range jobs { // everything that is started once is there now
		stopAt(job, 2)
	}
	e.warm.close()
	before := held(t)
	for name, job := range jobs {
		var both sync.WaitGroup
		for nth := range 5 {
			if nth > 2 && name == "bench" {
				break // it tells of no more for long
			}
			both.Go(func() { stopAt(job, nth) })
		}
		both.Wait()
	}
	for range 4 { // what reads a learner's bytes, given up
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if _, err := e.Helper(ctx, "spin", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a helper that was given up: %v", err)
		}
		cancel()
	}
	e.warm.close()
	e.working.Wait()
	var after map[string]int
	for range 100 { // what was ended may take a moment to be gone
		worse := false
		after = held(t)
		for what, n := range after {
			worse = worse || n > before[what]
		}
		if !worse {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("before %v, after %v", before, after)
}
