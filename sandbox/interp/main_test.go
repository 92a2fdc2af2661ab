package interp_test

import (
	"os"
	"path/filepath"
	"testing"
)

var testData string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

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
