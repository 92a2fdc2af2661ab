package verify_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/exectrace"
	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
	"course/tutor/verify"
)

// shared is one engine, and one memory of proofs, for all tests of the
// package: every copy of the sample course has the same listings.
var shared struct {
	data   string
	proofs string
	once   sync.Once
	engine *toolchain.Engine
	err    error
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tutor-verify-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	shared.proofs, shared.data = filepath.Join(dir, "proofs"), filepath.Join(dir, "data")
	if kept := os.Getenv("TUTOR_TEST_DATA"); kept != "" {
		shared.data = kept
	}
	defer func() {
		if shared.engine != nil {
			shared.engine.Close()
		}
	}()
	return m.Run()
}

// needsEngine gives what runs programs, or skips where none can be run.
func needsEngine(t *testing.T) *toolchain.Engine {
	t.Helper()
	shared.once.Do(func() {
		if shared.engine, shared.err = toolchain.New(toolchain.Config{DataDir: shared.data}); shared.err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		hello := []sandbox.File{{Name: "main.go", Content: "package main\n\nfunc main() {}\n"}}
		_, shared.err = shared.engine.Run(ctx, sandbox.Job{Files: hello}, nil)
	})
	switch {
	case shared.err == nil:
	case os.Getenv("TUTOR_CI") == "1":
		t.Fatalf("no program can be run here: %v", shared.err)
	default:
		t.Skipf("no program can be run here: %v", shared.err)
	}
	return shared.engine
}

func goroot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func judge(ctx context.Context, trace []byte) (*exectrace.Trace, error) {
	return analyse(ctx, nil, trace)
}

func analyse(_ context.Context, _ []string, trace []byte) (*exectrace.Trace, error) {
	return exectrace.Parse(bytes.NewReader(trace), exectrace.Options{})
}

// sample is a copy of the sample course that may be changed.
type sample struct {
	t   *testing.T
	dir string
}

func newSample(t *testing.T) *sample {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/course")); err != nil {
		t.Fatal(err)
	}
	return &sample{t, dir}
}

func (s *sample) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *sample) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s *sample) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// replace changes the first old to new and gives the line it stands on.
func (s *sample) replace(name, old, new string) int {
	s.t.Helper()
	text := s.read(name)
	at := strings.Index(text, old)
	if at < 0 {
		s.t.Fatalf("%s holds no %q", name, old)
	}
	s.write(name, strings.Replace(text, old, new, 1))
	return 1 + strings.Count(text[:at], "\n")
}

// config is for what the text alone tells.
func (s *sample) config() verify.Config {
	return verify.Config{
		Content: os.DirFS(s.path("content")), Exercises: os.DirFS(s.path("exercises")), WriteDir: s.path("content"),
		GOROOT: goroot(s.t), Analyse: analyse, CacheDir: shared.proofs, Seeds: 2,
	}
}

// running adds what runs and grades.
func (s *sample) running(engine sandbox.Runner) verify.Config {
	cfg := s.config()
	cfg.Runner = engine
	cfg.Judge = func(seed string) grade.Judge {
		return grade.New(grade.Config{Runner: engine, Analyse: judge, Seed: seed})
	}
	return cfg
}

func (s *sample) verify(cfg verify.Config, opts verify.Options) []verify.Problem {
	s.t.Helper()
	v, err := verify.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	found, err := v.Run(s.t.Context(), opts)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}
