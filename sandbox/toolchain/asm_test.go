package toolchain

import (
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

const decided = `package main

import "fmt"

type point struct{ x, y int }

//go:noinline
func newPoint(x int) *point { return &point{x, x} }

func add(a, b int) int { return a + b }

//go:noinline
func at(list []int, i int) int { return list[i] }

func main() {
	p := newPoint(3)
	fmt.Println(add(p.x, 4), at([]int{1}, 0))
	panic("this is never run")
}
`

func asmJob(text string, flags ...string) sandbox.Job {
	job := program(text)
	job.Kind, job.GCFlags = sandbox.KindAsm, flags
	return job
}

// notes of a kind on a line.
func notesOn(a *sandbox.Assembly, line int, what string) (list []string) {
	for _, n := range a.Notes {
		if n.File == "main.go" && n.Line == line && n.What == what {
			list = append(list, n.Text)
		}
	}
	return list
}

// codeOf is the text of the instructions of a function, by line of the source.
func asmOf(a *sandbox.Assembly, name string, line int) string {
	var b strings.Builder
	for _, f := range a.Funcs {
		for _, r := range f.Rows {
			if f.Name == name && r.File == "main.go" && r.Line == line {
				b.WriteString(r.Text + "\n")
			}
		}
	}
	return b.String()
}

// What the compiler decides and makes is told by line, and nothing is run.
func TestAsm(t *testing.T) {
	r := runJob(t, asmJob(decided))
	a := r.Asm
	if r.Status != sandbox.StatusOK || a == nil || len(r.Events) != 0 || a.Cut || a.Arch == "" {
		t.Fatalf("%s %v %+v", r.Status, r.Diagnostics, a)
	}
	for _, c := range []struct {
		line       int
		what, says string
	}{
		{8, "heap", "&point{...} escapes to heap"},
		{10, "inline", "can inline add"},
		{13, "stack", "list does not escape"},
		{17, "inlined", "inlining call to add"},
		{17, "stack", "[]int{...} does not escape"},
	} {
		if got := notesOn(a, c.line, c.what); !slices.Contains(got, c.says) {
			t.Errorf("line %d, %s: %q, want %q among them", c.line, c.what, got, c.says)
		}
	}
	if code := asmOf(a, "main.newPoint", 8); !strings.Contains(code, "runtime.newobject(SB)") {
		t.Errorf("main.newPoint does not allocate:\n%s", code)
	}
	if code := asmOf(a, "main.at", 13); !strings.Contains(code, "runtime.panicBounds") && !strings.Contains(code, "runtime.panicIndex") {
		t.Errorf("main.at has no bounds check:\n%s", code)
	}
	if code := asmOf(a, "main.main", 17); strings.Contains(code, "main.add(SB)") || !strings.Contains(code, "main.at(SB)") {
		t.Errorf("main.add is called, or main.at is not:\n%s", code)
	}
	for _, f := range a.Funcs {
		if strings.Contains(f.Name, "tutor") || f.Bytes == 0 || len(f.Rows) == 0 {
			t.Errorf("%s: %d bytes, %d rows", f.Name, f.Bytes, len(f.Rows))
		}
	}
}

// The flags change what is made.
func TestAsmFlags(t *testing.T) {
	a := runJob(t, asmJob(decided, "-l", "-B")).Asm
	if a == nil {
		t.Fatal("no assembly")
	}
	if code := asmOf(a, "main.main", 17); !strings.Contains(code, "main.add(SB)") {
		t.Errorf("with -l, main.add is not called:\n%s", code)
	}
	if code := asmOf(a, "main.at", 13); code == "" || strings.Contains(code, "panic") {
		t.Errorf("with -B, main.at has a bounds check:\n%s", code)
	}
	for _, c := range []struct {
		kind  sandbox.Kind
		flags []string
		want  string
	}{
		{sandbox.KindAsm, []string{"-race"}, `flag "-race" can't be used; it can be -l, -N, -m, -B`},
		{sandbox.KindAsm, []string{"-o=/tmp/x"}, "can't be used"},
		{sandbox.KindAsm, []string{"-l", "-l"}, "twice"},
		{sandbox.KindProgram, []string{"-B"}, "for the kind asm only"},
		{sandbox.KindProgram, []string{"-m"}, "for tests, benchmarks and the kind asm"},
	} {
		job := asmJob(decided, c.flags...)
		job.Kind = c.kind
		r := runJob(t, job)
		if r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:gcflags" || !strings.Contains(r.Diagnostics[0].Message, c.want) {
			t.Errorf("%s %v: %s %+v", c.kind, c.flags, r.Status, r.Diagnostics)
		}
	}
}

// A program can be run with the flags that change nothing but how it is made.
func TestRunWithFlags(t *testing.T) {
	job := program("package main\n\nimport \"runtime\"\n\nfunc where() uintptr {\n\tpc, _, _, _ := runtime.Caller(0)\n\treturn runtime.FuncForPC(pc).Entry()\n}\n\nfunc main() { println(where() == 0) }\n")
	job.GCFlags = []string{"-l", "-N"}
	if r := runJob(t, job); r.Status != sandbox.StatusOK || printed(r, sandbox.Stderr) != "false\n" {
		t.Errorf("%s %v", r.Status, r.Diagnostics)
	}
}

// What does not compile says so as ever.
func TestAsmOfErrors(t *testing.T) {
	r := runJob(t, asmJob("package main\n\nfunc main() {\n\tx := 1\n}\n"))
	if r.Status != sandbox.StatusCompileError || r.Asm != nil || len(r.Diagnostics) != 1 || r.Diagnostics[0].Line != 4 {
		t.Errorf("%s %+v", r.Status, r.Diagnostics)
	}
}

// Lines that no compiler writes are passed over, and all is bounded.
func TestParseAsm(t *testing.T) {
	var b strings.Builder
	for range 3000 {
		b.WriteString("main.go:1:2: x escapes to heap\nother.go:1:1: x escapes to heap\n")
	}
	b.WriteString("main.f STEXT size=4 args=0x0 locals=0x10 funcid=0x0\n")
	for range 30000 {
		b.WriteString("\t0x0000 00000 (main.go:3)\tMOVQ\tAX, BX\n\trel 1+2 t=R_CALL x\n\t0x0000 49 3b\n")
	}
	b.WriteString("\t0x0000 99999999999999999999 (main.go:99999999999999999999)\t" + strings.Repeat("x", 5000) + "\n\xff\xfe\n")
	a := parseAsm(b.String(), map[string]string{"/src/0/main.go": "main.go"})
	if len(a.Notes) != maxNotes || !a.Cut || len(a.Funcs) != 1 || a.Funcs[0].Frame != 16 || len(a.Funcs[0].Rows) != maxAsm {
		t.Errorf("%d notes, cut %v, %d functions", len(a.Notes), a.Cut, len(a.Funcs))
	}
}
