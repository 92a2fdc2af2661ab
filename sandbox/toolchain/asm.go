package toolchain

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// Bounds of what is read of the compiler's listing.
const (
	asmOutput = 4 << 20
	maxNotes  = 2000
	maxFuncs  = 400
	maxAsm    = 20000
	maxAsmLen = 300 // bytes of one line
)

// assemble has the compiler say what it decides and makes of the learner's
// packages; nothing is linked or run by it. It says whether they compile.
func (r *run) assemble(ctx context.Context, l *library, s *stage) (bool, error) {
	q := r.request(s)
	q.asm, q.wire = true, false
	q.decided = r.job.Kind != sandbox.KindAsm && !r.job.Asm
	r.tellBuild("compile")
	b, err := r.engine.runBuild(ctx, l, q, nil)
	if err != nil {
		return false, err
	}
	s.result.Timing.CompileMS += millis(b.compile)
	if b.status != "" {
		s.result.Status, s.result.Limit = b.status, b.limit
		s.result.Diagnostics = append(s.result.Diagnostics, b.diags...)
		return false, nil
	}
	s.result.Asm = b.asm
	s.result.Asm.Arch = l.tool.GOARCH
	s.result.Asm.Flags = append([]string{}, r.job.GCFlags...)
	return true, nil
}

var (
	asmNote = regexp.MustCompile(`^([^\s:]+):(\d+):(\d+): (.*)$`)
	asmFunc = regexp.MustCompile(`^(.+) STEXT .*size=(\d+) args=0x[0-9a-f]+ locals=0x([0-9a-f]+)`)
	asmRow  = regexp.MustCompile(`^\t0x[0-9a-f]+ (\d+) \(([^)]*):(\d+)\)\t(.*)$`)
)

// parseAsm reads what the compiler says with -m and -S, line by line. A line
// that it would not write is passed over.
func parseAsm(said string, names map[string]string) *sandbox.Assembly {
	p := &asmParser{asm: &sandbox.Assembly{Notes: []sandbox.AsmNote{}, Funcs: []sandbox.AsmFunc{}, Flags: []string{}}, own: map[string]string{}}
	for path, shown := range names {
		p.own[shown] = shown
		p.own[path] = shown
	}
	p.asm.Cut = len(said) >= asmOutput
	for line := range strings.Lines(said) {
		p.line(strings.TrimRight(line, "\r\n"))
	}
	return p.asm
}

type asmParser struct {
	asm *sandbox.Assembly
	own map[string]string // names that the compiler says, to those shown
	fn  *sandbox.AsmFunc  // nil outside of one
	n   int               // instructions so far
	at  sandbox.Asm       // the learner's line that instructions are for
}

func (p *asmParser) line(line string) {
	if strings.HasPrefix(line, "\t") {
		p.row(line)
		return
	}
	p.fn = nil
	if m := asmFunc.FindStringSubmatch(line); m != nil {
		p.function(m)
	} else if m := asmNote.FindStringSubmatch(line); m != nil {
		p.note(m)
	}
}

func (p *asmParser) note(m []string) {
	file, ok := p.own[m[1]]
	switch {
	case !ok:
		return
	case len(p.asm.Notes) == maxNotes:
		p.asm.Cut = true
		return
	}
	n := sandbox.AsmNote{File: file, Text: clipAsm(m[4]), What: noteKind(m[4])}
	n.Line, _ = strconv.Atoi(m[2])
	n.Col, _ = strconv.Atoi(m[3])
	p.asm.Notes = append(p.asm.Notes, n)
}

// noteKind says what a decision is about.
func noteKind(text string) string {
	switch {
	case strings.HasPrefix(text, "can inline "):
		return "inline"
	case strings.HasPrefix(text, "inlining call to "):
		return "inlined"
	case strings.HasPrefix(text, "moved to heap: "), strings.HasSuffix(text, " escapes to heap"):
		return "heap"
	case strings.HasSuffix(text, " does not escape"):
		return "stack"
	case strings.HasPrefix(text, "leaking param"):
		return "leak"
	}
	return "other"
}

// function begins one of the learner's; what the compiler makes besides, as the
// comparison of two values of a type, is not shown.
func (p *asmParser) function(m []string) {
	if strings.HasPrefix(m[1], "type:") || strings.HasPrefix(m[1], "go:") {
		return
	}
	if len(p.asm.Funcs) == maxFuncs {
		p.asm.Cut = true
		return
	}
	size, _ := strconv.Atoi(m[2])
	frame, _ := strconv.ParseInt(m[3], 16, 32)
	if size == 0 {
		return // all its calls were inlined
	}
	p.asm.Funcs = append(p.asm.Funcs, sandbox.AsmFunc{Name: clipAsm(m[1]), Bytes: size, Frame: int(frame), Rows: []sandbox.Asm{}})
	p.fn = &p.asm.Funcs[len(p.asm.Funcs)-1]
	p.at = sandbox.Asm{}
}

func (p *asmParser) row(line string) {
	m := asmRow.FindStringSubmatch(line)
	if m == nil || p.fn == nil {
		return
	}
	text := strings.ReplaceAll(m[4], "\t", " ")
	// What is for the garbage collector and the stack's map is no instruction.
	if strings.HasPrefix(text, "PCDATA ") || strings.HasPrefix(text, "FUNCDATA ") || strings.HasPrefix(text, "TEXT ") {
		return
	}
	if p.n++; p.n > maxAsm {
		p.asm.Cut = true
		return
	}
	row := sandbox.Asm{Text: clipAsm(text)}
	row.Offset, _ = strconv.Atoi(m[1])
	n, _ := strconv.Atoi(m[3])
	if file, ok := p.own[m[2]]; ok {
		p.at = sandbox.Asm{File: file, Line: n}
	} else {
		row.From = clipAsm(shortSource(m[2])) + ":" + m[3]
	}
	row.File, row.Line = p.at.File, p.at.Line
	p.fn.Rows = append(p.fn.Rows, row)
}

// shortSource is a file of the standard library without where it is kept.
func shortSource(file string) string {
	if at := strings.LastIndex(file, "/src/"); at >= 0 {
		return file[at+len("/src/"):]
	}
	return file
}

func clipAsm(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxAsmLen {
		return strings.ToValidUTF8(s[:maxAsmLen], "") + "…"
	}
	return s
}
