package verify_test

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"course/tutor/verify"
)

const (
	page     = "content/01-basics/01-first.md"
	exercise = "exercises/01-01-total/exercise.md"
	starter  = "exercises/01-01-total/_starter/total.go"
	solution = "exercises/01-01-total/_solution/total.go"
	skips    = "exercises/01-01-total/_wrong/skips-first/total.go"
)

// lie is one thing made untrue in the sample course. The problem must stand
// in the file of the lie, off lines below it, or else in the file at and its
// line; it must be of rule, and say says.
type lie struct {
	name, file, old, new string
	rule, says           string
	off                  int
	at                   string
	line                 int
}

// textLies need no sandbox: the text, the source of Go, or a recording tells.
func textLies() []lie {
	return []lie{
		{name: "one character of an output", file: page, old: "```text output\nhello\n", new: "```text output\nhellp\n", off: 1, rule: "output", says: `line 1 is "hello", the page says "hellp"`},
		{name: "a line too many", file: page, old: "goodbye\n```\n\nSee", new: "goodbye\nagain\n```\n\nSee", off: 1, rule: "output", says: "it printed 2 lines, the page shows 3"},
		{name: "a number in the prose", file: page, old: "[20](run", new: "[21](run", rule: "number", says: "has goroutines.created 20"},
		{name: "a number without tolerance", file: page, old: "[2](run", new: "[3](run", rule: "number", says: "has procs 2"},
		{name: "a metric that is none", file: page, old: "#procs)", new: "#processors)", rule: "number", says: "has no number processors"},
		{name: "a run that is none", file: page, old: "run:crowd#procs", new: "run:crowds#procs", rule: "number", says: "no listing has id=crowds"},
		{name: "a fact's number", file: page, old: "[256]", new: "[255]", rule: "fact", says: `the page says "255"`},
		{name: "a fact's pattern", file: page, old: "runq +", new: "runqueue +", rule: "fact", says: "nothing in runtime/runtime2.go"},
		{name: "a fact's file", file: page, old: "src:runtime/runtime2.go", new: "src:runtime/runtime3.go", rule: "fact", says: "is no file of go1"},
		{name: "an anchor", file: page, old: "#cell-hello", new: "#cell-helo", rule: "anchor", says: `"#cell-helo"`},
		{name: "an anchor of another page", file: "content/01-basics/index.md", old: "#a-first-program", new: "#first-program", rule: "anchor", says: "01-first.md has no heading"},
		{name: "a heading that others link to", file: page, old: "## A first program", new: "## The first program", at: "content/01-basics/index.md", line: 7, rule: "anchor", says: `"#a-first-program"`},
		{name: "a link", file: "content/01-basics/index.md", old: "01-first.md#", new: "02-first.md#", rule: "link", says: "leads nowhere"},
		{name: "an exercise that is none", file: "content/01-basics/index.md", old: "01-01-total/exercise.md", new: "01-02-total/exercise.md", rule: "link", says: "there is no exercise 01-02"},
		{name: "an exercise of a page that is none", file: page, old: "requires: [basics]", new: "requires: [basics]\nexercises: [\"01-09\"]", off: 1, rule: "front-matter", says: "there is no exercise 01-09"},
		{name: "a picture without words", file: page, old: "![a box in a corner]", new: "![]", rule: "alt", says: "no alternative text"},
		{name: "a picture that is not there", file: page, old: "(box.svg)", new: "(bax.svg)", rule: "link", says: "no such file"},
		{name: "a heading level", file: page, old: "## Endings", new: "#### Endings", rule: "heading", says: "level 4 heading follows level 2"},
		{name: "a fence word", file: page, old: "trace procs=2", new: "trace proc=2", rule: "fence-word", says: `did you mean "procs"`},
		{name: "a limit that nobody has", file: page, old: "trace procs=2", new: "trace procs=2 timeout=1h", rule: "fence-word", says: "it can be 1 ms to 60 s"},
		{name: "a time beyond the trace", file: page, old: "trace procs=2", new: "trace procs=2 t=0s..1h", rule: "bookmark", says: "points beyond the recorded trace of crowd"},
		{name: "a thing that no run shows", file: page, old: "trace procs=2", new: "trace procs=2 see=leak", rule: "bookmark", says: "see=leak: the recorded run of crowd doesn't show it"},
		{name: "a bookmark without a trace", file: page, old: "id=hello", new: "id=hello look=\"here\"", rule: "fence-word", says: "the listing takes none"},
		{name: "a comparison with nothing", file: page, old: "## Endings", new: "<!-- compare a=crowd b=crowds -->\n\n## Endings", rule: "compare", says: "no traced listing of this page has id=crowds"},
		{name: "a verb", file: page, old: "```go norun", new: "```go noron", rule: "fence-word", says: `did you mean "norun"`},
		{name: "an id twice", file: page, old: "id=crowd", new: "id=hello", rule: "fence-id", says: "stands at"},
		{name: "front matter", file: page, old: "minutes: 5", new: "minuts: 5", rule: "front-matter", says: "minuts"},
		{name: "form", file: page, old: `	fmt.Println("goodbye")`, new: `	fmt.Println( "goodbye")`, rule: "format", says: "gofmt"},
		{name: "vet", file: page, old: `Printf("%d\n", 1)`, new: `Printf("%s\n", 1)`, rule: "vet", says: "Printf format %s"},
		{name: "a module that does not come with tutor", file: "content/course.yaml", old: "title: A small course\n", new: "title: A small course\nvendor: [example.org/a@v1.0.0]\n", off: 1, rule: "front-matter", says: "vendor: example.org/a@v1.0.0 is not among the modules"},
		{name: "vet of a listing with a module", file: page, old: "import \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", 1)", new: "import \"golang.org/x/sync/errgroup\"\n\nfunc main() {\n\tvar g errgroup.Group\n\th := g\n\t_ = h.Wait()", off: 4, rule: "vet", says: "copies lock value"},
		{name: "vet of a listing that embeds", file: page, old: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", 1)\n}\n", new: "-- main.go --\npackage main\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n)\n\n//go:embed testdata/a.txt\nvar a string\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", a)\n}\n-- testdata/a.txt --\nx\n", off: 12, rule: "vet", says: "Printf format %d"},
		{name: "vet of a listing of several packages", file: page, old: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", 1)\n}\n", new: "-- go.mod --\nmodule a.b/c\n\ngo 1.26\n-- main.go --\npackage main\n\nimport \"a.b/c/greet\"\n\nfunc main() { greet.Hello() }\n-- greet/greet.go --\npackage greet\n\nimport \"fmt\"\n\nfunc Hello() { fmt.Printf(\"%d\\n\", \"x\") }\n", off: 15, rule: "vet", says: "greet/greet.go: fmt.Printf format %d"},
		{name: "a listing that doesn't compile", file: page, old: `Printf("%d\n", 1)`, new: `Printf("%d\n", x)`, rule: "compile", says: "undefined: x"},
		{name: "code under an old recording", file: page, old: `	fmt.Println("goodbye")`, new: `	fmt.Print("goodbye\n")`, at: page, line: 12, rule: "recorded-stale", says: "of another text"},
		{name: "a recording of another Go", file: "content/01-basics/_recorded/hello/result.json", old: `"go": "go1.`, new: `"go": "go1.1`, at: page, line: 12, rule: "recorded-stale", says: "the recording of hello is of go1.1"},
		{name: "a machine's number", file: page, old: "trace procs=2", new: "trace", at: page, line: 110, rule: "output", says: "runtime.GOMAXPROCS differs from machine to machine"},
		{name: "a starter of an exercise that is none", file: page, old: "exercise=01-01", new: "exercise=01-02", rule: "fence-id", says: "there is no exercise 01-02"},
		{name: "a starter file that is none", file: page, old: "file=total.go", new: "file=totals.go", rule: "starter", says: "no starter file totals.go"},
		{name: "a link of a task", file: exercise, old: "01-first.md#a-first-program", new: "01-first.md#a-program", rule: "anchor", says: `"#a-program"`},
		{name: "no hints", file: exercise, old: "<details>\n<summary>Hint 1: a question</summary>\n\nWhere does the loop begin?\n\n</details>\n", new: "", at: exercise, line: 1, rule: "hint", says: "no hints"},
		{name: "a check that is none", file: skips, old: "want: sum", new: "want: som", rule: "wrong", says: `"som"`},
		{name: "a chapter that is none", file: exercise, old: "chapter: basics", new: "chapter: basic", rule: "front-matter", says: `no chapter "basic"`},
		{name: "a solution without form", file: solution, old: "sum := 0", new: "sum:=0", rule: "format", says: "gofmt"},
		{name: "a wrong solution that doesn't compile", file: skips, old: "return sum", new: "return som", rule: "wrong", says: "undefined: som"},
		{name: "a test that vet refuses", file: "exercises/01-01-total/_tests/total_test.go", old: "want 6\", got", new: "want %s\", got", rule: "vet", says: "Errorf"},
	}
}

