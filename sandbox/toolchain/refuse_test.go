package toolchain

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// TestRefusals holds what is never built, and why.
func TestRefusals(t *testing.T) {
	e := needsEngine(t)
	const ok = "package main\n\nfunc main() {}\n"
	many := make([]sandbox.File, maxFiles+1)
	for i := range many {
		many[i] = sandbox.File{Name: "f" + itoa(i) + ".go", Content: "package main\n"}
	}
	named := func(name string) []sandbox.File {
		return []sandbox.File{{Name: "main.go", Content: ok}, {Name: name, Content: "package main\n"}}
	}
	text := func(s string) []sandbox.File { return []sandbox.File{{Name: "main.go", Content: s}} }
	big := ok + "//" + strings.Repeat("x", maxFileBytes)
	tests := []struct {
		name  string
		files []sandbox.File
		code  string
		at    string // FILE:LINE
	}{
		{"no files", nil, "refused:empty", ":0"},
		{"too many files", many, "refused:too-many", ":0"},
		{"a large file", text(big), "refused:size", "main.go:0"},
		{"large together", []sandbox.File{{Name: "a.go", Content: big[:60<<10]}, {Name: "b.go", Content: big[:60<<10]}, {Name: "c.go", Content: big[:60<<10]},
			{Name: "d.go", Content: big[:60<<10]}, {Name: "e.go", Content: big[:60<<10]}}, "refused:total-size", ":0"},
		{"a path", named("../x.go"), "refused:name", "../x.go:0"},
		{"a flag", named("-o.go"), "refused:name", "-o.go:0"},
		{"a device", named("CON.go"), "refused:name", "CON.go:0"},
		{"assembly", named("x.s"), "refused:assembly", "x.s:0"},
		{"an object", named("x.syso"), "refused:object", "x.syso:0"},
		{"a test", named("x_test.go"), "refused:test-file", "x_test.go:0"},
		{"a hidden file", named("_x.go"), "refused:name", "_x.go:0"},
		{"the same name", named("Main.go"), "refused:duplicate", "Main.go:0"},
		{"cgo", text("package main\n\n/*\n#include \"/etc/passwd\"\n*/\nimport \"C\"\n\nfunc main() {}\n"), "refused:cgo", "main.go:6"},
		{"cgo in a group", text("package main\n\nimport (\n\t\"fmt\"\n\t\"C\"\n)\n\nfunc main() { fmt.Println() }\n"), "refused:cgo", "main.go:5"},
		{"a cgo directive", text("package main\n\n//go:cgo_import_dynamic _ _ \"libevil.so\"\nfunc main() {}\n"), "refused:cgo-directive", "main.go:3"},
		{"embed", text("package main\n\nimport _ \"embed\"\n\n//go:embed *\nvar s string\n\nfunc main() {}\n"), "refused:embed", "main.go:5"},
		{"linkname", text("package main\n\nimport _ \"unsafe\"\n\n//go:linkname f runtime.fastrand\nfunc f() uint32\n\nfunc main() {}\n"), "refused:linkname", "main.go:5"},
		{"a line", text("package main\n\n//line /etc/passwd:1\nfunc main() {}\n"), "refused:line", "main.go:3"},
		{"a line within", text("package main\n\nfunc main() { /*line x.go:1:1*/ }\n"), "refused:line", "main.go:3"},
		{"left out", text("//go:build ignore\n\npackage main\n\nfunc main() {}\n"), "refused:constraint", "main.go:1"},
		{"left out by name", []sandbox.File{{Name: "main.go", Content: ok}, {Name: "x_windows.go", Content: "package main\n"}}, "refused:name-constraint", "x_windows.go:1"},
		{"a constraint that is none", text("//go:build linux &\n\npackage main\n\nfunc main() {}\n"), "refused:bad-constraint", "main.go:1"},
		{"the runtime of cgo", text("package main\n\nimport _ \"runtime/cgo\"\n\nfunc main() {}\n"), "refused:cgo", "main.go:3"},
		{"not of Go", named("x.c"), "refused:name", "x.c:0"},
		{"a module's sums", named("go.sum"), "refused:module", "go.sum:0"},
		{"plugin", text("package main\n\nimport _ \"plugin\"\n\nfunc main() {}\n"), "refused:plugin", "main.go:3"},
	}
	sentences := map[string]string{} // each belongs to one code
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := e.Run(t.Context(), sandbox.Job{Files: test.files}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != sandbox.StatusRefused || len(r.Diagnostics) == 0 {
				t.Fatalf("%s %+v", r.Status, r.Diagnostics)
			}
			if d := r.Diagnostics[0]; d.Code != test.code || at(d) != test.at || d.Message == "" {
				t.Errorf("%+v, want %s at %s", d, test.code, test.at)
			} else if other, said := sentences[d.Message]; said && other != d.Code {
				t.Errorf("%s and %s say the same: %s", other, d.Code, d.Message)
			} else {
				sentences[d.Message] = d.Code
			}
		})
	}
}

