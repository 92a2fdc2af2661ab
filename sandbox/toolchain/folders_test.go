package toolchain

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
)

// folders is a job of a program whose files are those of a txtar.
func folders(text string) sandbox.Job {
	job := program("")
	job.Files = nil
	for _, f := range txtar.Parse([]byte(text)).Files {
		job.Files = append(job.Files, sandbox.File{Name: f.Name, Content: string(f.Data)})
	}
	return job
}

const (
	greeting = "-- main.go --\npackage main\n\nimport \"example/greet\"\n\nfunc main() { greet.Hello() }\n"
	greet    = "-- greet/greet.go --\npackage greet\n\nimport (\n\t\"fmt\"\n\n\t\"example/internal/word\"\n)\n\nfunc Hello() { fmt.Println(word.Of()) }\n"
	word     = "-- internal/word/word.go --\npackage word\n\nfunc Of() string { return \"hello\" }\n"
)

// TestFolders runs programs of several packages, and finds them again as they
// were built.
func TestFolders(t *testing.T) {
	needsEngine(t)
	for name, text := range map[string]string{
		"without go.mod":       greeting + greet + word,
		"the usual go.mod":     "-- go.mod --\nmodule example\n\ngo 1.26\n" + greeting + greet + word,
		"a go.mod of its own":  strings.ReplaceAll("-- go.mod --\nmodule example.com/app\n\ngo 1.26\n"+greeting+greet+word, "\"example/", "\"example.com/app/"),
		"main is the module":   strings.ReplaceAll("-- go.mod --\nmodule main\n\ngo 1.26\n"+greeting+greet+word, "\"example/", "\"main/"),
		"main in a folder":     strings.ReplaceAll(greeting, "main.go", "cmd/app/main.go") + greet + word,
		"and one at the top":   strings.ReplaceAll(greeting, "main.go", "cmd/app/main.go") + greet + word + "-- top.go --\npackage example\n",
		"others are not built": greeting + greet + word + "-- broken/x.go --\npackage broken\n\nvar x int = \"\"\n-- tool/main.go --\npackage main\n",
		"what it requires": "-- go.mod --\nmodule example\n\ngo 1.26\n\nrequire golang.org/x/sync v0.10.0\n\nrequire example.com/other v1.0.0 // indirect\n\nreplace golang.org/x/sync => ./third-party/golang.org/x/sync\n" +
			greeting + greet + word + "-- greet/g.go --\npackage greet\n\nimport _ \"golang.org/x/sync/errgroup\"\n",
		"testdata": greeting + word + "-- greet/testdata/word.txt --\nhello\n-- greet/greet.go --\npackage greet\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n\t\"os\"\n\n\t_ \"example/internal/word\"\n)\n\n" +
			"//go:embed testdata/word.txt\nvar text string\n\nfunc Hello() {\n\tif b, err := os.ReadFile(\"greet/testdata/word.txt\"); err == nil && string(b) == text {\n\t\tfmt.Print(text)\n\t}\n}\n",
		"in the order of names": "-- main.go --\npackage main\n\nimport \"example/greet\"\n\nfunc main() { greet.Hello() }\n-- greet/z.go --\npackage greet\n\nvar _ = say(\"lo\\n\")\n-- greet/a.go --\npackage greet\n\nimport \"fmt\"\n\nvar _ = say(\"hel\")\n\nfunc say(s string) bool { fmt.Print(s); return true }\n\nfunc Hello() {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := runJob(t, folders(text))
			if r.Status != sandbox.StatusOK || printed(r, "stdout") != "hello\n" {
				t.Fatalf("%s %q %+v", r.Status, printed(r, "stdout"), r.Diagnostics)
			}
			if again := runJob(t, folders(text)); !again.Cached {
				t.Error("it is built again")
			}
		})
	}
}

