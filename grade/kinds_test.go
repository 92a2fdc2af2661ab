package grade_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
)

// TestOwnExercises proves the small exercises of testdata, one or more for
// each kind of check, in the way every exercise is proven.
func TestOwnExercises(t *testing.T) {
	all, probs, err := exercises.Load(os.DirFS("testdata/exercises"))
	if err != nil || len(probs) > 0 {
		t.Fatal(probs, err)
	}
	for _, ex := range all {
		t.Run(ex.ID, func(t *testing.T) {
			t.Parallel()
			g := grader(t, "")
			v := gradeWork(t, g, ex, grade.Work{Files: ex.Solution, Answers: ex.Answers})
			if v.Status != grade.Passed || v.Points != v.MaxPoints {
				logVerdict(t, v)
				t.Error("the solution does not pass")
			}
			if v := gradeWork(t, g, ex, grade.Work{Files: ex.Starter}); v.Points != 0 || v.Checks[0].Status != grade.Passed {
				logVerdict(t, v)
				t.Error("the starter does not compile, or earns points")
			}
			for _, w := range ex.Wrong {
				v := gradeWork(t, g, ex, grade.Work{Files: w.Files, Answers: w.Answers})
				logVerdict(t, v)
				refusedAt(t, ex, w, v)
			}
		})
	}
}

// TestBadWork holds what is said about work that cannot be judged as work.
func TestBadWork(t *testing.T) {
	ex := exercise(t, "00-01")
	sum := func(text string) []sandbox.File { return []sandbox.File{{Name: "sum.go", Content: text}} }
	for _, c := range []struct {
		name  string
		files []sandbox.File
		check string
		want  string
	}{
		{"nothing", nil, "build", "sum.go is missing"},
		{"empty file", sum(""), "build", "sum.go"},
		{"syntax", sum("package ex\n\nfunc Sum(list []int) int { return"), "build", "sum.go:3"},
		{"type error", sum("package ex\n\nfunc Sum(list []int) int { return \"a\" }\n"), "build", "sum.go:3"},
		{"another signature", sum("package ex\n\nfunc Sum(list []int) string { return \"6\" }\n"), "sum", "Sum([1,2,3])"},
		{"no function", sum("package ex\n"), "build", "as the starter has it, and that is no longer possible: undefined: ex.Sum"},
		{"another argument", sum("package ex\n\nfunc Sum(list []string) int { return 6 }\n"), "build", "Keep the names and types"},
		{"another package", sum("package main\n\nfunc Sum(list []int) int { return 0 }\nfunc main() {}\n"), "build", ""},
		{"linkname", sum("package ex\n\nimport _ \"unsafe\"\n\n//go:linkname x runtime.x\nfunc x()\n\nfunc Sum(list []int) int { return 0 }\n"), "build", "linkname"},
		{"our packages", sum("package ex\n\nimport _ \"tutor/probe\"\n\nfunc Sum(list []int) int { return 0 }\n"), "build", "tutor/probe"},
		{"internal package", sum("package ex\n\nimport _ \"internal/abi\"\n\nfunc Sum(list []int) int { return 0 }\n"), "build", "internal"},
		{"panic", sum("package ex\n\nfunc Sum(list []int) int { return list[len(list)] }\n"), "sum", "index out of range"},
		{"Goexit", sum("package ex\n\nimport \"runtime\"\n\nfunc Sum(list []int) int { runtime.Goexit(); return 0 }\n"), "sum", "deadlock"},
		{"deadlock", sum("package ex\n\nfunc Sum(list []int) int { return <-make(chan int) }\n"), "sum", "deadlock"},
		{"stack overflow", sum("package ex\n\nfunc Sum(list []int) int { return Sum(append(list, 1)) + 1 }\n"), "sum", "ended with exit code 2"},
		{"endless loop", sum("package ex\n\nfunc Sum(list []int) int { for { } }\n"), "sum", "used up its time"},
		{"memory", sum("package ex\n\nvar keep [][]byte\n\nfunc Sum(list []int) int { for { b := make([]byte, 1<<24); for i := range b { b[i] = 1 }; keep = append(keep, b) } }\n"), "sum", "memory"},
		{"output", sum("package ex\n\nimport \"fmt\"\n\nfunc Sum(list []int) int { for { fmt.Println(\"no end\") } }\n"), "sum", "printed more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := gradeWork(t, grader(t, ""), ex, grade.Work{Files: c.files})
			if last := v.Checks[1]; c.name == "endless loop" && last.Status == grade.NotJudged && v.Status == grade.Error && v.Points == 0 {
				t.Log(last.Message) // right: on a machine this busy nobody can tell
				return
			}
			if v.Status != grade.Failed || v.Points != 0 {
				t.Errorf("%s with %d points", v.Status, v.Points)
			}
			for _, r := range v.Checks {
				if r.ID == c.check && (r.Status != grade.Failed || !strings.Contains(r.Message+r.Got, c.want)) {
					t.Errorf("check %s is %s: %q, %q, want %q", r.ID, r.Status, r.Message, r.Got, c.want)
				}
			}
			if t.Failed() {
				logVerdict(t, v)
			}
		})
	}
}