// helloCode is a listing of the sample course, and helloInFolders one of several
// packages that prints something else in its place.
const (
	helloCode      = "file=hello.go\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")\n\tfmt.Println(\"goodbye\")\n}\n"
	helloInFolders = "\n-- main.go --\npackage main\n\nimport \"example/greet\"\n\nfunc main() {\n\tgreet.Print(\"hallo\\n\")\n\tgreet.Print(\"goodbye\\n\")\n}\n-- greet/greet.go --\npackage greet\n\nimport \"os\"\n\nfunc Print(s string) { print(s) }\n\nfunc print(s string) { os.Stdout.WriteString(s) }\n"
)

// runLies are told by running.
func runLies() []lie {
	return []lie{
		{name: "one character of an output, run", file: page, old: "```text output\nhello\n", new: "```text output\nhellp\n", off: 1, rule: "output", says: `the page says "hellp"`},
		{name: "one character of an output of several packages", file: page, old: helloCode, new: helloInFolders, off: 20, rule: "output", says: `the page says "hello"`},
		{name: "several packages, one with a mistake", file: page, old: helloCode, new: strings.Replace(helloInFolders, "print(s)", "prin(s)", 1), off: 15, rule: "compile", says: "greet/greet.go"},
		{name: "a number in the prose, run", file: page, old: "[20](run", new: "[19](run", rule: "number", says: "has goroutines.created 20"},
		{name: "a line of a set", file: page, old: "worker 2\n", new: "worker 3\n", rule: "output", says: `no line of the output is "worker 3"`},
		{name: "a pattern", file: page, old: "pid is a .*: true", new: "pid is a .*: false", rule: "output", says: "the page says"},
		{name: "an exit code", file: page, old: "expect=exit:3", new: "expect=exit:4", rule: "status", says: "runtime_error (exit 3), the page says exit:4"},
		{name: "a panic that is none", file: page, old: "id=hello", new: "id=hello expect=panic", rule: "status", says: "it ended with ok, the page says panic"},
		{name: "a program that doesn't compile", file: page, old: "\tfmt.Println(\"goodbye\")", new: "\tfmt.Printn(\"goodbye\")", rule: "compile", says: "undefined: fmt.Printn"},
		{name: "a program that does", file: page, old: "func main() { x := 1 }", new: "func main() { _ = 1 }", at: page, line: 84, rule: "status", says: "it ended with ok, the page says compile_error"},
		{name: "an output that nobody shows", file: page, old: "```text output\nhello\ngoodbye\n```\n", new: "", at: page, line: 12, rule: "unchecked", says: "prints 2 lines"},
		{name: "an output that is chance", file: page, old: "import \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello\")", new: "import (\n\t\"fmt\"\n\t\"math/rand/v2\"\n)\n\nfunc main() {\n\tfmt.Println(\"hello\", rand.Int())", at: page, line: 25, rule: "unstable", says: "differs from run to run"},
		{name: "a starter that passes", file: starter, old: "	return 0\n", new: "	sum := 0\n	for _, x := range xs {\n		sum += x\n	}\n	return sum\n", at: starter, line: 1, rule: "starter", says: "passes already"},
		{name: "a starter that doesn't compile", file: starter, old: "return 0", new: "return nil", at: starter, line: 1, rule: "starter", says: "doesn't compile"},
		{name: "a solution that fails", file: solution, old: "sum += x", new: "sum += x + 1", at: solution, line: 1, rule: "solution", says: "fails at check sum"},
		{name: "a wrong solution that passes", file: skips, old: "i := 1", new: "i := 0", at: skips, line: 1, rule: "wrong", says: "which says passed"},
		{name: "a wrong solution's message", file: skips, old: `"left out"`, new: `"left in"`, rule: "wrong", says: `the // want: line says "left in"`},
		{name: "a wrong solution that fails before", file: skips, old: "return sum", new: "return som", at: skips, line: 1, rule: "wrong", says: "already fails at build"},
	}
}