// TestFoldersRefused is what is wrong with programs of several packages: where
// it is said, and the words.
func TestFoldersRefused(t *testing.T) {
	e := needsEngine(t)
	const main = "-- main.go --\npackage main\n\nimport _ \"example/x\"\n\nfunc main() {}\n"
	module := func(lines string) string {
		return "-- go.mod --\n" + lines + "\n-- main.go --\npackage main\n\nfunc main() {}\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"types", main + "-- x/x.go --\npackage x\n\nfunc f() { n := 1 }\n", "UnusedVar x/x.go:3:12: declared and not used: n"},
		{"types, not of what nobody needs", main + "-- x/x.go --\npackage x\n\nfunc f() int { return \"\" }\n-- y/y.go --\npackage y\n\nvar z int = \"\"\n", "IncompatibleAssign x/x.go:3:23: cannot use \"\""},
		{"syntax", main + "-- x/x.go --\npackage x\n\nfunc f() {\n", "syntax:unclosed x/x.go:4:1: syntax error: "},
		{"head", main + "-- x/x.go --\npackage\n", " x/x.go:1:9: expected 'IDENT'"},
		{"missing", main + "-- y/y.go --\npackage y\n", "build:no-folder main.go:3:8: package example/x is not in the program: no Go file lies in its folder x"},
		{"missing below", main + "-- x/x.go --\npackage x\n\nimport _ \"example/x/y\"\n", "build:no-folder x/x.go:3:8: package example/x/y is not in the program"},
		{"no Go files", main + "-- x/testdata/a.txt --\na\n", "build:no-folder main.go:3:8: package example/x is not in the program: no Go file"},
		{"left out", main + "-- x/x.go --\n//go:build windows\n\npackage x\n", "refused:constraint x/x.go:1:1: //go:build windows leaves this file out"},
		{"left out by name", main + "-- x/x_windows.go --\npackage x\n", "refused:name-constraint x/x_windows.go:1:1: the name of x_windows.go leaves it out"},
		{"two names", main + "-- x/a.go --\npackage x\n-- x/b.go --\npackage y\n", "build:mixed-packages x/b.go:1:1: found packages x (a.go) and y (b.go)"},
		{"a program", main + "-- x/x.go --\npackage main\n\nfunc main() {}\n", "build:import-main main.go:3:8: import \"example/x\" is a program, not an importable package"},
		{"the program", main + "-- x/x.go --\npackage x\n\nimport _ \"example\"\n", "build:import-main x/x.go:3:8: import \"example\" is a program"},
		{"a cycle", main + "-- x/x.go --\npackage x\n\nimport _ \"example/y\"\n-- y/y.go --\npackage y\n\nimport _ \"example/x\"\n", "build:cycle y/y.go:3:8: import cycle not allowed: example/y imports example/x, which needs example/y"},
		{"itself", main + "-- x/x.go --\npackage x\n\nimport _ \"example/x\"\n", "build:cycle x/x.go:3:8: import cycle not allowed"},
		{"internal", main + "-- x/x.go --\npackage x\n\nimport _ \"example/y/internal/z\"\n-- y/internal/z/z.go --\npackage z\n", "build:internal x/x.go:3:8: use of internal package example/y/internal/z not allowed"},
		{"not the whole path", "-- main.go --\npackage main\n\nimport _ \"x\"\n\nfunc main() {}\n-- x/x.go --\npackage x\n", "build:no-folder main.go:3:8: package x is not in std; the package in the folder x is imported as \"example/x\""},
		{"below the usual module", "-- go.mod --\nmodule m\n\ngo 1.26\n-- main.go --\npackage main\n\nimport _ \"example/a/x\"\n\nfunc main() {}\n-- x/x.go --\npackage x\n-- a/x/x.go --\npackage x\n", "build:no-folder main.go:3:8: package example/a/x is not in std; the package in the folder a/x is imported as \"m/a/x\""},
		{"relative", "-- main.go --\npackage main\n\nimport _ \"./x\"\n\nfunc main() {}\n-- x/x.go --\npackage x\n", "build:relative main.go:3:8: \"./x\" is relative, but relative import paths are not supported in module mode; the package in the folder x is imported as \"example/x\""},
		{"no main", "-- x/x.go --\npackage x\n", "refused:empty :0:0: there is nothing to run: no Go file lies at the top"},
		{"several", "-- a/x.go --\npackage main\n-- b/x.go --\npackage main\n", "refused:main :0:0: there is no package main at the top and several below it, in a, b"},
		{"the top is none", "-- x.go --\npackage x\n-- x/x.go --\npackage x\n", "build:not-main x.go:1:1: package x is not a main package"},
		{"no func main", "-- main.go --\npackage main\n\nimport _ \"example/x\"\n-- x/x.go --\npackage x\n\nfunc main() {}\n", "build:no-main main.go:1:1: function main is undeclared"},
		{"cgo", main + "-- x/x.go --\npackage x\n-- unused/x.go --\npackage unused\n\nimport \"C\"\n", "refused:cgo unused/x.go:3:8: import \"C\""},
		{"linkname", main + "-- x/x.go --\npackage x\n\n//go:linkname f runtime.f\n", "refused:linkname x/x.go:3:1: go:linkname is not available"},
		{"embed", main + "-- x/x.go --\npackage x\n\nimport _ \"embed\"\n\n//go:embed x.go\nvar s string\n", "refused:embed x/x.go:5:1: go:embed finds nothing"},
		{"assembly", main + "-- x/x.s --\n", "refused:assembly x/x.s:0:0: \"x.s\" is assembly"},
		{"not Go", main + "-- x/notes.txt --\n", "refused:name x/notes.txt:0:0: "},
		{"tests", main + "-- x/x_test.go --\npackage x\n", "refused:test-file x/x_test.go:0:0: "},
		{"vendor", main + "-- vendor/x/x.go --\npackage x\n", "refused:name vendor/x/x.go:0:0: \"vendor/x/x.go\" lies in a folder vendor"},
		{"hidden", main + "-- .x/x.go --\npackage x\n", "refused:name .x/x.go:0:0: "},
		{"left out by Go", main + "-- _x/x.go --\npackage x\n", "refused:name _x/x.go:0:0: "},
		{"another module", main + "-- x/go.mod --\nmodule x\n", "refused:module x/go.mod:0:0: \"x/go.mod\" would make a module of its own"},
		{"clash", main + "-- x/x.go --\npackage x\n-- X/x2.go --\npackage x\n", "refused:duplicate X:0:0: X is the name of two folders"},
		{"absolute", main + "-- /x/x.go --\npackage x\n", "refused:name /x/x.go:0:0: the file name \"/x/x.go\" is absolute"},
		{"up", main + "-- x/../../x.go --\npackage x\n", "refused:name x/../../x.go:0:0: the file name \"x/../../x.go\" has the folder .."},

		{"a newer Go", module("module example\n\ngo 1.27"), "refused:go-version go.mod:3:1: go.mod requires go >= 1.27"},
		{"a newer patch", module("module example\n\ngo 1.26.999"), "refused:go-version go.mod:3:1: go.mod requires go >= 1.26.999 (running go 1"},
		{"a toolchain", module("module example\n\ngo 1.26\ntoolchain go1.99.0"), "refused:go-version go.mod:4:1: go.mod asks for the toolchain go1.99.0"},
		{"a requirement", module("module example\n\ngo 1.26\n\nrequire (\n\texample.com/x v1.0.0\n)"), "refused:not-vendored go.mod:6:2: the module example.com/x is not here: nothing is downloaded here"},
		{"a newer one", module("module example\n\nrequire golang.org/x/sync v0.99.0"), "refused:not-vendored go.mod:3:1: go.mod requires golang.org/x/sync v0.99.0, and the course comes with v"},
		{"a replacement", module("module example\n\nreplace golang.org/x/sync => ../sync"), "refused:replace go.mod:3:1: replace is not available here"},
		{"no name", module("go 1.26"), "build:go-mod go.mod:1:1: no module declaration in go.mod"},
		{"no words", module("module example\n\nfoo bar"), "build:go-mod go.mod:3:1: unknown directive: foo"},
		{"two names of it", module("module a b"), "build:go-mod go.mod:1:1: usage: module module/path"},
		{"a bad name", module("module ../x"), "refused:module go.mod:1:1: malformed import path \"../x\""},
		{"a long name", module("module " + strings.Repeat("x", 300)), "refused:module go.mod:1:1: the path of the module has 300 bytes"},
		{"a name of std", module("module strings"), "refused:module go.mod:1:1: module strings: paths that begin with strings"},
		{"a name of ours", module("module tutor/x"), "refused:module go.mod:1:1: module tutor/x: paths that begin with tutor"},
		{"a name of another", module("module golang.org/x/sync"), "refused:module go.mod:1:1: golang.org/x/sync is a module that comes with the course"},
		{"a setting", module("module example\n\ngo 1.26\n\ngodebug nonsense=1"), "build:debug go.mod:5:1: invalid //go:debug: unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runJob(t, folders(c.text))
			if len(r.Diagnostics) == 0 {
				t.Fatalf("%s, want %s", r.Status, c.want)
			}
			d := r.Diagnostics[0]
			if got := d.Code + " " + said(d); !strings.HasPrefix(got, c.want) || r.Status != statusOf(r.Diagnostics) {
				t.Errorf("%s: %s\nwant %s", r.Status, got, c.want)
			}
			if c.name == "tests" {
				return // files of tests may be written, though no program has them
			}
			// The warm checker points at the same place.
			while, err := e.Diagnose(t.Context(), "folders", folders(c.text).Files)
			if err != nil || len(while) == 0 || while[0].File != d.File || while[0].Line != d.Line && !strings.HasPrefix(c.name, "syntax") {
				t.Errorf("while it is written: %+v %v", while, err)
			}
		})
	}
}