// TestNotRefused holds what looks forbidden and is not.
func TestNotRefused(t *testing.T) {
	needsEngine(t)
	for name, text := range map[string]string{
		"words in a string":    "package main\n\nfunc main() {\n\tprintln(\"//go:linkname\", `\n//line x:1\n`)\n}\n",
		"generate":             "package main\n\n//go:generate touch /tmp/pwned\n\nfunc main() {}\n",
		"noinline":             "package main\n\n//go:noinline\nfunc f() {}\n\nfunc main() { f() }\n",
		"a constraint that is": "//go:build linux && go1.20\n\npackage main\n\nfunc main() {}\n",
		"a comment on lines":   "package main\n\n//linear\nfunc main() {} //lines\n",
		"C as a name":          "package main\n\nvar C = \"C\"\n\nfunc main() { _ = C }\n",
		"unsafe and syscall":   "package main\n\nimport (\n\t_ \"syscall\"\n\t\"unsafe\"\n)\n\nfunc main() { var x int; _ = unsafe.Sizeof(x) }\n",
		"main within":          "package main\n\ntype T struct{}\n\nfunc (T) main() {}\n\nfunc main() {}\n",
	} {
		if r := runJob(t, program(text)); r.Status != sandbox.StatusOK {
			t.Errorf("%s: %s %+v", name, r.Status, r.Diagnostics)
		}
	}
}

// TestDebugLine sees that //go:debug reaches the program.
func TestDebugLine(t *testing.T) {
	const text = "//go:debug panicnil=1\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n\tdefer func() { fmt.Println(recover()) }()\n\tpanic(nil)\n}\n"
	if got := printed(runJob(t, program(text)), sandbox.Stdout); got != "<nil>\n" {
		t.Errorf("with //go:debug panicnil=1 printed %q", got)
	}
	without := strings.TrimPrefix(text, "//go:debug panicnil=1\n")
	if got := printed(runJob(t, program(without)), sandbox.Stdout); !strings.Contains(got, "nil argument") {
		t.Errorf("without it printed %q", got)
	}
	old := strings.Replace(text, "panicnil=1", "default=go1.20", 1)
	if got := printed(runJob(t, program(old)), sandbox.Stdout); got != "<nil>\n" {
		t.Errorf("with //go:debug default=go1.20 printed %q", got)
	}
}

// FuzzScan gives the scanner what it is exposed to.
func FuzzScan(f *testing.F) {
	f.Add("package main\nfunc main() {}\n")
	f.Add("package main\nimport (\n\"C\"\n)\n//go:linkname a b\n/*line x:1*/")
	f.Fuzz(func(t *testing.T, text string) {
		in := inspect(sandbox.Package{Path: "main", Files: []sandbox.File{{Name: "main.go", Content: text}}}, false, "linux", "amd64")
		for _, d := range in.problems {
			if d.Message == "" {
				t.Errorf("a problem without words: %+v", d)
			}
		}
	})
}

