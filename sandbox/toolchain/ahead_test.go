package toolchain

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// needsComplete returns the engine with all of the standard library prepared.
func needsComplete(t *testing.T) *Engine {
	t.Helper()
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err == nil {
		// Whether there is such a package is known when all are there.
		_, err = l.await(t.Context(), []string{"no/such/package"}, func(int, int) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// aheadJob is a job of a person with a text that no other test has.
func aheadJob(t *testing.T, who, text string) sandbox.Job {
	t.Helper()
	body := fmt.Sprintf("package main\n\n// %s %d\n%s", t.Name(), time.Now().UnixNano(), text)
	return sandbox.Job{Key: who, Files: []sandbox.File{{Name: "main.go", Content: body}}}
}

const aheadHello = "func main() { println(1) }\n"

func goAhead(t *testing.T, e *Engine, job sandbox.Job) sandbox.Ahead {
	t.Helper()
	what, err := e.Ahead(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return what
}

// A program that was built ahead is found by the run, for each kind with its
// own flags.
func TestAhead(t *testing.T) {
	e := needsComplete(t)
	plain := aheadJob(t, "ann", aheadHello)
	traced := plain
	traced.Trace = true
	profiled := plain
	profiled.Kind, profiled.Profile = sandbox.KindProfile, "heap"
	tests := aheadJob(t, "ann", "import \"testing\"\n\nfunc TestOne(*testing.T) {}\n")
	tests.Kind, tests.Files[0].Name = sandbox.KindTest, "one_test.go"
	for name, job := range map[string]sandbox.Job{"plain": plain, "traced": traced, "profiled": profiled, "tests": tests} {
		if what := goAhead(t, e, job); what != sandbox.AheadBuilt {
			t.Errorf("%s: %s, want built", name, what)
		}
		if what := goAhead(t, e, job); what != sandbox.AheadThere {
			t.Errorf("%s: %s, want there", name, what)
		}
		if res := runJob(t, job); !res.Cached || res.Status != sandbox.StatusOK {
			t.Errorf("%s: cached %v, status %s: %v", name, res.Cached, res.Status, res.Diagnostics)
		}
	}
}

// What is refused, or does not type-check, or runs nothing, is not built.
func TestNotAhead(t *testing.T) {
	e := needsComplete(t)
	asm := aheadJob(t, "ann", aheadHello)
	asm.Kind = sandbox.KindAsm
	fresh := aheadJob(t, "ann", aheadHello)
	fresh.Fresh = true
	for name, job := range map[string]sandbox.Job{
		"type error": aheadJob(t, "ann", "func main() { x := 1 }\n"),
		"refused":    aheadJob(t, "ann", "import \"C\"\n\nfunc main() {}\n"),
		"no main":    aheadJob(t, "ann", "func other() {}\n"),
		"syntax":     aheadJob(t, "ann", "func main( {}\n"),
		"asm":        asm,
		"fresh":      fresh,
	} {
		before := len(programsOf(t, e))
		if what := goAhead(t, e, job); what != sandbox.AheadNot {
			t.Errorf("%s: %s, want not", name, what)
		}
		if after := len(programsOf(t, e)); after != before {
			t.Errorf("%s: %d programs are in the cache, before %d", name, after, before)
		}
	}
}

// While anything runs or waits nothing is built ahead.
func TestAheadOnlyWhenIdle(t *testing.T) {
	e := needsComplete(t)
	leave, err := e.lane.Enter(t.Context(), "ben", func(sandbox.Queue) {})
	if err != nil {
		t.Fatal(err)
	}
	job := aheadJob(t, "ann", aheadHello)
	if what := goAhead(t, e, job); what != sandbox.AheadBusy {
		t.Errorf("%s while a run goes on, want busy", what)
	}
	leave()
	if what := goAhead(t, e, job); what != sandbox.AheadBuilt {
		t.Errorf("%s when it has ended, want built", what)
	}
}

// endlessJob takes the compiler longer than it may. It is a test, since the
// types of a program like it take too long to check, so that it is not built.
func endlessJob(t *testing.T, who string) sandbox.Job {
	t.Helper()
	text := "type t0 struct{ a, b int }\n\n"
	for i := range 30 {
		text += fmt.Sprintf("type t%d struct{ a, b t%d }\n\n", i+1, i)
	}
	job := aheadJob(t, who, "import \"testing\"\n\nfunc TestEqual(t *testing.T) { var x, y *t30; t.Log(*x == *y) }\n\n"+text)
	job.Kind, job.Files[0].Name = sandbox.KindTest, "equal_test.go"
	return job
}

// slowJob takes the compiler a good part of a second.
func slowJob(t *testing.T, who string) sandbox.Job {
	t.Helper()
	text := "func main() { println(f0([]int{1}, []int{2})) }\n"
	for i := range 400 {
		text += fmt.Sprintf("func f%d(a, b []int) (n int) { for i, x := range a { if x > b[i%%len(b)] { n += x * %d } else { n -= b[0] } }; return n }\n", i, i)
	}
	return aheadJob(t, who, text)
}

// begun starts a build ahead and waits until it is under way. What comes of it
// comes on the channel.
func begun(t *testing.T, ctx context.Context, e *Engine, job sandbox.Job) <-chan sandbox.Ahead {
	t.Helper()
	done := make(chan sandbox.Ahead, 1)
	go func() {
		what, err := e.Ahead(ctx, job)
		if err != nil {
			t.Error(err)
		}
		done <- what
	}()
	for {
		e.ahead.mu.Lock()
		b := e.ahead.builds[job.Key]
		e.ahead.mu.Unlock()
		if b != nil {
			return done
		}
		select {
		case what := <-done:
			t.Fatalf("it ended with %s before it was seen", what)
		case <-time.After(time.Millisecond):
		}
	}
}

// joined waits until a run waits for the build of a job, or there is none.
func joined(t *testing.T, e *Engine, job sandbox.Job) {
	t.Helper()
	for claimed := false; !claimed; time.Sleep(time.Millisecond) {
		e.ahead.mu.Lock()
		b := e.ahead.builds[job.Key]
		claimed = b == nil || b.claims > 0
		e.ahead.mu.Unlock()
	}
}

// A run of the same text joins the build that goes on; what was asked for
// ahead and is no longer wanted by who asked is not taken from it.
func TestRunJoinsAhead(t *testing.T) {
	e := needsComplete(t)
	job := slowJob(t, "ann")
	ctx, gone := context.WithCancel(t.Context())
	done := begun(t, ctx, e, job)
	ended := make(chan *sandbox.Result, 1)
	go func() {
		res, err := e.Run(t.Context(), job, nil)
		if err != nil {
			t.Error(err)
		}
		ended <- res
	}()
	joined(t, e, job)
	gone()
	if what := <-done; what != sandbox.AheadBuilt {
		t.Errorf("the build that was joined: %s, want built", what)
	}
	if res := <-ended; res == nil || !res.Cached || res.Status != sandbox.StatusOK {
		t.Errorf("the run that joined: %+v", res)
	}
}

// A run of anything else ends what nobody waits for, and so do a newer text of
// the same person and the end of the request.
func TestAheadMakesWay(t *testing.T) {
	e := needsComplete(t)
	done := begun(t, t.Context(), e, endlessJob(t, "ann"))
	runJob(t, aheadJob(t, "ben", aheadHello))
	if what := <-done; what != sandbox.AheadBusy {
		t.Errorf("when another ran: %s, want busy", what)
	}
	done = begun(t, t.Context(), e, endlessJob(t, "ann"))
	if what := goAhead(t, e, aheadJob(t, "ann", aheadHello)); what != sandbox.AheadBuilt {
		t.Errorf("the newer text: %s, want built", what)
	}
	if what := <-done; what != sandbox.AheadBusy {
		t.Errorf("the older text: %s, want busy", what)
	}
	ctx, gone := context.WithCancel(t.Context())
	done = begun(t, ctx, e, endlessJob(t, "ann"))
	gone()
	if what := <-done; what != sandbox.AheadBusy {
		t.Errorf("when who asked has gone: %s, want busy", what)
	}
}

// When the run that waits for a build is stopped, too, the build ends.
func TestAheadEndsWithTheLast(t *testing.T) {
	e := needsComplete(t)
	job := endlessJob(t, "ann")
	ctx, gone := context.WithCancel(t.Context())
	done := begun(t, ctx, e, job)
	stopped := make(chan *sandbox.Result, 1)
	running, stop := context.WithCancel(t.Context())
	go func() {
		res, err := e.Run(running, job, nil)
		if err != nil {
			t.Error(err)
		}
		stopped <- res
	}()
	joined(t, e, job)
	gone()
	stop()
	if what := <-done; what != sandbox.AheadBusy {
		t.Errorf("the build: %s, want busy", what)
	}
	if res := <-stopped; res == nil || res.Status != sandbox.StatusKilled {
		t.Errorf("the run: %+v", res)
	}
}

// What was built for a text that has changed since is the first to be swept.
func TestAheadIsSwept(t *testing.T) {
	e := needsComplete(t)
	first, second := aheadJob(t, "cleo", aheadHello), aheadJob(t, "cleo", aheadHello)
	before := programsOf(t, e)
	goAhead(t, e, first)
	var key string
	for name := range programsOf(t, e) {
		if _, old := before[name]; !old {
			key = name
		}
	}
	goAhead(t, e, second)
	if at := programsOf(t, e)[key]; time.Since(at) < time.Hour {
		t.Errorf("the program that nobody wants was wanted at %v", at)
	}
	if res := runJob(t, first); !res.Cached {
		t.Error("it is still there, and was built again")
	}
	if at := programsOf(t, e)[key]; time.Since(at) > time.Hour {
		t.Errorf("it was run, and counts as wanted at %v", at)
	}
}

// Prime builds what it is given while nothing runs, and counts.
func TestPrime(t *testing.T) {
	e := needsComplete(t)
	done, total := e.Primed()
	jobs := []sandbox.Job{
		aheadJob(t, "", aheadHello), aheadJob(t, "", "func main() { x := 1 }\n"), aheadJob(t, "", "func main() { println(2) }\n"),
	}
	e.Prime(t.Context(), jobs, time.Millisecond)
	if d, n := e.Primed(); d-done != 2 || n-total != 2 {
		t.Errorf("%d of %d are there, want 2 of 2: the other does not compile", d-done, n-total)
	}
	for _, i := range []int{0, 2} {
		if res := runJob(t, jobs[i]); !res.Cached {
			t.Errorf("job %d was not primed", i)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	e.Prime(ctx, []sandbox.Job{aheadJob(t, "", aheadHello)}, time.Hour)
	if d, n := e.Primed(); d-done != 2 || n-total != 3 {
		t.Errorf("when it was stopped: %d of %d, want 2 of 3", d-done, n-total)
	}
}

// programsOf are the programs in the cache and when each was wanted last.
func programsOf(t *testing.T, e *Engine) map[string]time.Time {
	t.Helper()
	entries, err := os.ReadDir(e.binaries.dir)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]time.Time{}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && isProgram(entry.Name()) {
			list[entry.Name()] = info.ModTime()
		}
	}
	return list
}