// TestFoldersAsGoRun holds what the lines of a go.mod change against go run.
func TestFoldersAsGoRun(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const loops = "-- main.go --\npackage main\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nfunc main() {\n\tvar fs []func()\n\tfor i := 0; i < 2; i++ {\n\t\tfs = append(fs, func() { print(i) })\n\t}\n\tfor _, f := range fs {\n\t\tf()\n\t}\n" +
		"\tprintln(cap(time.NewTimer(0).C))\n\t_ = os.Args\n}\n"
	for _, mod := range []string{"module example\n\ngo 1.26\n", "module example\n\ngo 1.21\n", "module example\n", "module example\n\ngo 1.26\n\ngodebug asynctimerchan=1\n", "module example\n\ngo 1.21\n\ngodebug default=go1.24\n"} {
		text := "-- go.mod --\n" + mod + loops
		cmd := exec.CommandContext(t.Context(), l.tool.Command, "run", ".")
		cmd.Dir = t.TempDir()
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off")
		for _, f := range txtar.Parse([]byte(text)).Files {
			if err := os.WriteFile(filepath.Join(cmd.Dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s", err, want)
		}
		if r := runJob(t, folders(text)); printed(r, "stderr") != string(want) {
			t.Errorf("%s%s %q, and go run prints %q: %+v", mod, r.Status, printed(r, "stderr"), want, r.Diagnostics)
		}
	}
}

// TestFoldersShown sees that what is told of a program points at files by their
// paths: failures, advice, decisions of the compiler, and the fake clock's.
func TestFoldersShown(t *testing.T) {
	needsEngine(t)
	fails := folders(greeting + "-- greet/greet.go --\npackage greet\n\nfunc Hello() { panic(\"no\") }\n")
	if d := runJob(t, fails).Diagnostics; len(d) == 0 || d[0].File != "greet/greet.go" || d[0].Line != 3 {
		t.Errorf("a panic: %+v", d)
	}
	// A wrapper of printf is known in the packages that use it.
	vetted := folders("-- main.go --\npackage main\n\nimport \"example/greet\"\n\nfunc main() { greet.Hello(\"%d\", \"x\") }\n-- greet/greet.go --\npackage greet\n\nimport \"fmt\"\n\nfunc Hello(format string, args ...any) { fmt.Printf(format, args...) }\n")
	vetted.Vet = true
	if d := runJob(t, vetted).Diagnostics; len(d) != 1 || d[0].Code != "vet:printf" || d[0].File != "main.go" {
		t.Errorf("vet: %+v", d)
	}
	asm := folders(greeting + greet + word)
	asm.Kind = sandbox.KindAsm
	if r := runJob(t, asm); r.Asm == nil || !slices.ContainsFunc(r.Asm.Notes, func(n sandbox.AsmNote) bool { return n.File == "internal/word/word.go" && n.Text == "can inline Of" }) {
		t.Errorf("asm: %s %+v", r.Status, r.Asm)
	}
	files, problems, err := shared.engine.Format(t.Context(), folders("-- go.mod --\nmodule  example\n-- greet/greet.go --\npackage greet\n\nfunc Hello() { print( 1) }\n").Files)
	if err != nil || len(problems) > 0 || files[0].Content != "module  example\n" || !strings.Contains(files[1].Content, "print(1)") {
		t.Errorf("formatted: %+v %+v %v", files, problems, err)
	}
	own := folders(greeting + greet + word)
	if list := varies(own.Files, &module{path: "example"}); len(list) > 0 {
		t.Errorf("what may vary: %+v", list)
	}
}

// TestFoldersTests runs the tests of all packages, as go test ./... does, each in
// its folder.
func TestFoldersTests(t *testing.T) {
	needsEngine(t)
	const text = "-- go.mod --\nmodule example.com/app\n\ngo 1.26\n" +
		"-- app.go --\npackage app\n\nfunc One() int { return 1 }\n-- app_test.go --\npackage app\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Fail()\n\t}\n}\n" +
		"-- sum/sum.go --\npackage sum\n\nimport \"example.com/app\"\n\nfunc Two() int {\n\tif app.One() == 3 {\n\t\treturn 0\n\t}\n\treturn 2 * app.One()\n}\n-- sum/testdata/two.txt --\n2\n" +
		"-- sum/sum_test.go --\npackage sum_test\n\nimport (\n\t\"os\"\n\t\"testing\"\n\n\t\"example.com/app/sum\"\n)\n\nfunc TestOne(t *testing.T) {\n\tif _, err := os.Stat(\"testdata/two.txt\"); err != nil || sum.Two() != 2 {\n\t\tt.Error(err)\n\t}\n}\n\nfunc TestOnly(t *testing.T) {}\n\nfunc TestMain(m *testing.M) { os.Exit(m.Run()) }\n"
	job := folders(text)
	job.Kind, job.Vet = sandbox.KindCover, true
	var told []string
	r, err := shared.engine.Run(t.Context(), job, func(ev sandbox.Event) {
		if ev.Test != nil {
			told = append(told, ev.Test.FullName())
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != sandbox.StatusOK || len(r.Diagnostics) > 0 || !slices.Equal(told, []string{"TestOne", "sum.TestOne", "sum.TestOnly"}) {
		t.Fatalf("%s %v %+v", r.Status, told, r.Diagnostics)
	}
	if c := r.Cover; c == nil || len(c.Files) != 2 || c.Files[1].Name != "sum/sum.go" || c.Statements != 4 || c.Covered != 3 {
		t.Errorf("coverage: %+v", c)
	}
	job.Kind, job.Args = sandbox.KindTest, []string{"-run", "Only"}
	if r := runJob(t, job); r.Status != sandbox.StatusOK || len(r.Tests) != 1 || r.Tests[0].FullName() != "sum.TestOnly" || len(r.Diagnostics) > 0 || len(r.Events) > 0 {
		t.Errorf("a package in which nothing is selected is not run: %s %+v %+v %+v", r.Status, r.Tests, r.Diagnostics, r.Events)
	}
	job.Args = nil
	for i, f := range job.Files {
		if f.Name == "sum/sum.go" {
			job.Files[i].Content = "package sum\n\nfunc Two() int { return 3 }\n"
		}
	}
	if r := runJob(t, job); r.Status != sandbox.StatusTestFailed || len(r.Tests) != 3 || r.Tests[1].Status != sandbox.TestFailed {
		t.Errorf("one fails: %s %+v", r.Status, r.Tests)
	}
	job.Files = append(job.Files, sandbox.File{Name: "sum/x_test.go", Content: "package sum\n\nvar x int = \"\"\n"})
	if r := runJob(t, job); r.Status != sandbox.StatusCompileError || r.Diagnostics[0].File != "sum/x_test.go" || len(r.Events) > 0 {
		t.Errorf("one does not compile: %s %+v", r.Status, r.Diagnostics)
	}
}

// TestGoModIsQuick holds that no go.mod takes long to read, since that is done
// outside the jail.
func TestGoModIsQuick(t *testing.T) {
	for _, line := range []string{"require a.b/c v1.0.0\n", "(\n", "\"", "//\n", "x ", "require (\n", "\\\n", "replace a => b\n", "`"} {
		text := "module x\n" + strings.Repeat(line, (maxFileBytes-16)/len(line))
		before := time.Now()
		readGoMod(text, "go1.26.0")
		if took := time.Since(before); took > 2*time.Second {
			t.Errorf("%s took %v", fmt.Sprintf("%q", line), took)
		}
	}
}