// TestRefusalsEverywhere sees that what would reach beyond Go is refused, with
// the same code and sentence, in programs, in tests in and beside a package,
// and in every package of a job of several.
func TestRefusalsEverywhere(t *testing.T) {
	e := needsEngine(t)
	for _, test := range []struct{ code, name, text string }{
		{"refused:cgo", "x.go", "package P\n\nimport \"C\"\n"},
		{"refused:assembly", "x.s", "TEXT x(SB), $0\n"},
		{"refused:line", "x.go", "package P\n\n//line other.go:1\nvar x int\n"},
		{"refused:linkname", "x.go", "package P\n\nimport _ \"unsafe\"\n\n//go:linkname f runtime.fastrand\nfunc f() uint32\n"},
		{"refused:cgo-directive", "x.go", "package P\n\n//go:cgo_ldflag \"-lm\"\n"},
		{"refused:embed", "x.go", "package P\n\nimport _ \"embed\"\n\n//go:embed x.go\nvar s string\n"},
		{"refused:not-vendored", "x.go", "package P\n\nimport (\n\t_ \"github.com/a/b\"\n\t_ \"github.com/c/d\"\n)\n"},
		{"refused:plugin", "x.go", "package P\n\nimport _ \"plugin\"\n"},
	} {
		in := func(pack string) sandbox.File {
			return sandbox.File{Name: test.name, Content: strings.Replace(test.text, "package P", "package "+pack, 1)}
		}
		inTest := func(pack string) sandbox.File {
			f := in(pack)
			f.Name = strings.Replace(f.Name, "x.go", "x_test.go", 1)
			return f
		}
		main := sandbox.File{Name: "main.go", Content: "package main\n\nfunc main() {}\n"}
		own := sandbox.File{Name: "w.go", Content: "package w\n"}
		some := sandbox.File{Name: "some_test.go", Content: "package w\n\nimport \"testing\"\n\nfunc TestSome(*testing.T) {}\n"}
		part := func(lib, main []sandbox.File) []sandbox.Part {
			return []sandbox.Part{{Name: "main", Packages: []sandbox.Package{{Path: "lib", Files: lib}, {Path: "main", Files: main}}}}
		}
		said := ""
		for where, job := range map[string]sandbox.Job{
			"a program":            {Files: []sandbox.File{main, in("main")}},
			"a profile":            {Kind: sandbox.KindProfile, Profile: "cpu", Files: []sandbox.File{main, in("main")}},
			"the package tested":   {Kind: sandbox.KindTest, Files: []sandbox.File{own, some, in("w")}},
			"tests in the package": {Kind: sandbox.KindTest, Files: []sandbox.File{own, some, inTest("w")}},
			"tests beside it":      {Kind: sandbox.KindBench, Files: []sandbox.File{own, some, inTest("w_test"), {Name: "b_test.go", Content: "package w\n\nimport \"testing\"\n\nfunc BenchmarkB(*testing.B) {}\n"}}},
			"a library":            {Parts: part([]sandbox.File{{Name: "lib.go", Content: "package lib\n"}, in("lib")}, []sandbox.File{main})},
			"main of several":      {Parts: part([]sandbox.File{{Name: "lib.go", Content: "package lib\n"}}, []sandbox.File{main, in("main")})},
		} {
			r, err := e.Run(t.Context(), job, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(job.Parts) > 0 {
				r = r.Parts["main"]
			}
			if r.Status != sandbox.StatusRefused || len(r.Diagnostics) == 0 || r.Diagnostics[0].Code != test.code {
				t.Errorf("%s in %s: %s %+v", test.code, where, r.Status, r.Diagnostics)
				continue
			}
			if d := r.Diagnostics[0]; said != "" && d.Message != said {
				t.Errorf("%s in %s says %q, elsewhere %q", test.code, where, d.Message, said)
			} else {
				said = d.Message
			}
		}
	}
}
