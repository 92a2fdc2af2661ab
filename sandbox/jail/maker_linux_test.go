package jail

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"course/tutor/sandbox/jail/reexec"
)

// The process that makes children may die: those it made go on, and the next
// is made all the same.
func TestMakerDies(t *testing.T) {
	needsLayers(t, UserNS)
	m := machine().maker
	p, err := Start(context.Background(), Spec{Path: targetOf(t), Args: []string{"prog", "sleep", "500"}})
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	maker := m.pid
	m.mu.Unlock()
	if maker == 0 || stateOf(maker) == "" {
		t.Fatal("the child was not made by a maker")
	}
	proc, err := os.FindProcess(maker)
	if err != nil {
		t.Fatal(err)
	}
	if err := proc.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for stateOf(maker) != "" {
		time.Sleep(time.Millisecond)
	}
	for range 2 {
		if r := run(t, Spec{}, "hello"); r.Stdout != "hello\n" {
			t.Errorf("%+v", r)
		}
	}
	if exit, err := p.Wait(); err != nil || exit.Code != 0 || exit.Wall < 500*time.Millisecond {
		t.Errorf("the process that it had made: %+v %v", exit, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pid == maker || m.socket == nil {
		t.Error("no other maker was started")
	}
}

// However often it dies, nothing of it stays: no process, thread, goroutine or
// socket.
func TestMakersLeaveNothing(t *testing.T) {
	needsLayers(t, UserNS)
	m := machine().maker
	die := func() {
		t.Helper()
		if r := run(t, Spec{}, "hello"); r.Stdout != "hello\n" { // which needs one
			t.Fatalf("%+v", r)
		}
		m.mu.Lock()
		pid := m.pid
		m.mu.Unlock()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for stateOf(pid) != "" {
			time.Sleep(time.Millisecond)
		}
		for range 100 { // one of them notices: a child that was kept ready needs no maker
			run(t, Spec{}, "hello")
			m.mu.Lock()
			revived := m.socket != nil && m.pid != pid
			m.mu.Unlock()
			if revived {
				return
			}
		}
		t.Fatal("no other maker was started")
	}
	die()
	before, goroutines := resources(t), runtime.NumGoroutine()
	for range 5 {
		die()
	}
	for range 100 {
		if runtime.NumGoroutine() <= goroutines {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines before, %d after", goroutines, n)
	}
	for what, n := range resources(t) {
		if n > before[what] {
			t.Errorf("%d %s before, %d after", before[what], what, n)
		}
	}
}

// A maker that dies after it has made a child and before it has said so leaves
// one that nobody knows. It is ended, and the program starts all the same.
func TestMakerDiesWithAChild(t *testing.T) {
	t.Run("our own binary", testMakerDiesWithAChild)
	t.Run("the small one", func(t *testing.T) {
		own, err := os.ReadFile(reexec.Self)
		if err != nil {
			t.Fatal(err)
		}
		small := filepath.Join(t.TempDir(), "small")
		if err := os.WriteFile(small, own, 0o755); err != nil {
			t.Fatal(err)
		}
		before := childExe.Swap(&small)
		defer func() {
			childExe.Store(before)
			run(t, Spec{}, "hello")
		}()
		testMakerDiesWithAChild(t)
	})
}

func testMakerDiesWithAChild(t *testing.T) {
	needsLayers(t, UserNS)
	LetGo()
	run(t, Spec{}, "hello") // there is a maker
	before := resources(t)
	m := machine().maker
	known := map[int]bool{}
	for _, id := range ownChildren() {
		known[id] = true
	}
	orphans := 0
	for range 20 {
		m.mu.Lock()
		pid := m.pid
		m.mu.Unlock()
		stop, done := make(chan bool), make(chan bool)
		go func() { // kills it as soon as it has made a child
			defer close(done)
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, id := range ownChildren() {
					if !known[id] {
						_ = syscall.Kill(pid, syscall.SIGKILL)
						orphans++
						return
					}
				}
			}
		}()
		if r := run(t, Spec{}, "hello"); r.Stdout != "hello\n" {
			t.Fatalf("%+v", r)
		}
		close(stop)
		<-done
		run(t, Spec{}, "hello")
		m.mu.Lock()
		known[m.pid] = true
		m.mu.Unlock()
	}
	if orphans == 0 {
		t.Fatal("no maker was killed")
	}
	for what, n := range resources(t) {
		if n > before[what] {
			t.Errorf("%d %s before, %d after", before[what], what, n)
		}
	}
}
