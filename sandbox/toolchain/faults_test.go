package toolchain

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// withCache is the shared engine with a cache of programs of its own.
func withCache(t *testing.T, dir string) *Engine {
	t.Helper()
	e := withLane(t, 2)
	var err error
	if e.binaries, err = openBinaries(dir, 64<<20); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestDamagedProgram damages a program that was kept, in every way: it is
// built again and runs, and who waits is told.
func TestDamagedProgram(t *testing.T) {
	e := withCache(t, t.TempDir())
	job := program("package main\n\nfunc main() { println(\"as it was\") }\n")
	if _, err := e.Run(t.Context(), job, nil); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(e.binaries.dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d files are kept, want a program and its sum: %v", len(entries), err)
	}
	name := e.binaries.path(entries[0].Name())
	kept, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(kept)
	flipped[len(flipped)/2] ^= 0x40
	write := func(name string, data []byte) error {
		_ = os.Remove(name)
		return os.WriteFile(name, data, 0o755)
	}
	for _, c := range []struct {
		what   string
		damage func() error
		told   bool
	}{
		{"truncated", func() error { return os.Truncate(name, int64(len(kept)/2)) }, true},
		{"empty", func() error { return os.Truncate(name, 0) }, true},
		{"longer", func() error { return write(name, append(bytes.Clone(kept), 0)) }, true},
		{"a bit flipped", func() error { return write(name, flipped) }, true},
		{"a folder", func() error { return errors.Join(os.Remove(name), os.MkdirAll(name+"/x", 0o755)) }, true},
		{"a link to nothing", func() error { return errors.Join(os.Remove(name), os.Symlink("/nothing", name)) }, true},
		{"a folder for a sum", func() error { return errors.Join(os.Remove(name+sumSuffix), os.MkdirAll(name+sumSuffix+"/x", 0o755)) }, true},
		{"no program, a folder for a sum", func() error {
			return errors.Join(os.Remove(name), os.Remove(name+sumSuffix), os.Mkdir(name+sumSuffix, 0o755))
		}, false},
		{"another sum", func() error { return write(name+sumSuffix, []byte("1 00000000\n")) }, true},
		{"no sum", func() error { return os.Remove(name + sumSuffix) }, false},
		{"gone", func() error { return os.Remove(name) }, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			if err := c.damage(); err != nil {
				t.Fatal(err)
			}
			told := false
			r, err := e.Run(t.Context(), job, func(ev sandbox.Event) { told = told || ev.Build != nil && ev.Build.Phase == "damaged" })
			if err != nil || r.Status != sandbox.StatusOK || r.Cached || printed(r, sandbox.Stderr) != "as it was\n" {
				t.Fatalf("%v %+v", err, r)
			}
			if told != c.told {
				t.Errorf("told that it was damaged: %v", told)
			}
			if r, err = e.Run(t.Context(), job, nil); err != nil || !r.Cached {
				t.Errorf("the one built again is not used: %v %+v", err, r)
			}
		})
	}
}

// smallDisk mounts a file system of a size over a folder.
func smallDisk(t *testing.T, size string) (dir string, remount func(option string)) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root, whose run of this test counts")
	}
	dir = t.TempDir()
	mount := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
			lacking(t, "a small file system cannot be mounted: %s", out)
		}
	}
	mount("-t", "tmpfs", "-o", "size="+size, "tmpfs", dir)
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return dir, func(option string) { mount("-o", "remount,"+option, dir) }
}

// saysOfMachine fails unless err is a sentence for whoever runs the machine.
func saysOfMachine(t *testing.T, err error, parts ...string) {
	t.Helper()
	var machine *sandbox.MachineError
	if !errors.As(err, &machine) {
		t.Errorf("%v, want an error that says what to do", err)
		return
	}
	for _, part := range parts {
		if !strings.Contains(machine.Says, part) {
			t.Errorf("%q does not say %q", machine.Says, part)
		}
	}
}

