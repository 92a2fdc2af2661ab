package grade_test

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// shared is the real engine, one for all tests. TUTOR_TEST_DATA names a folder
// that keeps its standard library from run to run.
var shared struct {
	once   sync.Once
	engine *toolchain.Engine
	err    error
}

var testData string

func TestMain(m *testing.M) {
	if os.Getenv("TUTOR_HOG") != "" {
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	testData = os.Getenv("TUTOR_TEST_DATA")
	if testData == "" {
		temp, err := os.MkdirTemp("", "tutor-grade-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(temp)
		testData = temp
	}
	defer func() {
		if shared.engine != nil {
			shared.engine.Close()
		}
	}()
	return m.Run()
}

// needsEngine answers with the engine, or skips where programs cannot be built
// and jailed.
func needsEngine(t testing.TB) *toolchain.Engine {
	t.Helper()
	shared.once.Do(func() {
		shared.engine, shared.err = toolchain.New(toolchain.Config{DataDir: testData})
		if shared.err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()
		hello := sandbox.Job{Key: "test", Files: []sandbox.File{{Name: "main.go", Content: "package main\nfunc main() {}\n"}}}
		_, shared.err = shared.engine.Run(ctx, hello, nil)
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

func analyse(_ context.Context, trace []byte) (*exectrace.Trace, error) {
	return exectrace.Parse(bytes.NewReader(trace), exectrace.Options{})
}

// grader grades with the real engine and a fixed seed.
func grader(t testing.TB, seed string) *grade.Grader {
	t.Helper()
	return grade.New(grade.Config{Runner: needsEngine(t), Analyse: analyse, Secret: []byte("test"), Seed: seed,
		Machine: grade.Machine{CPUs: 2}, Toolchain: "go1.26"})
}

// gradeWork grades and says what every check said.
func gradeWork(t testing.TB, g *grade.Grader, ex *exercises.Exercise, work grade.Work) *grade.Verdict {
	t.Helper()
	v, err := g.Grade(t.Context(), ex, work, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func logVerdict(t testing.TB, v *grade.Verdict) {
	t.Helper()
	var b bytes.Buffer
	if err := grade.WriteText(&b, v, false); err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Checks {
		for _, e := range c.Evidence {
			if e.Kind == "output" {
				b.WriteString(c.ID + ": " + e.Text + "\n")
			}
		}
	}
	t.Log(b.String())
}

// builtIn is an exercise of the course.
func builtIn(t testing.TB, id string) *exercises.Exercise {
	t.Helper()
	all, probs, err := exercises.Load(exercises.FS())
	if err != nil || len(probs) > 0 {
		t.Fatal(probs, err)
	}
	ex, found := exercises.ByID(all, id)
	if !found {
		t.Fatalf("no exercise %s", id)
	}
	return ex
}