// broken is a machine that cannot run anything.
type broken struct{}

func (broken) Run(context.Context, sandbox.Job, sandbox.Sink) (*sandbox.Result, error) {
	return nil, errors.New("the disk is gone")
}

// Trouble of ours is an error, costs nothing, and says what it was.
func TestTrouble(t *testing.T) {
	ex := exercise(t, "00-01")
	g := grade.New(grade.Config{Runner: broken{}, Analyse: analyse})
	var told []string
	v, err := g.Grade(t.Context(), ex, grade.Work{Files: ex.Solution}, func(r grade.CheckResult) { told = append(told, r.ID) })
	if err != nil || v.Status != grade.Error || v.Points != 0 || v.Checks[0].Status != grade.Error {
		t.Fatalf("%+v, %v", v, err)
	}
	if !strings.Contains(v.Checks[0].Message, "not your code's doing") || v.Checks[0].Evidence[0].Text == "" || len(told) != 2 {
		t.Errorf("said %q, told %v", v.Checks[0].Message, told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := g.Grade(ctx, ex, grade.Work{Files: ex.Solution}, nil); v != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled grading gave %v, %v", v, err)
	}
}

// A reference that does not work is the exercise's fault, never the learner's.
func TestBrokenReference(t *testing.T) {
	for name, text := range map[string]string{
		"does not compile": "package ex\n\nfunc Sum(list []int) int { return }\n",
		"deadlocks":        "package ex\n\nfunc Sum(list []int) int { select {} }\n",
	} {
		ex := *exercise(t, "00-01")
		right := ex.Solution
		ex.Hash, ex.Solution = name, []sandbox.File{{Name: "sum.go", Content: text}}
		v := gradeWork(t, grader(t, ""), &ex, grade.Work{Files: right})
		if v.Status != grade.Error || !strings.Contains(v.Checks[1].Message, "the reference of this exercise does not work") {
			t.Errorf("%s: %s: %q", name, v.Status, v.Checks[1].Message)
		}
	}
}

// The seed of a verdict repeats its cases, and another seed makes others.
func TestSeedRepeats(t *testing.T) {
	ex := exercise(t, "00-01")
	wrong := grade.Work{Files: ex.Wrong[0].Files}
	first := gradeWork(t, grader(t, ""), ex, wrong)
	again := gradeWork(t, grader(t, first.Seed), ex, wrong)
	if first.Seed != again.Seed || first.Checks[1].Message != again.Checks[1].Message || first.Checks[1].Got != again.Checks[1].Got {
		t.Errorf("seed %s gave %q, then %q", first.Seed, first.Checks[1].Message, again.Checks[1].Message)
	}
	other := gradeWork(t, grader(t, "another"), ex, wrong)
	if other.Checks[1].Message == first.Checks[1].Message {
		t.Errorf("two seeds met the same cases: %q", other.Checks[1].Message)
	}
}

// Every package through which a guarded exercise could be undermined is
// refused, by name.
func TestGuardedImports(t *testing.T) {
	ex := exercise(t, "03-01")
	for _, imported := range []string{"os", "unsafe", "reflect", "syscall", "net/http", "testing", "runtime/debug", "runtime/pprof", "io/ioutil", "os/exec"} {
		text := strings.Replace(ex.Solution[0].Content, "import (", "import (\n\t_ \""+imported+"\"\n", 1)
		v := gradeWork(t, grader(t, ""), ex, grade.Work{Files: []sandbox.File{{Name: "workload.go", Content: text}}, Answers: ex.Answers})
		if v.Points != 0 || v.Checks[0].Status != grade.Failed || !strings.Contains(v.Checks[0].Message, imported) {
			t.Errorf("%s: %d points, %s: %q", imported, v.Points, v.Checks[0].Status, v.Checks[0].Message)
		}
	}
}

// A trace that cannot be read is our trouble.
func TestUnreadableTrace(t *testing.T) {
	ex := exercise(t, "03-01")
	g := grade.New(grade.Config{Runner: needsEngine(t), Analyse: func(context.Context, []byte) (*exectrace.Trace, error) {
		return nil, errors.New("the helper is gone")
	}})
	v := gradeWork(t, g, ex, grade.Work{Files: ex.Solution, Answers: ex.Answers})
	if v.Status != grade.Error || v.Points != 25 {
		logVerdict(t, v)
		t.Errorf("%s, %d points", v.Status, v.Points)
	}
}
