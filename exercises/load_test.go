package exercises_test

import (
	"bytes"
	"go/format"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"course/tutor/exercises"
)

func TestBuiltIn(t *testing.T) {
	all, probs, err := exercises.Load(exercises.FS())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range probs {
		t.Error(p)
	}
	ex, found := exercises.ByID(all, "03-01")
	if !found || len(ex.Hints) != 4 || len(ex.Checks) != 12 || ex.MaxPoints() != 100 || len(ex.Wrong) < 6 {
		t.Errorf("03-01 is not what it was: found %t, %+v", found, ex)
	}
	if strings.Contains(ex.Task, "<details>") || !strings.Contains(ex.Task, "## CPUBound") || len(ex.Hash) != 16 {
		t.Errorf("task %q, hash %q", ex.Task, ex.Hash)
	}
}

const goodFront = `id: "01-02"
title: Sums
chapter: sums
minutes: 5
package: sums
files: {edit: [sum.go], show: [given.go]}
limits: {wall: 2s, memory: 64MiB, procs: 3}
questions:
  - {id: q, prompt: How many?, kind: number, from: goroutines.created, tolerance: "10%"}
checks:
  - {id: build, title: Compiles, kind: build}
  - {id: sum, title: Adds, kind: call, needs: [build], points: 3, func: Sum, gen: {n: 3, args: [{type: int, min: 1, max: 2}]}}
  - {id: shape, title: Shape, kind: trace, points: 2, call: Sum, args: [1, "a", [2]], rule: "goroutines.created <= 2 * procs and task(\"x\").n == 1", message: "made {goroutines.created}"}
  - {id: ask, title: Ask, kind: predict, needs: [shape], question: q, points: 1}
`

