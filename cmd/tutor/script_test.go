package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tutor": main})
}

// TestScripts runs the commands as a person types them. Each script is one
// story; the commands beside testscript's own are:
//
//	exits CODE COMMAND...   runs COMMAND and asserts its exit code
func TestScripts(t *testing.T) {
	needsGo(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TUTOR_DATA", testData(t))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("PATH", env.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// testData is the data folder of the tests: one for all when TUTOR_TEST_DATA
// names it, so that the standard library is prepared once.
func testData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("TUTOR_TEST_DATA"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// needsGo skips where no toolchain is found; in CI that is a failure.
func needsGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err == nil {
		return
	}
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatal("no go command in PATH")
	}
	t.Skip("no go command in PATH")
}
