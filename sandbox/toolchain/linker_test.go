package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// TestLinker: the linker that is compiled for a Go makes what Go's own makes, is
// used once it is there, and is not when it is not or makes something else.
func TestLinker(t *testing.T) {
	e := needsComplete(t)
	if err := e.Tune(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours := linkerPath(l.home, l.tool)
	if l.linker() != ours {
		t.Errorf("programs are linked with %s", l.linker())
	}
	if got := e.Doctor(t.Context()).Linker; got != LinkerTuned {
		t.Errorf("the doctor says %q", got)
	}
	if left, _ := filepath.Glob(l.dir + ".link*"); len(left) != 1 || !strings.HasSuffix(left[0], ".lock") {
		t.Errorf("%v is left", left)
	}
	b := &linkerBuild{library: l, dir: t.TempDir()}
	if same, err := b.compare(t.Context(), ours); err != nil || !same {
		t.Errorf("it makes the same programs: %v, %v", same, err)
	}
	other := filepath.Join(t.TempDir(), "link")
	script := "#!/bin/sh\n" + l.tool.tool("link") + " \"$@\" && echo >> program\n"
	if err := os.WriteFile(other, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if same, err := b.compare(t.Context(), other); err != nil || same {
		t.Errorf("another makes the same programs: %v, %v", same, err)
	}
	for _, s := range []*set{raceSet, fakeSet} {
		other, err := openLibrary(e.config.DataDir, l.tool, s)
		if err != nil {
			t.Fatal(err)
		}
		if other.linker() != ours {
			t.Errorf("%s: programs are linked with %s", s.title, other.linker())
		}
	}
	away := &library{home: t.TempDir(), tool: l.tool}
	if got := away.linker(); got != l.tool.tool("link") {
		t.Errorf("without one, programs are linked with %s", got)
	}
}

// TestLinkerDamaged: one that is not as it was made is not used, and made again.
func TestLinkerDamaged(t *testing.T) {
	e := needsComplete(t)
	if err := e.Tune(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(l.linker())
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(l.linker() + ".sum")
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(whole)
	changed[len(changed)/2] ^= 1
	for name, c := range map[string]struct {
		data []byte
		sum  string
		mode os.FileMode
		want bool
	}{
		"whole":          {whole, string(sum), 0o755, true},
		"cut":            {whole[:len(whole)/2], string(sum), 0o755, false},
		"changed":        {changed, string(sum), 0o755, false},
		"empty":          {nil, string(sum), 0o755, false},
		"not executable": {whole, string(sum), 0o644, false},
		"without a sum":  {whole, "", 0o755, false},
		"unlike":         {whole, unlike, 0o755, false},
	} {
		other := &library{home: t.TempDir(), tool: l.tool}
		path := linkerPath(other.home, l.tool)
		if err := os.WriteFile(path, c.data, c.mode); err != nil {
			t.Fatal(err)
		}
		if c.sum != "" {
			if err := os.WriteFile(path+".sum", []byte(c.sum), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := other.linker() == path; got != c.want {
			t.Errorf("%s: it is used: %v", name, got)
		}
		if !c.want {
			continue
		}
		if err := os.WriteFile(path, changed, 0o755); err != nil {
			t.Fatal(err)
		}
		if other.linker() == path {
			t.Error("it is used though it has changed since")
		}
	}
}

// TestLinkerOfAnotherGo: where the sources are not those it knows, it says so.
func TestLinkerOfAnotherGo(t *testing.T) {
	e := needsComplete(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tool := *l.tool
	tool.Root = t.TempDir()
	b := &linkerBuild{library: &library{dir: l.dir, home: t.TempDir(), tool: &tool}, dir: t.TempDir()}
	if err := b.make(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without sources: %v", err)
	}
	file := filepath.Join(tool.Root, filepath.FromSlash(linkerChanges[0].file))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("package loader\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := b.make(t.Context()); err == nil || !strings.Contains(err.Error(), "does not hold") {
		t.Errorf("with other sources: %v", err)
	}
}

// TestTuningMakesWay: what is compiled while nothing runs ends when something is
// to run.
func TestTuningMakesWay(t *testing.T) {
	e, err := New(Config{DataDir: needsComplete(t).config.DataDir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan struct{})
	go func() {
		e.awaitWork(ctx)
		close(done)
	}()
	select {
	case <-done:
		t.Error("it ended though nothing ran")
	case <-time.After(50 * time.Millisecond):
	}
	job := sandbox.Job{Files: mainFile("package main\n\nimport \"time\"\n\nfunc main() { time.Sleep(time.Second) }\n")}
	if _, err := e.Run(t.Context(), job, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	default:
		t.Error("it went on beside a program")
	}
}