var update = flag.Bool("update", false, "record the listings of the sample course anew where they are stale")

// Ensure that the sample course is true. With -update its recordings are
// brought up to date first.
func TestSampleIsTrue(t *testing.T) {
	if *update {
		kept := &sample{t, "testdata/course"}
		kept.verify(kept.running(needsEngine(t)), verify.Options{Update: true})
	}
	s := newSample(t)
	for _, p := range s.verify(s.config(), verify.Options{}) {
		t.Errorf("by its text: %s", p)
	}
	for _, p := range s.verify(s.running(needsEngine(t)), verify.Options{}) {
		t.Errorf("by running it: %s", p)
	}
}

// Ensure that each lie that the text tells is found without a sandbox.
func TestTextLies(t *testing.T) {
	for _, l := range textLies() {
		t.Run(l.name, func(t *testing.T) {
			s := newSample(t)
			line := s.replace(l.file, l.old, l.new)
			l.found(t, line, s.verify(s.config(), verify.Options{}))
		})
	}
}

// Ensure that each lie that only a run can tell is found.
func TestRunLies(t *testing.T) {
	engine := needsEngine(t)
	for _, l := range runLies() {
		t.Run(l.name, func(t *testing.T) {
			s := newSample(t)
			line := s.replace(l.file, l.old, l.new)
			l.found(t, line, s.verify(s.running(engine), verify.Options{}))
		})
	}
}

// found asserts that the lie is told at its place, with a mend.
func (l lie) found(t *testing.T, line int, problems []verify.Problem) {
	t.Helper()
	file := l.file
	if line += l.off; l.at != "" {
		file, line = l.at, l.line
	}
	i := slices.IndexFunc(problems, func(p verify.Problem) bool {
		return p.File == file && p.Line == line && p.Rule == l.rule && strings.Contains(p.Message+" "+p.Fix, l.says) && p.Fix != ""
	})
	if i < 0 {
		t.Errorf("%s:%d: %s with %q is not among", file, line, l.rule, l.says)
		for _, p := range problems {
			t.Logf("  %s", p)
		}
	}
}
