package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// shared is one engine for all tests of the package, so that the standard
// library is compiled once. TUTOR_TEST_DATA names a folder to keep it in.
var shared struct {
	once   sync.Once
	engine *Engine
	err    error
}

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == ChildCommand {
		os.Exit(serveChild(os.Args[2]))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir := os.Getenv("TUTOR_TEST_DATA")
	if dir == "" {
		temp, err := os.MkdirTemp("", "tutor-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	testData = filepath.Clean(dir)
	defer func() {
		if shared.engine != nil {
			shared.engine.Close()
		}
	}()
	return m.Run()
}

var testData string

// needsEngine returns the shared engine, or skips where programs cannot be
// built and jailed.
func needsEngine(t testing.TB) *Engine {
	t.Helper()
	shared.once.Do(func() {
		shared.engine, shared.err = New(Config{DataDir: testData, Slots: 4})
		if shared.err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			_, shared.err = shared.engine.Run(ctx, program("package main\nfunc main() {}\n"), nil)
		}
	})
	if shared.err != nil {
		lacking(t, "no program can be built and jailed here: %v", shared.err)
	}
	return shared.engine
}

// lacking skips a test, or fails it where everything is said to be there.
func lacking(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// program is a job of one file, with time enough for a machine that is busy
// with other tests.
func program(text string) sandbox.Job {
	return sandbox.Job{Key: "test", Files: []sandbox.File{{Name: "main.go", Content: text}},
		Limits: sandbox.Limits{Wall: 5 * time.Minute, CPU: time.Minute}}
}

func runJob(t testing.TB, job sandbox.Job) *sandbox.Result {
	t.Helper()
	result, err := needsEngine(t).Run(t.Context(), job, nil)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return result
}

// printed is all that a run wrote to a stream.
func printed(result *sandbox.Result, stream string) string {
	var b strings.Builder
	for _, e := range result.Events {
		if e.Stream == stream {
			b.WriteString(e.Text)
		}
	}
	return b.String()
}

// serveChild are the helpers of the test binary.
func serveChild(name string) int {
	switch name {
	case "format":
		if err := ServeFormat(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 70
		}
	case "diagnose":
		if err := ServeDiagnose(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 70
		}
	case "spin":
		for {
			runtime.Gosched()
		}
	case "hog":
		var keep [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 { // each page, and little else
				b[i] = 1
			}
			keep = append(keep, b)
			if len(keep) > 4096 {
				return 0
			}
		}
	case "refuse":
		fmt.Fprintln(os.Stderr, "this is no trace")
		return ExitBadInput
	case "break":
		return 70
	}
	return 0
}

var addresses = regexp.MustCompile(`0x[0-9a-f]+|goroutine \d+|\+0x[0-9a-f]+`)

// noAddresses takes out what differs from run to run.
func noAddresses(dump string) string { return addresses.ReplaceAllString(dump, "_") }

// onlyNumbers is what println printed, when that is a number.
func onlyNumbers(stderr string) string {
	if _, err := strconv.Atoi(strings.TrimSpace(stderr)); err == nil {
		return stderr
	}
	return ""
}

// asFile writes the one file of a job to disk.
func asFile(t *testing.T, job sandbox.Job) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), job.Files[0].Name)
	if err := os.WriteFile(name, []byte(job.Files[0].Content), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}
