package toolchain

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

func TestCache(t *testing.T) {
	text := "package main\n\nfunc main() { println(\"" + newID() + "\") }\n"
	first := runJob(t, program(text))
	if first.Cached || first.Timing.LinkMS <= 0 {
		t.Errorf("the first run: cached %v, timing %+v", first.Cached, first.Timing)
	}
	again := runJob(t, program(text))
	if !again.Cached || again.Timing.LinkMS != 0 || printed(again, sandbox.Stderr) != printed(first, sandbox.Stderr) {
		t.Errorf("the same again: cached %v, timing %+v", again.Cached, again.Timing)
	}
	fresh := program(text)
	fresh.Fresh = true
	if r := runJob(t, fresh); r.Cached {
		t.Error("a fresh build was taken from the cache")
	}
	if r := runJob(t, program(text+"\n")); r.Cached {
		t.Error("another text was taken from the cache")
	}
	renamed := program(text)
	renamed.Files[0].Name = "other.go"
	if r := runJob(t, renamed); r.Cached {
		t.Error("another file name, which panics would show, was taken from the cache")
	}
}

func TestCacheIsBounded(t *testing.T) {
	b, err := openBinaries(t.TempDir(), 8<<10)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		f, err := b.create()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(make([]byte, 2<<10)); err != nil {
			t.Fatal(err)
		}
		key := "key" + itoa(i)
		if err := b.commit(f, key); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		old, key := time.Now().Add(-time.Hour+time.Duration(i)*time.Second), "key"+itoa(i)
		if err := os.Chtimes(b.path(key), old, old); err != nil {
			t.Fatal(err)
		}
	}
	b.hold("key0")
	b.sweep(b.most)
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) > 10 || b.look("key0") != whole || b.look("key9") != whole || b.look("key1") != absent {
		t.Errorf("%d files are left; the program in use: %v, the newest: %v, an old one: %v", len(entries), b.look("key0"), b.look("key9"), b.look("key1"))
	}
}

// slowToCompile takes the compiler many seconds.
const slowToCompile = `package main

type T0 struct{ a, b int }
type T1 struct{ a, b T0 }
type T2 struct{ a, b T1 }
type T3 struct{ a, b T2 }
type T4 struct{ a, b T3 }
type T5 struct{ a, b T4 }
type T6 struct{ a, b T5 }
type T7 struct{ a, b T6 }
type T8 struct{ a, b T7 }
type T9 struct{ a, b T8 }
type U0 struct{ a, b T9 }
type U1 struct{ a, b U0 }
type U2 struct{ a, b U1 }
type U3 struct{ a, b U2 }
type U4 struct{ a, b U3 }
type U5 struct{ a, b U4 }
type U6 struct{ a, b U5 }
type U7 struct{ a, b U6 }
type U8 struct{ a, b U7 }
type U9 struct{ a, b U8 }
type V0 struct{ a, b U9 }
type V1 struct{ a, b V0 }
type V2 struct{ a, b V1 }
type V3 struct{ a, b V2 }
type V4 struct{ a, b V3 }
type V5 struct{ a, b V4 }
type V6 struct{ a, b V5 }
type V7 struct{ a, b V6 }
type V8 struct{ a, b V7 }

var x, y V8

func main() { println(x == y) }
`

// TestCancel stops a run in every phase: it ends as killed, soon, and leaves
// nothing running.
func TestCancel(t *testing.T) {
	e := needsEngine(t)
	before := children(t)
	sleeper := program("package main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nfunc main() { fmt.Println(1); time.Sleep(time.Hour) }\n")
	sleeper.Limits.Wall = time.Hour
	phases := []struct {
		name  string
		job   sandbox.Job
		event func(sandbox.Event) bool // when to cancel
		wait  time.Duration
	}{
		{"compile", program(slowToCompile), func(e sandbox.Event) bool { return e.Build != nil && e.Build.Phase == "compile" }, 300 * time.Millisecond},
		{"run", sleeper, func(e sandbox.Event) bool { return e.Out != nil }, 0},
	}
	for _, phase := range phases {
		t.Run(phase.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r, err := e.Run(ctx, phase.job, func(event sandbox.Event) {
				if phase.event(event) {
					time.AfterFunc(phase.wait, cancel)
				}
			})
			if err != nil || r.Status != sandbox.StatusKilled {
				t.Errorf("%v %+v", err, r)
			}
			if n := children(t); n > before {
				t.Errorf("%d processes are left", n-before)
			}
		})
	}
	t.Run("queue", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		one := &Engine{config: e.config, lane: sandbox.NewLane(1), binaries: e.binaries, cpus: e.cpus, measured: e.measured, library: e.library, ctx: e.ctx, stop: func() {}}
		leave, err := one.lane.Enter(ctx, "somebody", func(sandbox.Queue) {})
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
		place := 0
		r, err := one.Run(ctx, program("package main\nfunc main() {}\n"), func(event sandbox.Event) {
			if event.Queue != nil {
				place = event.Queue.Place
				cancel()
			}
		})
		if err != nil || r.Status != sandbox.StatusKilled || place != 1 {
			t.Errorf("%v %+v, place %d", err, r, place)
		}
	})
	t.Run("prepare", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		empty, err := New(Config{DataDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		r, err := empty.Run(ctx, program("package main\nfunc main() {}\n"), func(event sandbox.Event) {
			if event.Build != nil && event.Build.Phase == "prepare" && event.Build.Done > 0 {
				cancel()
			}
		})
		empty.Close()
		if err != nil || r.Status != sandbox.StatusKilled {
			t.Errorf("%v %+v", err, r)
		}
	})
}

