package jail

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// target is the program that tests confine, built once.
var target = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "jail-target-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	exe := filepath.Join(dir, "target")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", exe, "./testdata/target")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", &os.PathError{Op: string(out), Path: "testdata/target", Err: err}
	}
	return exe, nil
})

func TestMain(m *testing.M) {
	if exe := os.Getenv("JAIL_TEST_PARENT"); exe != "" {
		beParent(exe)
		return
	}
	code := m.Run()
	if exe, err := target(); err == nil {
		_ = os.RemoveAll(filepath.Dir(exe))
	}
	os.Exit(code)
}

// ran is what one confined process did.
type ran struct {
	Exit
	Stdout, Stderr string
}

// run confines one act of the target and waits for its end.
func run(t testing.TB, spec Spec, act ...string) ran {
	t.Helper()
	return runOn(t, machine(), spec, act...)
}

func runOn(t testing.TB, h *host, spec Spec, act ...string) ran {
	t.Helper()
	exe := targetOf(t)
	if spec.Path == "" && len(spec.Steps) == 0 {
		spec.Path = exe
		spec.Args = append([]string{"prog"}, act...)
	}
	var r ran
	var wait sync.WaitGroup
	spec.Stdout = pipe(t, &wait, &r.Stdout)
	spec.Stderr = pipe(t, &wait, &r.Stderr)
	p, err := h.start(context.Background(), spec)
	_ = spec.Stdout.Close()
	_ = spec.Stderr.Close()
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit, err = p.Wait(); err != nil {
		t.Fatal(err)
	}
	wait.Wait()
	return r
}

func pipe(t testing.TB, wait *sync.WaitGroup, into *string) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	wait.Go(func() {
		data, _ := io.ReadAll(r)
		_ = r.Close()
		*into = string(data)
	})
	return w
}

func TestStart(t *testing.T) {
	r := run(t, Spec{Env: []string{"A=1"}}, "env")
	if got, want := strings.TrimSpace(r.Stdout), "1 0 1000 sandbox /tmp A=1"; got != want || r.Code != 0 {
		t.Errorf("got %q %q, exit %+v; want %q", r.Stdout, r.Stderr, r.Exit, want)
	}
	if r = run(t, Spec{}, "exit", "3"); r.Code != 3 {
		t.Errorf("exit code %d, want 3", r.Code)
	}
	t.Logf("%+v", r.Exit)
}

func TestBuildRunsStepsAndCollects(t *testing.T) { testBuild(t, machine()) }

func testBuild(t *testing.T, h *host) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	spec := Spec{
		Profile: Build,
		Binds:   []Bind{{Host: targetOf(t), Inside: "/tools/target", Exec: true}},
		Files:   []File{{Path: "/src/p/a.go", Data: []byte("path=/src/p/a.go"), Paths: true}},
		Steps: []Step{
			{Name: "one", Exe: "/tools/target", Args: []string{"t", "copy", "/src/p/a.go", "/tmp/a.o"}},
			{Name: "two", Exe: "/tools/target", Args: []string{"t", "copy", "/tmp/a.o", "/tmp/b.o"}},
		},
		Collect: []Collect{{Path: "/tmp/b.o", To: out}},
	}
	r := runOn(t, h, spec)
	if r.Code != 0 || len(r.Steps) != 2 || r.Steps[1].Name != "two" || r.Steps[1].Code != 0 {
		t.Fatalf("exit %+v, stderr %q", r.Exit, r.Stderr)
	}
	data, _ := os.ReadFile(out.Name())
	where, ok := strings.CutPrefix(string(data), "path=")
	if !ok || !strings.HasSuffix(where, "/src/p/a.go") || h.layers[Root] != (where == "/src/p/a.go") {
		t.Errorf("collected %q", data)
	}
	spec.Steps[0].Args = []string{"t", "exit", "3"}
	spec.Collect = nil
	if r = runOn(t, h, spec); r.Code != 3 || len(r.Steps) != 1 || r.Steps[0].Code != 3 {
		t.Errorf("after a step that fails: %+v", r.Exit)
	}
	spec.Steps[0].Args = []string{"t", "symlink", "/tmp/link"}
	spec.Steps[1].Args = []string{"t", "nothing"}
	spec.Collect = []Collect{{Path: "/tmp/link", To: out}}
	if err := startAndWait(h, spec); err == nil || !strings.Contains(err.Error(), "collect") {
		t.Errorf("followed a link: %v", err)
	}
}

