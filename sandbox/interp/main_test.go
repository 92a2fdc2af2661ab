package interp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"course/tutor/sandbox/interp"
)

var testData string

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "__child" {
		if os.Args[2] == interp.Child {
			// Not os.Exit: with the race detector that waits for a second, which
			// would count as time that the program took.
			syscall.Exit(interp.Serve(os.Stderr))
		}
		if err := interp.ServeBatch(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(70)
		}
		os.Exit(0)
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
