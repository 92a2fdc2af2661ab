package toolchain

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// linkFile links a file, or copies it where that is not allowed.
func linkFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Link(from, to) == nil {
		return
	}
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(out, in)
		err = errors.Join(err, out.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ownGo is a Go that the test may take apart, with the standard library of the
// shared engine, in a data folder of its own.
func ownGo(t *testing.T) (root, data string) {
	t.Helper()
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.settle(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	root, data = t.TempDir(), t.TempDir()
	tools := filepath.Join("pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH)
	for _, name := range []string{"compile", "link", "asm", "cover"} {
		linkFile(t, l.tool.tool(name), filepath.Join(root, tools, filepath.Base(l.tool.tool(name))))
	}
	linkFile(t, filepath.Join(l.tool.Root, "VERSION"), filepath.Join(root, "VERSION"))
	linkFile(t, filepath.Join(l.tool.Root, "bin", "go"), filepath.Join(root, "bin", "go"))
	if err := os.Symlink(filepath.Join(l.tool.Root, "src"), filepath.Join(root, "src")); err != nil {
		t.Fatal(err)
	}
	tool, err := findGo(t.Context(), filepath.Join(root, "bin", "go"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := libraryDir(data, tool, plainSet)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(l.dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			inside, _ := filepath.Rel(l.dir, name)
			linkFile(t, name, filepath.Join(dir, inside))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return root, data
}

// TestGoIsRemoved removes, brings back and replaces Go under a running engine:
// between runs, and when a program is about to be compiled.
func TestGoIsRemoved(t *testing.T) {
	root, data := ownGo(t)
	e, err := New(Config{DataDir: data, Go: filepath.Join(root, "bin", "go")})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hello := program("package main\n\nfunc main() { println(1) }\n")
	hello.Fresh = true
	works := func(when string) {
		t.Helper()
		if r, err := e.Run(t.Context(), hello, nil); err != nil || r.Status != sandbox.StatusOK {
			t.Fatalf("%s: %v %+v", when, err, r)
		}
	}
	tools, away := filepath.Join(root, "pkg"), filepath.Join(root, "away")
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	works("as it was")
	move(tools, away)
	_, err = e.Run(t.Context(), hello, nil)
	saysOfMachine(t, err, "no Go toolchain", "install it")
	move(away, tools)
	works("brought back")
	_, err = e.Run(t.Context(), hello, func(ev sandbox.Event) {
		if ev.Build != nil && ev.Build.Phase == "compile" {
			_ = os.Rename(tools, away)
		}
	})
	saysOfMachine(t, err, "no Go toolchain")
	move(away, tools)
	works("brought back again")

	// The same version, installed anew.
	compiler := filepath.Join(root, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, "compile")
	fresh := compiler + ".new"
	text, err := os.ReadFile(compiler)
	if err == nil {
		err = errors.Join(os.WriteFile(fresh, text, 0o755), os.Chtimes(fresh, time.Now(), time.Now().Add(-time.Hour)), os.Rename(fresh, compiler))
	}
	if err != nil {
		t.Fatal(err)
	}
	works("installed anew")

	// Another one: its standard library is prepared, not mixed with the old one.
	if err := errors.Join(os.Remove(filepath.Join(root, "VERSION")), os.WriteFile(filepath.Join(root, "VERSION"), []byte("go1.26.99\n"), 0o644),
		os.Chtimes(compiler, time.Now(), time.Now().Add(-2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := e.Run(ctx, hello, func(ev sandbox.Event) {
		if ev.Build != nil && ev.Build.Phase == "prepare" {
			cancel()
		}
	})
	if err != nil || r.Status != sandbox.StatusKilled || r.GoVersion != "go1.26.99" {
		t.Errorf("with another Go: %v %+v", err, r)
	}
}