// folder is a whole exercise with its front matter edited.
func folder(front string, more map[string]string) fstest.MapFS {
	files := map[string]string{
		"exercise.md":             "---\n" + front + "---\nDo it.\n\n<details>\n<summary>First</summary>\n\nThink.\n\n</details>\n",
		"_starter/sum.go":         "package sums\n",
		"_starter/given.go":       "package sums\n",
		"_solution/sum.go":        "package sums\n",
		"_solution/answers.json":  `{"q": 4}`,
		"_probe/main.go":          "package main\n",
		"_wrong/one/sum.go":       "// want: sum \"not right\"\n\npackage sums\n",
		"_wrong/one/answers.json": `{"q": "5"}`,
	}
	for name, text := range more {
		files[name] = text
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			fsys["01-02-sums/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fsys
}

func TestLoad(t *testing.T) {
	all, probs, err := exercises.Load(folder(goodFront, nil))
	if err != nil || len(probs) != 0 || len(all) != 1 {
		t.Fatalf("%d exercises, problems %v, error %v", len(all), probs, err)
	}
	ex := all[0]
	if ex.Limits != (exercises.Limits{Wall: 2 * time.Second, CPU: 8 * time.Second, Memory: 64 << 20, Output: 256 << 10, Procs: 3}) {
		t.Errorf("limits %+v", ex.Limits)
	}
	if ex.Answers["q"] != "4" || ex.Wrong[0].Answers["q"] != "5" || ex.Wrong[0].Want != "sum" || ex.Wrong[0].Message != "not right" {
		t.Errorf("answers %v, wrong %+v", ex.Answers, ex.Wrong)
	}
	if len(ex.Hints) != 1 || ex.Hints[0] != (exercises.Hint{Summary: "First", Text: "Think."}) || ex.Task != "Do it.\n" {
		t.Errorf("hints %+v, task %q", ex.Hints, ex.Task)
	}
	if c := ex.Checks[2]; c.Line != 14 || len(c.Args) != 3 || c.Runs != 1 || c.Compare != "equal" {
		t.Errorf("check %+v", c)
	}
	if shown := ex.Shown(); len(shown) != 1 || shown[0].Name != "given.go" {
		t.Errorf("shown %v", shown)
	}
}

// Every mistake of an author is told with file, line and, where one is near,
// the word that was meant.
func TestLoadProblems(t *testing.T) {
	for _, c := range []struct {
		name, old, with string
		want            string // a problem's String contains it
	}{
		{"unknown key", "title: Sums", "titel: Sums", `exercise.md:3: the front matter has no key "titel" (did you mean "title"?)`},
		{"missing key", "title: Sums\n", "", "exercise.md:2: the front matter needs title"},
		{"no YAML", "title: Sums", "title: [", "this is not YAML"},
		{"id of another folder", `id: "01-02"`, `id: "01-03"`, `exercise.md:2: the front matter: id "01-03" does not fit the folder 01-02-sums`},
		{"id", `id: "01-02"`, `id: sums`, `id cannot be "sums"`},
		{"package", "package: sums", "package: sum-s", "exercise.md:6: the front matter: package cannot be"},
		{"path in a name", "edit: [sum.go]", "edit: [../sum.go]", "it must be a plain file name"},
		{"test file", "edit: [sum.go]", "edit: [sum_test.go]", "tests are never built"},
		{"no starter", "show: [given.go]", "show: [other.go]", "_starter/other.go is missing"},
		{"duration", "wall: 2s", "wall: 2", "exercise.md:8: limits: wall must be a duration"},
		{"size", "memory: 64MiB", "memory: lots", "limits: memory must be a size"},
		{"too little memory", "memory: 64MiB", "memory: 64KiB", "limits: memory can't be had: a limit of 64 KiB is not possible: it can be 1 MiB to 1 GiB"},
		{"procs", "procs: 3", "procs: 0", "procs must be between 1 and 64"},
		{"limit", "procs: 3", "proc: 3", `limits has no key "proc" (did you mean "procs"?)`},
		{"kind", "kind: build", "kind: biuld", `exercise.md:12: a check cannot be of kind "biuld" (did you mean "build"?)`},
		{"key of another kind", "kind: build", "kind: build, rule: x", `build check has no key "rule"`},
		{"points", "points: 3", "points: -3", "exercise.md:13: call check: points cannot be below 0"},
		{"fraction of a point", "points: 3", "points: 2.5", "points must be a whole number"},
		{"twice", "id: shape", "id: sum", `"sum" is that of another check`},
		{"need", "needs: [build]", "needs: [biuld]", `names "biuld", and no check above has that id (did you mean "build"?)`},
		{"need below", "needs: [build]", "needs: [shape]", `no check above has that id`},
		{"no rule", `rule: "goroutines.created <= 2 * procs and task(\"x\").n == 1", `, "", "trace check needs rule"},
		{"name in a rule", "goroutines.created <=", "goroutines.made <=", "exercise.md:14: check shape: rule: column 12: unknown field made"},
		{"syntax of a rule", "2 * procs and", "2 * and", "check shape: rule: column"},
		{"type of a rule", "goroutines.created <= 2 * procs and", "goroutines.created + 1 and", "check shape: rule"},
		{"function in a rule", `task(\"x\").n`, `tusk(\"x\").n`, "unknown name tusk"},
		{"message", "made {goroutines.created}", "made {goroutines.creatd}", "check shape: message: in {goroutines.creatd}"},
		{"question", "question: q,", "question: p,", `question "p" is asked nowhere`},
		{"no trace for a question", "needs: [shape]", "needs: [sum]", "needs names no trace check"},
		{"from", "from: goroutines.created", "from: gorotines.created", "question q: from"},
		{"tolerance", `tolerance: "10%"`, `tolerance: "a lot"`, "tolerance cannot be"},
		{"choices", "kind: number", "kind: choice", "choices do not fit the kind"},
		{"nothing to try", "func: Sum, gen: {n: 3, args: [{type: int, min: 1, max: 2}]}", "func: Sum", "has nothing to try"},
		{"generator", "type: int, min: 1", "type: integer, min: 1", `type cannot be "integer"`},
		{"bounds", "min: 1, max: 2", "min: 3, max: 2", "is below min"},
		{"comparison", "func: Sum, gen", "func: Sum, compare: eqaul, gen", `compare cannot be "eqaul" (did you mean "equal"?)`},
		{"tolerance of a comparison", "func: Sum, gen", "func: Sum, compare: \"approx:x\", gen", "compare cannot be"},
		{"rule without its comparison", "func: Sum, gen", "func: Sum, rule: got == want, gen", "rule goes with compare: rule"},
		{"cpu rule", "kind: build", "kind: cpu, call: Sum, gen: {args: [{type: int}]}, rule: cpu_ms < 5", `cpu check: rule cannot be "cpu_ms < 5"`},
		{"cpu bound", "kind: build", "kind: cpu, call: Sum, gen: {args: [{type: int}]}, rule: cpu_ms <= 1.1 * reference.cpu_ms", "cannot tell 1.1 times the CPU from chance"},
		{"cpu pairs", "kind: build", "kind: cpu, call: Sum, runs: 3, gen: {args: [{type: int}]}, rule: cpu_ms <= 2 * reference.cpu_ms", "runs must be between 5 and 9"},
		{"cpu inputs", "kind: build", "kind: cpu, call: Sum, rule: cpu_ms <= 2 * reference.cpu_ms", "cpu check needs gen"},
		{"visible", "kind: build", "kind: build, visible: never", `visible cannot be "never"`},
		{"policy", "minutes: 5", "policy: {solution: never}", "solution cannot be"},
		{"io for a package", "kind: build", "kind: io, cases: [{stdout: x}]", "an io check needs a learner who writes package main"},
	} {
		front := strings.Replace(goodFront, c.old, c.with, 1)
		if front == goodFront {
			t.Fatalf("%s: nothing was replaced", c.name)
		}
		_, probs, err := exercises.Load(folder(front, nil))
		if err != nil || !contains(probs, c.want) {
			t.Errorf("%s: problems %v, error %v, want %q", c.name, probs, err, c.want)
		}
	}
}

func TestFolderProblems(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"no exercise.md", "exercise.md", "", "there is no exercise.md"},
		{"no front matter", "exercise.md", "Do it.\n", "it does not begin with front matter"},
		{"no solution", "_solution/sum.go", "", "_solution/sum.go is missing"},
		{"no probe", "_probe/main.go", "", "exercise.md:13: check sum calls a probe"},
		{"no answer", "_solution/answers.json", "", `does not answer "q"`},
		{"answers", "_solution/answers.json", "[]", "answers.json is not a JSON object"},
		{"no want", "_wrong/one/sum.go", "package sums\n", "_wrong/one/sum.go:1: the first line does not say which check"},
		{"want of nothing", "_wrong/one/sum.go", "// want: sun \"x\"\n", `no check has the id "sun" (did you mean "sum"?)`},
	} {
		_, probs, err := exercises.Load(folder(goodFront, map[string]string{c.file: c.text}))
		if err != nil || !contains(probs, c.want) {
			t.Errorf("%s: problems %v, error %v, want %q", c.name, probs, err, c.want)
		}
	}
}

