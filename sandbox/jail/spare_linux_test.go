package jail

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// needsSpare waits until a child is kept ready and returns it.
func needsSpare(t *testing.T) *spare {
	t.Helper()
	needsLayers(t, UserNS)
	run(t, Spec{}, "nothing") // after which the next is wanted
	h := machine()
	if !(&launch{host: h, on: h.layers}).mayUseSpare() || h.cgroups.unified {
		lacking(t, "no child can be kept ready: it would have to be born in its cgroup")
	}
	for {
		h.spares.mu.Lock()
		s, wanted := h.spares.ready, h.spares.next
		h.spares.mu.Unlock()
		if s != nil {
			return s
		}
		if wanted == nil {
			t.Fatal("no child is ready, and none is wanted")
		}
		time.Sleep(time.Millisecond)
	}
}

// TestSpareIsUsed: the child that is kept ready becomes the target, as confined
// as any other and with the descriptors that it is given, and no other.
func TestSpareIsUsed(t *testing.T) {
	s := needsSpare(t)
	p, err := machine().start(context.Background(), Spec{Path: targetOf(t), Args: []string{"prog", "sleep", "60000"}})
	if err != nil {
		t.Fatal(err)
	}
	if p.PID() != s.proc.Pid {
		t.Errorf("process %d is the target, %d was kept ready", p.PID(), s.proc.Pid)
	}
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	if _, err := p.Wait(); err != nil {
		t.Error(err)
	}
	for _, test := range []func(*testing.T){TestEveryThreadIsConfined, TestOnlyItselfInProc, TestNoDescriptorLeaks, TestExtraDescriptorsArrive, TestBuildRunsStepsAndCollects} {
		needsSpare(t)
		test(t)
	}
}

// TestSpareIsKilled: when the child that is kept ready has been killed, another
// is made, and nobody notices.
func TestSpareIsKilled(t *testing.T) {
	s := needsSpare(t)
	if err := s.proc.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := awaitExit(s.proc.Pid); err != nil {
		t.Fatal(err)
	}
	if r := run(t, Spec{}, "exit", "3"); r.Code != 3 {
		t.Errorf("the next one ended with %+v", r.Exit)
	}
}

// TestSpareEndsWithUs: it ends when nobody is left who could tell it anything.
func TestSpareEndsWithUs(t *testing.T) {
	needsSpare(t)
	s := machine().newSpare()
	if s == nil {
		t.Fatal("none can be made")
	}
	if err := s.control.Close(); err != nil {
		t.Fatal(err)
	}
	if state, err := s.proc.Wait(); err != nil || !strings.Contains(state.String(), "exit status") {
		t.Errorf("it ended with %v: %v", state, err)
	}
}

// TestLetGo: nothing is kept then, and nothing comes after it.
func TestLetGo(t *testing.T) {
	s := needsSpare(t)
	LetGo()
	if err := syscall.Kill(s.proc.Pid, 0); err == nil {
		t.Error("the child is still there")
	}
	run(t, Spec{}, "nothing")
	LetGo()
	if machine().spares.ready != nil || machine().spares.next != nil {
		t.Error("a child is ready or wanted")
	}
}

// TestSpareSeesNewMounts: what was mounted after a child was made can be bound
// all the same.
func TestSpareSeesNewMounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root, whose run of this test counts")
	}
	needsLayers(t, Root)
	old := needsSpare(t)
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		lacking(t, "a small file system cannot be mounted: "+err.Error())
	}
	defer func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	file := filepath.Join(dir, "words")
	if err := os.WriteFile(file, []byte("later"), 0o644); err != nil {
		t.Fatal(err)
	}
	machine().spares.mu.Lock()
	kept := machine().spares.ready == old
	machine().spares.mu.Unlock()
	if !kept {
		t.Fatal("the child that was made before is not ready any more")
	}
	r := run(t, Spec{Binds: []Bind{{Host: file, Inside: "/words"}}}, "cat", "/words")
	if r.Code != 0 || r.Stdout != "later" {
		t.Errorf("it ended with %+v and printed %q", r.Exit, r.Stdout)
	}
}

// TestMissingBindIsTold: with a child that was kept ready and without one.
func TestMissingBindIsTold(t *testing.T) {
	needsLayers(t, Root)
	needsSpare(t)
	for range 2 {
		_, err := machine().start(t.Context(), Spec{Path: targetOf(t), Args: []string{"prog", "nothing"}, Binds: []Bind{{Host: "/not/there", Inside: "/words"}}})
		var failed *setupError
		if !errors.As(err, &failed) || !strings.Contains(err.Error(), "/not/there") || errors.Is(err, errStale) {
			t.Errorf("it was told: %v", err)
		}
	}
}
