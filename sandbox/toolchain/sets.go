package toolchain

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// set is one way of compiling the standard library. A program is linked with
// packages of one set only.
type set struct {
	name    string   // in folder names; "" for the plain one
	title   string   // as people are told
	flags   []string // of the go command that compiles it
	tags    []string // build tags of the modules
	compile []string // of the compiler, for learners' packages
	link    []string // of the linker
	first   []string // compiled before anything else, beside what every set needs
	change  change   // of a file of the standard library; zero: none
	cgo     bool     // a C compiler is needed to make it, and programs need the C library
}

var (
	plainSet = &set{title: "standard"}
	// The race detector needs runtime/cgo where the system is Linux. Programs
	// look up nobody and nothing by the C library all the same, as in the
	// other sets.
	raceSet = &set{name: "race", title: "race detector", cgo: true,
		flags:   []string{"-race", "-tags=netgo,osusergo"},
		tags:    []string{"race", "netgo", "osusergo"},
		compile: []string{"-race"},
		// No tool of the machine is called: libgcc is a copy of ours.
		link:  []string{"-race", "-linkmode=internal", "-extld=/none", "-libgcc=" + inside + "/" + libgcc},
		first: []string{"runtime/race", "runtime/cgo"},
	}
	// sysmon interrupts goroutines that seem to have run for long. On the fake
	// clock an hour that was slept counts as run, and which goroutine is hit
	// depends on the real one, so there is no sysmon. What shares a time slice
	// is left as it is, so that goroutines take turns in their usual order.
	fakeSet = &set{name: "fake", title: "fake clock", flags: []string{"-tags=faketime"}, tags: []string{"faketime"},
		change: change{"src/runtime/proc.go", "\tif haveSysmon {", "\tif haveSysmon && false {"}}

	allSets = []*set{plainSet, raceSet, fakeSet}
)

// change replaces a line of a file of Go's own sources.
type change struct{ file, old, new string }

// apply returns the text of the file with the change, or says that this Go is
// another than the one the change is for.
func (c change) apply(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(c.file)))
	if err != nil {
		return nil, err
	}
	return c.of(text)
}

// of is the text with the change.
func (c change) of(text []byte) ([]byte, error) {
	if bytes.Count(text, []byte("\n"+c.old+"\n")) != 1 {
		return nil, fmt.Errorf("%s of this Go does not hold %q", c.file, c.old)
	}
	return bytes.Replace(text, []byte(c.old), []byte(c.new), 1), nil
}

// libgcc is the name of our copy in the folder of a set that needs it.
const libgcc = "libgcc.a"

// buildFlags are those of the archives. DWARF is left out because nobody
// debugs these binaries and the linker spends a third of its time on it.
func (s *set) buildFlags() []string {
	return slices.Concat(s.flags, []string{"-trimpath", "-gcflags=all=-dwarf=false"})
}

// phases are the packages to compile, in order; the last are all there are.
func (s *set) phases() [][]string {
	return [][]string{slices.Concat(first, s.first), {"std"}}
}

// problem says why a set cannot be made for a Go, or nothing. One that is made
// needs no C compiler any more.
func (s *set) problem(tool *goTool, ready bool) string {
	switch {
	case s == raceSet && tool.GOOS != "linux":
		return fmt.Sprintf("the race detector is available on Linux only, and this is %s: use go run -race", tool.GOOS)
	case s == raceSet && !tool.hasRace():
		return fmt.Sprintf("%s has no race detector for %s/%s", tool.Version, tool.GOOS, tool.GOARCH)
	case s == fakeSet && tool.GOOS == "windows":
		return "Go has no fake clock on Windows"
	case s.change.file != "" && !ready && !s.fits(tool):
		return fmt.Sprintf("the %s is not available with %s: its runtime is not one that tutor knows", s.title, tool.Version)
	case s.cgo && !ready && cCompiler() == "":
		return "the race detector is prepared with a C compiler, once, and none was found: install gcc " +
			"(Debian, Ubuntu: apt install gcc libc6-dev; Fedora: dnf install gcc), then run again"
	}
	return ""
}

// lackError says what a machine lacks for a kind of run. It is no fault of
// ours, and becomes a refusal.
type lackError struct {
	set *set
	why string
}

func (e *lackError) Error() string { return e.why }

// code is the refusal's.
func (e *lackError) code() string {
	if e.set == fakeSet {
		return "clock"
	}
	return e.set.name
}

func (s *set) fits(tool *goTool) bool {
	_, err := s.change.apply(tool.Root)
	return err == nil
}

// hasRace says whether the runtime of the race detector is there.
func (t *goTool) hasRace() bool {
	dir := filepath.Join(t.Root, "src", "runtime", "race")
	for _, name := range []string{
		filepath.Join(dir, "race_"+t.GOOS+"_"+t.GOARCH+".syso"),
		filepath.Join(dir, "internal", t.GOARCH+"v1", "race_"+t.GOOS+".syso"),
	} {
		if _, err := os.Stat(name); err == nil {
			return true
		}
	}
	return false
}

// cCompiler is what the go command would call, or "".
func cCompiler() string {
	for _, name := range []string{"gcc", "clang"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