func TestHintProblems(t *testing.T) {
	front := "---\n" + goodFront + "---\n"
	for body, want := range map[string]string{
		"<details><summary>s</summary>\n</details>\n":     "exercise.md:17: this hint is empty",
		"<details>\nno summary\n</details>\n":             "exercise.md:17: this hint has no summary",
		"\n<details>\n<summary>s</summary>\n</details>\n": "exercise.md:18: this hint is empty",
		"<details>\n<summary>s</summary>\nx\n":            "is never closed",
	} {
		_, probs, err := exercises.Load(folder(goodFront, map[string]string{"exercise.md": front + body}))
		if err != nil || !contains(probs, want) {
			t.Errorf("%q: problems %v, error %v, want %q", body, probs, err, want)
		}
	}
	body := "Task.\n```html\n<details>\n</details>\n```\n"
	all, probs, err := exercises.Load(folder(goodFront, map[string]string{"exercise.md": front + body}))
	if err != nil || len(probs) != 0 || len(all[0].Hints) != 0 || all[0].Task != body {
		t.Errorf("a fence: %v, %v, %q", probs, err, all[0].Task)
	}
}

func TestSameID(t *testing.T) {
	fsys := folder(goodFront, nil)
	for name, f := range folder(goodFront, nil) {
		fsys[strings.Replace(name, "01-02-sums", "01-02-more", 1)] = f
	}
	_, probs, err := exercises.Load(fsys)
	if err != nil || !contains(probs, "is also that of 01-02-") {
		t.Errorf("problems %v, error %v", probs, err)
	}
}

func contains(probs []exercises.Problem, want string) bool {
	for _, p := range probs {
		if strings.Contains(p.String(), want) {
			return true
		}
	}
	return false
}

// The Go files of exercises are out of the go command's sight; they are
// formatted all the same.
func TestFormatted(t *testing.T) {
	err := fs.WalkDir(exercises.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" {
			return err
		}
		text, err := fs.ReadFile(exercises.FS(), name)
		if err != nil {
			return err
		}
		formatted, err := format.Source(text)
		if err != nil || !bytes.Equal(text, formatted) {
			t.Errorf("%s is not as gofmt writes it: %v", name, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