func TestNoGo(t *testing.T) {
	e, err := New(Config{DataDir: t.TempDir(), Go: filepath.Join(t.TempDir(), "go")})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Run(t.Context(), program("package main\nfunc main() {}\n"), nil); !errors.Is(err, ErrNoGo) {
		t.Errorf("Run: %v, want %v", err, ErrNoGo)
	}
	if r := e.Doctor(t.Context()); r.Go.Version != "" || !strings.Contains(r.Problem, "go.dev/dl") {
		t.Errorf("Doctor: %+v", r)
	}
}

// TestAskGoAgrees compares what we read off the files of Go with what the go
// command says.
func TestAskGoAgrees(t *testing.T) {
	command := lookGo()
	if command == "" {
		lacking(t, "there is no go command")
	}
	asked, err := askGo(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	read, err := readGo(command)
	if err != nil {
		t.Skipf("this Go does not lie as it is distributed: %v", err)
	}
	read.Command = asked.Command
	if *asked != *read {
		t.Errorf("asked: %+v\nread: %+v", asked, read)
	}
}

// TestAnotherGo notices a compiler that was replaced under us.
func TestAnotherGo(t *testing.T) {
	tool := &goTool{ToolDir: t.TempDir(), GOOS: runtime.GOOS}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(tool.tool("compile"), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("old")
	tool.compiler = stampOf(tool.tool("compile"))
	if !tool.current() {
		t.Error("the same compiler is taken for another")
	}
	write("newer")
	if tool.current() {
		t.Error("another compiler is taken for the same")
	}
	if err := os.Remove(tool.tool("compile")); err != nil {
		t.Fatal(err)
	}
	if tool.current() {
		t.Error("no compiler is taken for the same")
	}
}

// TestFullDisk runs out of space where programs are kept: an error of ours,
// with the reason.
func TestFullDisk(t *testing.T) {
	e := needsEngine(t)
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root, whose run of this test counts")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		lacking(t, "a small file system cannot be mounted: %s", out)
	}
	defer func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	}()
	small, err := openBinaries(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	full := &Engine{config: e.config, lane: sandbox.NewLane(1), binaries: small, cpus: e.cpus, measured: e.measured, library: e.library, ctx: e.ctx, stop: func() {}}
	_, err = full.Run(t.Context(), program("package main\nfunc main() {}\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("Run: %v, want that no space is left", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left over: %v %v", entries, err)
	}
}

// TestDamagedLibrary removes an archive: it is made again.
func TestDamagedLibrary(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	copyLibrary(t, data)
	e, err := New(Config{DataDir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hello := program("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n")
	if r, err := e.Run(t.Context(), hello, nil); err != nil || r.Status != sandbox.StatusOK {
		t.Fatalf("%v %+v", err, r)
	}
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(l.archive("fmt")); err != nil {
		t.Fatal(err)
	}
	hello.Fresh = true
	if r, err := e.Run(t.Context(), hello, nil); err != nil || r.Status != sandbox.StatusOK {
		t.Fatalf("after an archive was removed: %v %+v", err, r)
	}
}

// copyLibrary copies the plain library of the shared engine into another data
// folder, so that it need not be compiled there.
func copyLibrary(t *testing.T, data string) {
	t.Helper()
	l, err := needsEngine(t).standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// No such package: that is known when all of them are compiled.
	if _, err := l.await(t.Context(), []string{"no/such/package"}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(data, "toolchain", filepath.Base(l.dir)), os.DirFS(l.dir)); err != nil {
		t.Fatal(err)
	}
}
