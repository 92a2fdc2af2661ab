package jail

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
	exe, err := target()
	if err != nil {
		t.Fatal(err)
	}
	if spec.Path == "" && len(spec.Steps) == 0 {
		spec.Path = exe
		spec.Args = append([]string{"prog"}, act...)
	}
	var r ran
	var wait sync.WaitGroup
	spec.Stdout = pipe(t, &wait, &r.Stdout)
	spec.Stderr = pipe(t, &wait, &r.Stderr)
	p, err := Start(context.Background(), spec)
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
	if got, want := strings.TrimSpace(r.Stdout), "1 1000 sandbox /tmp A=1"; got != want || r.Code != 0 {
		t.Errorf("got %q %q, exit %+v; want %q", r.Stdout, r.Stderr, r.Exit, want)
	}
	if r = run(t, Spec{}, "exit"); r.Code != 3 {
		t.Errorf("exit code %d, want 3", r.Code)
	}
	t.Logf("%+v", r.Exit)
}

func TestBuildRunsStepsAndCollects(t *testing.T) {
	exe, err := target()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	spec := Spec{
		Profile: Build,
		Binds:   []Bind{{Host: exe, Inside: "/tools/target", Exec: true}},
		Files:   []File{{Path: "/src/p/a.go", Data: []byte("package p")}},
		Steps: []Step{
			{Name: "one", Exe: "/tools/target", Args: []string{"t", "copy", "/src/p/a.go", "/tmp/a.o"}},
			{Name: "two", Exe: "/tools/target", Args: []string{"t", "copy", "/tmp/a.o", "/tmp/b.o"}},
		},
		Collect: []Collect{{Path: "/tmp/b.o", To: out}},
	}
	r := run(t, spec)
	if r.Code != 0 || len(r.Steps) != 2 || r.Steps[1].Name != "two" || r.Steps[1].Code != 0 {
		t.Fatalf("exit %+v, stderr %q", r.Exit, r.Stderr)
	}
	if data, _ := os.ReadFile(out.Name()); string(data) != "package p" {
		t.Errorf("collected %q", data)
	}
	spec.Steps[0].Args[1] = "exit"
	spec.Collect = nil
	if r = run(t, spec); r.Code != 3 || len(r.Steps) != 1 || r.Steps[0].Code != 3 {
		t.Errorf("after a step that fails: %+v", r.Exit)
	}
}
