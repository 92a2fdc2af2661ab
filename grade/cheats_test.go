package grade_test

import (
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
)

// cheat is one file of testdata/cheats: a submission that earns nothing and
// yet passes under go test, and an honest one that looks like it.
type cheat struct {
	name     string
	exercise string
	attacks  string // the check whose points it is after
	runs     int    // of go test, until it has won
	arch     string
	files    []txtar.File
}

func readCheats(t *testing.T) []cheat {
	t.Helper()
	names, err := filepath.Glob("testdata/cheats/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []cheat
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c := cheat{name: strings.TrimSuffix(filepath.Base(name), ".txtar"), exercise: "00-01", attacks: "sum", runs: 1, files: archive.Files}
		for line := range strings.Lines(string(archive.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "exercise":
				c.exercise = value
			case "attacks":
				c.attacks = value
			case "arch":
				c.arch = value
			case "runs":
				if c.runs, err = strconv.Atoi(value); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		all = append(all, c)
	}
	return all
}

// side are the files of one side: cheat or honest.
func (c cheat) side(which string) []sandbox.File {
	var files []sandbox.File
	for _, f := range c.files {
		if dir, name := path.Split(f.Name); dir == which+"/" {
			files = append(files, sandbox.File{Name: name, Content: string(f.Data)})
		}
	}
	return files
}

// exercise finds an exercise of the course, or one made for these tests.
func exercise(t *testing.T, id string) *exercises.Exercise {
	t.Helper()
	all, probs, err := exercises.Load(os.DirFS("testdata/exercises"))
	if err != nil || len(probs) > 0 {
		t.Fatal(probs, err)
	}
	if ex, found := exercises.ByID(all, id); found {
		return ex
	}
	return builtIn(t, id)
}

// TestCheats shows for every cheat that it wins against plain go test, that it
// gains nothing here, and that its honest twin gets full points here.
func TestCheats(t *testing.T) {
	needsEngine(t)
	all := readCheats(t)
	if len(all) < 14 {
		t.Fatalf("only %d cheats", len(all))
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ex := exercise(t, c.exercise)
			if c.arch == "" || c.arch == runtime.GOARCH {
				winsAgainstGoTest(t, ex, c)
			}
			gainsNothing(t, ex, c)
			honestTwin(t, ex, c)
		})
	}
}

// TestPlainGoTest is the control: the hidden tests of the cheats do refuse a
// wrong solution that does not cheat, and pass a right one.
func TestPlainGoTest(t *testing.T) {
	for _, id := range []string{"00-01", "03-01"} {
		ex := exercise(t, id)
		if out, passed := goTest(t, ex, ex.Starter, 1); passed {
			t.Errorf("%s: the starter passes:\n%s", id, out)
		}
		if out, passed := goTest(t, ex, ex.Solution, 1); !passed {
			t.Errorf("%s: the solution fails:\n%s", id, out)
		}
	}
}

func winsAgainstGoTest(t *testing.T, ex *exercises.Exercise, c cheat) {
	t.Helper()
	if out, passed := goTest(t, ex, c.side("cheat"), c.runs); !passed {
		t.Errorf("it does not even win against go test:\n%s", out)
	}
}

// goTest runs the hidden test beside the files with the real go command, as a
// course without a judge does. It passed when the last run exited with 0.
func goTest(t *testing.T, ex *exercises.Exercise, files []sandbox.File, runs int) (string, bool) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		lacking(t, "there is no go command: %v", err)
	}
	dir := t.TempDir()
	hidden := map[string]string{"00-01": "sum_hidden_test.go", "03-01": "sched_hidden_test.go"}[ex.ID]
	text, err := os.ReadFile("testdata/cheats/hidden/" + hidden + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.Concat(files, ex.Shown(), []sandbox.File{{Name: hidden, Content: string(text)},
		{Name: "go.mod", Content: "module exercise\n\ngo 1.26\n"}})
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out []byte
	for range runs {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off", "GOTOOLCHAIN=local")
		out, err = cmd.CombinedOutput()
		cancel()
	}
	return string(out), err == nil
}

// gainsNothing holds the cheat to no more points than the checks it does not
// attack are worth to honest work.
func gainsNothing(t *testing.T, ex *exercises.Exercise, c cheat) {
	t.Helper()
	sub, err := exercises.Accept(ex, c.side("cheat"), ex.Answers)
	if err != nil {
		t.Fatal(err)
	}
	v := gradeWork(t, grader(t, ""), ex, grade.WorkOf(sub))
	for _, r := range v.Checks {
		if r.ID == c.attacks && (r.Points != 0 || r.Status != grade.Failed) {
			t.Errorf("check %s, which it attacks, is %s with %d points", r.ID, r.Status, r.Points)
		}
	}
	if v.Status != grade.Failed || ex.ID == "00-01" && v.Points != 0 {
		t.Errorf("the cheat gets %s and %d points", v.Status, v.Points)
	}
	if t.Failed() || testing.Verbose() {
		logVerdict(t, v)
	}
}

func honestTwin(t *testing.T, ex *exercises.Exercise, c cheat) {
	t.Helper()
	sub, err := exercises.Accept(ex, c.side("honest"), ex.Answers)
	if err != nil {
		t.Fatal(err)
	}
	v := gradeWork(t, grader(t, ""), ex, grade.WorkOf(sub))
	if v.Status != grade.Passed || v.Points != v.MaxPoints {
		logVerdict(t, v)
		t.Errorf("the honest twin gets %s, %d of %d points", v.Status, v.Points, v.MaxPoints)
	}
}
