package page

import (
	"fmt"
	"strings"

	"course/tutor/sandbox"
)

// asmData is what the compiler decided and made, beside the source.
type asmData struct {
	Facts string
	Ran   bool // the program was run besides
	Cut   bool
	Files []asmFile
	Words []asmWord // what the decisions mean, of those that there are
}

type asmFile struct {
	Name string
	Rows []asmLine
}

// asmLine is a line of the source of which there is something to tell.
type asmLine struct {
	N    int
	URL  string
	File string
	Text string
	// Measured is what the benchmarks that begin here took.
	Measured []string
	Notes    []sandbox.AsmNote
	Code     []asmCode
}

// asmCode is the instructions of one function for a line.
type asmCode struct {
	Func string
	Rows []sandbox.Asm
}

// asmWord is what a kind of decision means.
type asmWord struct{ What, Name, Says string }

var asmWords = []asmWord{
	{"heap", "escapes to heap", "the value may outlive the call, so the runtime allocates it and the garbage collector frees it; a constant has its place in the program already, and nothing is allocated for it"},
	{"stack", "does not escape", "the value dies with the call, so it stands on the stack and costs nothing to free"},
	{"leak", "leaking param", "the function lets what the parameter points to out, so a caller may have to put it on the heap"},
	{"inline", "can inline", "the function is small enough for its body to be put where it is called"},
	{"inlined", "inlining call", "the call is gone: the body stands here"},
}

// codeOf is the source that was compiled.
func codeOf(v CellView, files []sandbox.File) []sandbox.File {
	if files == nil {
		return v.Files
	}
	return files
}

// newAsm hangs decisions and instructions on the lines of the source; nil for
// a run without them.
func newAsm(r *sandbox.Result, files []sandbox.File, cellID string) *asmData {
	a := r.Asm
	if a == nil {
		return nil
	}
	bytes, n := 0, 0
	for _, f := range a.Funcs {
		bytes += f.Bytes
		n += len(f.Rows)
	}
	d := &asmData{Cut: a.Cut, Ran: r.Kind != sandbox.KindAsm, Facts: plural(len(a.Notes), "decision", "decisions")}
	if n > 0 {
		d.Facts = fmt.Sprintf("%s, %s, %s of machine code for %s",
			plural(len(a.Funcs), "function", "functions"), plural(n, "instruction", "instructions"), plural(bytes, "byte", "bytes"), a.Arch)
	}
	if len(a.Flags) > 0 {
		d.Facts += ", compiled with " + strings.Join(a.Flags, " ")
	}
	lines := asmLines(a)
	for i := range r.Bench {
		if b := &r.Bench[i]; b.Line > 0 {
			at := asmPlace{b.File, b.Line}
			if lines[at] == nil {
				lines[at] = &asmLine{}
			}
			lines[at].Measured = append(lines[at].Measured, b.InWords())
		}
	}
	for _, f := range files {
		if file := newAsmFile(f, lines, cellID); len(file.Rows) > 0 {
			d.Files = append(d.Files, file)
		}
	}
	has := map[string]bool{}
	for _, n := range a.Notes {
		has[n.What] = true
	}
	for _, w := range asmWords {
		if has[w.What] {
			d.Words = append(d.Words, w)
		}
	}
	return d
}

type asmPlace struct {
	file string
	line int
}

// asmLines gathers what there is to tell of each line.
func asmLines(a *sandbox.Assembly) map[asmPlace]*asmLine {
	lines := map[asmPlace]*asmLine{}
	at := func(file string, line int) *asmLine {
		l := lines[asmPlace{file, line}]
		if l == nil {
			l = &asmLine{}
			lines[asmPlace{file, line}] = l
		}
		return l
	}
	for _, n := range a.Notes {
		l := at(n.File, n.Line)
		l.Notes = append(l.Notes, n)
	}
	for _, f := range a.Funcs {
		for _, r := range f.Rows {
			l := at(r.File, r.Line)
			if k := len(l.Code); k == 0 || l.Code[k-1].Func != f.Name {
				l.Code = append(l.Code, asmCode{Func: f.Name})
			}
			code := &l.Code[len(l.Code)-1]
			code.Rows = append(code.Rows, r)
		}
	}
	return lines
}

func newAsmFile(f sandbox.File, lines map[asmPlace]*asmLine, cellID string) asmFile {
	file := asmFile{Name: f.Name}
	n := 0
	for text := range strings.Lines(f.Content) {
		n++
		l := lines[asmPlace{f.Name, n}]
		if l == nil {
			continue
		}
		l.N, l.File, l.Text, l.URL = n, f.Name, strings.TrimRight(text, "\r\n"), lineURL(cellID, true, n)
		file.Rows = append(file.Rows, *l)
	}
	return file
}

// Count is "12 instructions".
func (l asmLine) Count() string {
	n := 0
	for _, c := range l.Code {
		n += len(c.Rows)
	}
	return plural(n, "instruction", "instructions")
}