// TestDriverIsOutOfReach: what runs the steps of a build is our own process, which
// lives on beside them. They are confined as any program is, have none of its
// descriptors and cannot look into it; each of its threads has the filter.
func TestDriverIsOutOfReach(t *testing.T) {
	needsLayers(t, Root, PID, Seccomp)
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	build := func(act ...string) Spec {
		return Spec{
			Profile: Build,
			Binds:   []Bind{{Host: targetOf(t), Inside: "/tools/target", Exec: true}},
			Steps:   []Step{{Name: "one", Exe: "/tools/target", Args: append([]string{"t"}, act...)}},
			Collect: []Collect{{Path: "/tools/target", To: out}},
		}
	}
	for _, act := range [][]string{{"list", "/proc/1/fd"}, {"cat", "/proc/1/maps"}, {"cat", "/proc/1/mem"}, {"cat", "/proc/1/environ"}, {"unix"}} {
		if r := runOn(t, machine(), build(act...)); r.Code != 1 || !strings.Contains(r.Stdout, "denied") && !strings.Contains(r.Stdout, "not permitted") {
			t.Errorf("%v: %+v", act, r)
		}
	}
	const filtered, powerless = "NoNewPrivs:\t1\nSeccomp:\t2\n", "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
	if r := runOn(t, machine(), build("cat", "/proc/self/status")); !strings.Contains(r.Stdout, filtered) || !strings.Contains(r.Stdout, powerless) {
		t.Errorf("a step is not confined: %+v", r)
	}
	r := runOn(t, machine(), build("fds"))
	for line := range strings.Lines(r.Stdout) {
		if n, link, _ := strings.Cut(strings.TrimSpace(line), " "); n > "2" && !strings.HasPrefix(link, "/proc/") && !strings.HasPrefix(link, "anon_inode:") {
			t.Errorf("a step has descriptor %s: %s", n, link)
		}
	}
	spec := build("sleep", "60000")
	p, err := machine().start(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.PID()))
	if err != nil || len(threads) == 0 {
		t.Fatal(threads, err)
	}
	_, _, errno := syscall.AllThreadsSyscall(syscall.SYS_GETPID, 0, 0, 0)
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), filtered) || errno != syscall.ENOTSUP && !strings.Contains(string(text), powerless) {
			t.Errorf("%v, a thread of the driver: %s", err, text)
		}
	}
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	if _, err := p.Wait(); err != nil {
		t.Error(err)
	}
}

func startAndWait(h *host, spec Spec) error {
	p, err := h.start(context.Background(), spec)
	if err != nil {
		return err
	}
	_, err = p.Wait()
	return err
}

func TestStartSaysWhy(t *testing.T) {
	for want, spec := range map[string]Spec{
		"no such file":       {Path: filepath.Join(t.TempDir(), "none"), Args: []string{"x"}},
		"no path":            {},
		"argv[0] is missing": {Path: "/bin/true"},
		"clean absolute":     {Path: "/bin/true", Args: []string{"x"}, Binds: []Bind{{Host: "/bin", Inside: "../x"}}},
		"not below":          {Path: "/bin/true", Args: []string{"x"}, Files: []File{{Path: "/app/x"}}},
		"only a Build":       {Steps: []Step{{}}},
	} {
		if err := startAndWait(machine(), spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }
