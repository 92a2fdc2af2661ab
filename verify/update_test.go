package verify_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"course/tutor/sandbox"
	"course/tutor/verify"
)

// counted counts the jobs that really run.
type counted struct {
	sandbox.Runner
	n atomic.Int64
}

func (c *counted) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	c.n.Add(1)
	return c.Runner.Run(ctx, job, sink)
}

// Ensure that after an edit only what depends on it is run again.
func TestIncremental(t *testing.T) {
	s, runner := newSample(t), &counted{Runner: needsEngine(t)}
	cfg := s.running(runner)
	cfg.CacheDir, cfg.Repeats = t.TempDir(), 2
	jobs := func(why string) int64 {
		t.Helper()
		before := runner.n.Load()
		for _, p := range s.verify(cfg, verify.Options{}) {
			if p.Rule != "recorded-stale" {
				t.Errorf("%s: %s", why, p)
			}
		}
		return runner.n.Load() - before
	}
	if n := jobs("first"); n < 10 {
		t.Errorf("the first time %d jobs ran", n)
	}
	if n := jobs("again"); n != 0 {
		t.Errorf("unchanged, %d jobs ran", n)
	}
	s.replace(page, "This section runs a few.", "This section runs some.")
	s.replace(page, "goodbye\n```\n", "goodbye\n\n```\n")
	s.replace(page, "goodbye\n\n```\n", "goodbye\n```\n")
	if n := jobs("prose"); n != 0 {
		t.Errorf("after an edit of the prose %d jobs ran", n)
	}
	s.replace(page, `fmt.Println("hello")`, `fmt.Print("hello\n")`)
	if n := jobs("code"); n != 2 {
		t.Errorf("after an edit of one listing %d jobs ran, want its 2", n)
	}
	s.replace(skips, "// Total is", "// Total should be")
	if n := jobs("wrong solution"); n < 1 || n > 8 {
		t.Errorf("after an edit of one wrong solution %d jobs ran", n)
	}
}

// Ensure that a failure is not remembered.
func TestFailuresAreNotKept(t *testing.T) {
	s, runner := newSample(t), &counted{Runner: needsEngine(t)}
	cfg := s.running(runner)
	cfg.Judge = nil
	s.replace(page, "hello\ngoodbye", "hello\nfarewell")
	for range 2 {
		before := runner.n.Load()
		cfg.CacheDir = t.TempDir()
		if found := s.verify(cfg, verify.Options{}); len(found) == 0 || runner.n.Load() == before {
			t.Errorf("%v", found)
		}
	}
}

// Ensure that Update writes what was printed and records it, and nothing that
// was true already.
func TestUpdate(t *testing.T) {
	engine := needsEngine(t)
	s := newSample(t)
	recordings := "content/01-basics/_recorded/"
	crowd := s.read(recordings + "crowd/result.json")
	s.replace(page, "hello\ngoodbye", "hello\nfarewell")
	s.replace(page, "worker 1", "worker 7")
	s.replace(page, `fmt.Println("hello")`, `fmt.Println("good day")`)
	if err := os.CopyFS(s.path(recordings+"nobody"), os.DirFS(s.path(recordings+"hello"))); err != nil {
		t.Fatal(err)
	}
	cfg := s.running(engine)
	cfg.Judge = nil
	for _, p := range s.verify(cfg, verify.Options{Update: true}) {
		t.Errorf("after updating: %s", p)
	}
	if got := s.read(page); !strings.Contains(got, "```text output\ngood day\ngoodbye\n```") || strings.Contains(got, "worker 7") || !strings.Contains(got, "```text stderr first=1\npanic: oh no\n```") {
		t.Errorf("the page is now:\n%s", got)
	}
	if !strings.Contains(s.read(recordings+"hello/result.json"), "good day") {
		t.Error("hello was not recorded anew")
	}
	if s.read(recordings+"crowd/result.json") != crowd {
		t.Error("crowd was recorded anew without need")
	}
	if _, err := os.Stat(s.path(recordings + "nobody")); err == nil {
		t.Error("the recording of no listing is still there")
	}
	for _, p := range s.verify(s.config(), verify.Options{}) {
		t.Errorf("afterwards, by its text: %s", p)
	}
}

// Ensure that Paths keeps to what was asked for, and runs nothing else.
func TestPaths(t *testing.T) {
	s := newSample(t)
	s.replace(page, "[256]", "[255]")
	s.replace("content/01-basics/index.md", "01-first.md#", "02-first.md#")
	s.replace(solution, "sum := 0", "sum:=0")
	for _, tc := range []struct {
		paths []string
		files []string
	}{
		{[]string{page}, []string{page}},
		{[]string{"content/"}, []string{page, "content/01-basics/index.md"}},
		{[]string{"./exercises/01-01-total"}, []string{solution}},
		{[]string{exercise}, nil},
		{nil, []string{page, "content/01-basics/index.md", solution}},
	} {
		files := map[string]bool{}
		for _, p := range s.verify(s.config(), verify.Options{Paths: tc.paths}) {
			files[p.File] = true
		}
		if len(files) != len(tc.files) {
			t.Errorf("%v: problems in %v, want %v", tc.paths, files, tc.files)
		}
		for _, want := range tc.files {
			if !files[want] {
				t.Errorf("%v: no problem in %s", tc.paths, want)
			}
		}
	}
}

// Ensure that a missing toolchain, and an end in the middle, are errors.
func TestErrors(t *testing.T) {
	s := newSample(t)
	cfg := s.config()
	cfg.GOROOT = t.TempDir()
	if _, err := verify.New(cfg); err == nil || !strings.Contains(err.Error(), "find the Go toolchain") {
		t.Errorf("without a toolchain: %v", err)
	}
	v, err := verify.New(s.config())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"no", "content/02-no", "../x", "content/../../x", "/etc"} {
		if _, err := v.Run(t.Context(), verify.Options{Paths: []string{p}}); !errors.Is(err, verify.ErrPath) {
			t.Errorf("path %s: %v", p, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Run(ctx, verify.Options{}); err == nil {
		t.Error("a cancelled run gave no error")
	}
}