// TestDiskFillsUp: programs that nobody wanted for long make room; when there
// is nothing to remove, a sentence says so, and nothing half-written stays.
func TestDiskFillsUp(t *testing.T) {
	dir, _ := smallDisk(t, "4m") // two programs do not fit
	e := withCache(t, dir)
	hello := func(n string) sandbox.Job { return program("package main\n\nfunc main() { println(" + n + ") }\n") }
	if r, err := e.Run(t.Context(), hello("1"), nil); err != nil || r.Status != sandbox.StatusOK {
		t.Fatalf("%v %+v", err, r)
	}
	filler := dir + "/filler"
	if err := os.WriteFile(filler, make([]byte, 4<<20), 0o644); err == nil {
		t.Fatal("the disk is larger than it was to be")
	}
	_, err := e.Run(t.Context(), hello("2"), nil)
	saysOfMachine(t, err, "disk is full", dir, "--data")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("left over: %v %v", entries, err)
	}
	old := time.Now().Add(-time.Hour)
	for _, entry := range entries {
		if err := os.Chtimes(dir+"/"+entry.Name(), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := e.Run(t.Context(), hello("2"), nil); err != nil || r.Status != sandbox.StatusOK {
		t.Errorf("with old programs to remove: %v %+v", err, r)
	}
}

// TestDiskTooSmall has no room for the standard library.
func TestDiskTooSmall(t *testing.T) {
	needsEngine(t)
	dir, _ := smallDisk(t, "3m")
	e, err := New(Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	_, err = e.Run(t.Context(), program("package main\nfunc main() {}\n"), nil)
	saysOfMachine(t, err, "standard library", "disk is full", dir)
}

// TestCacheCannotBeWritten: what is kept runs; for what is not, a sentence
// says what to do.
func TestCacheCannotBeWritten(t *testing.T) {
	var dir string
	var lock func(readOnly bool)
	if os.Geteuid() == 0 {
		d, remount := smallDisk(t, "16m")
		dir, lock = d, func(on bool) { remount(map[bool]string{true: "ro", false: "rw"}[on]) }
	} else {
		dir = t.TempDir()
		lock = func(on bool) {
			if err := os.Chmod(dir, map[bool]os.FileMode{true: 0o555, false: 0o755}[on]); err != nil {
				t.Fatal(err)
			}
		}
	}
	e := withCache(t, dir)
	kept := program("package main\n\nfunc main() { println(\"kept\") }\n")
	if _, err := e.Run(t.Context(), kept, nil); err != nil {
		t.Fatal(err)
	}
	lock(true)
	r, err := e.Run(t.Context(), kept, nil)
	if err != nil || r.Status != sandbox.StatusOK || !r.Cached {
		t.Errorf("what is kept: %v %+v", err, r)
	}
	other := program("package main\n\nfunc main() { println(\"other\") }\n")
	_, err = e.Run(t.Context(), other, nil)
	saysOfMachine(t, err, "cannot be written", dir)
	lock(false)
	if r, err := e.Run(t.Context(), other, nil); err != nil || r.Status != sandbox.StatusOK {
		t.Errorf("when it can be written again: %v %+v", err, r)
	}
}

// TestCacheIsNoFolder says so, at the start and later.
func TestCacheIsNoFolder(t *testing.T) {
	dir := t.TempDir() + "/programs"
	e := withCache(t, dir)
	if err := errors.Join(os.Remove(dir), os.WriteFile(dir, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	_, err := e.Run(t.Context(), program("package main\nfunc main() {}\n"), nil)
	saysOfMachine(t, err, "no folder", dir)
	_, err = openBinaries(dir, 1<<20)
	saysOfMachine(t, err, "no folder", dir)
}

// A clock that was set leaves the cache bounded: what seems to be of the
// future is swept like what is old.
func TestSweepWhenTheClockWasSet(t *testing.T) {
	b, err := openBinaries(t.TempDir(), 2<<10)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range []time.Duration{-time.Hour, time.Hour, 24 * time.Hour, 0} {
		f, err := b.create()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(make([]byte, 2<<10)); err != nil {
			t.Fatal(err)
		}
		if err := b.commit(f, "key"+itoa(i)); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(at)
		if err := errors.Join(os.Chtimes(b.path("key"+itoa(i)), when, when), os.Chtimes(b.path("key"+itoa(i))+sumSuffix, when, when)); err != nil {
			t.Fatal(err)
		}
	}
	b.sweep(b.most)
	if entries, err := os.ReadDir(b.dir); err != nil || b.look("key3") != whole || len(entries) > 4 {
		t.Errorf("left are %v %v", entries, err)
	}
	b.sweep(b.most) // sums of programs that are gone, had they been left
	if entries, err := os.ReadDir(b.dir); err != nil || len(entries) != 2 {
		t.Errorf("left are %v %v, want the one of now and its sum", entries, err)
	}
}
