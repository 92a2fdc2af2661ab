package reexec

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lacking skips a test, or fails it where everything is said to be there.
func lacking(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// tutor builds the whole product, which links everything there is.
func tutor(t testing.TB) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "tutor")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", exe, "course/tutor/cmd/tutor")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		lacking(t, "tutor cannot be built here: %v\n%s", err, out)
	}
	return exe
}

// inits lists the packages that a start of exe initialises before it ends.
func inits(t *testing.T, exe string, args ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Args = args
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, trace.String())
	}
	var list []string
	for line := range strings.Lines(trace.String()) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "init" {
			list = append(list, f[1])
		}
	}
	return list
}

// TestTakesOverFirst guards the cost of a jail: a child of the whole product
// must not initialise what the product is made of. It counts packages, since
// time would depend on what else the machine does.
func TestTakesOverFirst(t *testing.T) {
	exe := tutor(t)
	child := inits(t, exe, NameCanary, CanaryNothing)
	whole := inits(t, exe, "tutor", "version")
	for _, name := range child {
		for _, heavy := range []string{"course/tutor/", "net", "modernc.org/", "golang.org/", "go/", "text/template", "html"} {
			if name == strings.TrimSuffix(heavy, "/") || strings.HasPrefix(name, heavy) && strings.HasSuffix(heavy, "/") {
				t.Errorf("a child initialises %s first", name)
			}
		}
	}
	if 3*len(child) > len(whole) {
		t.Errorf("a child initialises %d of %d packages", len(child), len(whole))
	}
}

// BenchmarkTakeOver is the start of a child of the whole product until it
// takes over; BenchmarkWholeStart is what it would be from main.
func BenchmarkTakeOver(b *testing.B) { benchmarkStart(b, NameCanary, CanaryNothing) }

func BenchmarkWholeStart(b *testing.B) { benchmarkStart(b, "tutor", "version") }

func benchmarkStart(b *testing.B, args ...string) {
	exe := tutor(b)
	for b.Loop() {
		cmd := exec.Command(exe)
		cmd.Args = args
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
