package toolchain

import (
	"context"
	"errors"
	"fmt"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go/ast"

	"course/tutor/sandbox"
)

func mainFile(text string) []sandbox.File {
	return []sandbox.File{{Name: "main.go", Content: text}}
}

// TestDiagnose: what Run would say is said without building anything, with the
// same code, place and lesson.
func TestDiagnose(t *testing.T) {
	e := needsEngine(t)
	for name, test := range map[string]struct{ text, want string }{
		"nothing":     {"package main\n\nfunc main() {}\n", ""},
		"unused":      {"package main\n\nfunc main() {\n\tn := 1\n}\n", "UnusedVar main.go:4:2: declared and not used: n"},
		"other types": {"package main\n\nfunc main() {\n\tvar n int = \"1\"\n\t_ = n\n}\n", "IncompatibleAssign main.go:4:14: cannot use \"1\" (untyped string constant) as int value in variable declaration"},
		"imports":     {"package main\n\nimport \"net/http\"\n\nfunc main() { http.Gett() }\n", "UndeclaredImportedName main.go:5:20: undefined: http.Gett"},
		"no package":  {"package main\n\nimport \"maths\"\n\nfunc main() { maths.F() }\n", "build:not-std main.go:3:8: package maths is not in std"},
		"no main":     {"package main\n\nfunc Main() {}\n", "build:no-main main.go:1:1: function main is undeclared in the main package"},
		"no syntax":   {"package main\n\nfunc main() {\n", "syntax main.go:3:15: syntax error: expected '}', found 'EOF'"},
		"vet":         {"package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Printf(\"%d\", \"x\") }\n", "vet:printf main.go:5:27: fmt.Printf format %d has arg \"x\" of wrong type string"},
		"refused":     {"package main\n\nimport \"C\"\n\nfunc main() {}\n", "refused:cgo main.go:3:8: import \"C\": cgo is not available here"},
	} {
		diags, err := e.Diagnose(t.Context(), "test", mainFile(test.text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, d := range diags {
			got = append(got, d.Code+" "+said(d))
			if d.Explain == "" && !strings.HasPrefix(d.Code, "refused:") {
				t.Errorf("%s: no lesson for %+v", name, d)
			}
		}
		if text := strings.Join(got, "\n"); text != test.want {
			t.Errorf("%s: %s, want %s", name, text, test.want)
		}
	}
}

// TestDiagnoseIsWarm: one child answers one person after the other question,
// and another person has another.
func TestDiagnoseIsWarm(t *testing.T) {
	e := needsEngine(t)
	pid := func(key string) int {
		if _, err := e.Diagnose(t.Context(), key, mainFile("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n")); err != nil {
			t.Fatal(err)
		}
		e.warm.mu.Lock()
		defer e.warm.mu.Unlock()
		for _, c := range e.warm.list {
			if c.key == key {
				return c.helper.process.PID()
			}
		}
		t.Fatalf("no child is kept for %s", key)
		return 0
	}
	first := pid("ann")
	if again := pid("ann"); again != first {
		t.Errorf("the child %d was not used again: %d", first, again)
	}
	if other := pid("bob"); other == first {
		t.Error("two people share a child")
	}
	for _, key := range []string{"c", "d", "e", "f"} {
		pid(key)
	}
	e.warm.mu.Lock()
	defer e.warm.mu.Unlock()
	if n := len(e.warm.list); n > maxCheckers {
		t.Errorf("%d children are kept, at most %d may be", n, maxCheckers)
	}
}

// TestDiagnoseIsBounded: a program that is too much for the type checker costs
// its child, and the next question is answered.
func TestDiagnoseIsBounded(t *testing.T) {
	e := needsEngine(t)
	double := "package main\n\nconst a0 = \"0123456789abcdef\"\n"
	for i := range 40 {
		double += "const a" + itoa(i+1) + " = a" + itoa(i) + " + a" + itoa(i) + "\n"
	}
	diags, err := e.Diagnose(t.Context(), "hostile", mainFile(double+"\nfunc main() { println(len(a40)) }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(diags) != 1 || diags[0].Code != "refused:diagnose" || !strings.Contains(diags[0].Message, "it needs more than") {
		t.Errorf("%+v", diags)
	}
	if diags, err = e.Diagnose(t.Context(), "hostile", mainFile("package main\n\nfunc main() {}\n")); err != nil || len(diags) > 0 {
		t.Errorf("afterwards: %+v %v", diags, err)
	}
}

// TestDiagnoseCancelled ends when nobody waits for it any more.
func TestDiagnoseCancelled(t *testing.T) {
	e := needsEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Diagnose(ctx, "gone", mainFile("package main\n\nfunc main() {}\n")); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := e.Diagnose(t.Context(), "gone", mainFile("package main\n\nfunc main() {}\n")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestVetIsAdvice: what vet finds does not change how a run ended, and comes
// with a failing run too.
func TestVetIsAdvice(t *testing.T) {
	for text, status := range map[string]sandbox.Status{
		"fmt.Printf(\"%d\\n\", \"x\")":             sandbox.StatusOK,
		"fmt.Printf(\"%d\\n\", \"x\"); panic(1)":   sandbox.StatusRuntimeError,
		"fmt.Printf(\"%d\\n\", \"x\"); n := 1":     sandbox.StatusCompileError,
		"fmt.Printf(\"%d\\n\", 1); println(\"x\")": sandbox.StatusOK,
	} {
		job := program("package main\n\nimport \"fmt\"\n\nfunc main() { " + text + " }\n")
		job.Vet = true
		r := runJob(t, job)
		advice := 0
		for _, d := range r.Diagnostics {
			if d.Code == "vet:printf" {
				advice++
			}
		}
		want := 1
		if status == sandbox.StatusCompileError || strings.Contains(text, ", 1)") {
			want = 0
		}
		if r.Status != status || advice != want {
			t.Errorf("%s: %s with %d pieces of advice, want %s with %d: %s", text, r.Status, advice, status, want, told(r))
		}
	}
}

// TestCodeNames holds our names of the codes against the installed toolchain.
func TestCodeNames(t *testing.T) {
	l, err := needsEngine(t).standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filepath.Join(l.tool.Root, "src", "internal", "types", "errors", "codes.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Importer: importer.Default()}
	pkg, err := conf.Check("errors", fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if !ok {
			continue
		}
		n, _ := constant.Int64Val(c.Val())
		if seen++; codeNames[n] != name {
			t.Errorf("code %d is %s, we say %q", n, name, codeNames[n])
		}
	}
	if seen != len(codeNames) {
		t.Errorf("there are %d codes, we name %d", seen, len(codeNames))
	}
}

// BenchmarkDiagnose is one answer of a warm child.
func BenchmarkDiagnose(b *testing.B) {
	e := needsEngine(b)
	for name, text := range map[string]string{
		"fmt":      "package main\n\nimport \"fmt\"\n\nfunc main() { n := 1; fmt.Println(\"hi\") }\n",
		"net/http": "package main\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, r.URL) })\n\tn := 1\n}\n",
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				if _, err := e.Diagnose(b.Context(), "bench "+name, mainFile(text)); err != nil {
					b.Fatal(err)
				}
				if i == 0 {
					b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "first-ms")
				}
			}
		})
	}
}

// TestDiagnoseSurvives: a child that was killed from outside is replaced, and
// none outlives the engine.
func TestDiagnoseSurvives(t *testing.T) {
	needsEngine(t)
	e, err := New(Config{DataDir: testData})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ask := func() *warmChecker {
		diags, err := e.Diagnose(t.Context(), "ann", mainFile("package main\n\nfunc main() { n := 1 }\n"))
		if err != nil || len(diags) != 1 || diags[0].Code != "UnusedVar" {
			t.Fatalf("%+v %v", diags, err)
		}
		e.warm.mu.Lock()
		defer e.warm.mu.Unlock()
		return e.warm.list[0]
	}
	first := ask()
	if err := first.helper.process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.helper.process.Done()
	second := ask()
	if second == first {
		t.Error("a dead child answers")
	}
	e.Close()
	if second.alive() {
		t.Error("the child outlives the engine")
	}
}

// TestDiagnoseTests checks and vets a package, the tests in it and those beside
// it, which know of it what only its tests declare, and that it formats.
func TestDiagnoseTests(t *testing.T) {
	pack := sandbox.File{Name: "a.go", Content: "package a\n\nimport \"fmt\"\n\nfunc Logf(format string, args ...any) string { return fmt.Sprintf(format, args...) }\n"}
	inside := sandbox.File{Name: "in_test.go", Content: "package a\n\nvar Secret = len(Logf(\"\"))\n"}
	beside := func(body string) sandbox.File {
		return sandbox.File{Name: "x_test.go", Content: "package a_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/a\"\n)\n\nfunc TestA(t *testing.T) {\n\t" + body + "\n}\n"}
	}
	for body, want := range map[string]string{
		`t.Log(a.Secret, a.Logf("%d", 1))`:   "",
		`t.Log(a.Secret, a.Logf("%d", "x"))`: "x_test.go:10 vet:printf",
		`t.Log(a.Nothing)`:                   "x_test.go:10 UndeclaredImportedName",
		`go t.Fatal(a.Secret)`:               "x_test.go:10 vet:testinggoroutine",
	} {
		job := sandbox.Job{Key: "test", Kind: sandbox.KindTest, Vet: true, Files: []sandbox.File{pack, inside, beside(body)}}
		diags, err := needsEngine(t).Diagnose(t.Context(), "tests", job.Files)
		if err != nil {
			t.Fatal(err)
		}
		if got := briefly(diags); got != want {
			t.Errorf("%s: diagnosed %q, want %q", body, got, want)
		}
		if strings.HasPrefix(body, "go ") {
			continue // how that ends is chance
		}
		if got := briefly(runJob(t, job).Diagnostics); got != want {
			t.Errorf("%s: told with its run %q, want %q", body, got, want)
		}
	}
	diags, err := needsEngine(t).Diagnose(t.Context(), "tests", []sandbox.File{pack, {Name: "b_test.go", Content: "package a\n"}})
	if err != nil || len(diags) > 0 {
		t.Errorf("no test yet: %v %v", diags, err)
	}
}

// briefly is where diagnostics stand, and their codes.
func briefly(diags []sandbox.Diagnostic) string {
	var list []string
	for _, d := range diags {
		list = append(list, fmt.Sprintf("%s:%d %s", d.File, d.Line, d.Code))
	}
	return strings.Join(list, ", ")
}
