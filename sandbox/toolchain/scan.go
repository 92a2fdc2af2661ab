package toolchain

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// scanned is what the tokens of one file say. Tokens are as far as we read a
// learner's bytes outside a jail: it takes time and memory in proportion to
// them, which parsing does not.
type scanned struct {
	packageAt token.Position // of the package clause
	hasMain   bool           // func main at the top level
	refusals  []sandbox.Diagnostic
}

// scan reads the tokens of a file. What is wrong with them is left for the
// compiler to say. data says that there are files to embed.
func scan(file sandbox.File, data bool) scanned {
	var s scanned
	src := []byte(file.Content)
	fset := token.NewFileSet()
	f := fset.AddFile(file.Name, -1, len(src))
	var lex scanner.Scanner
	lex.Init(f, src, func(token.Position, string) {}, scanner.ScanComments)
	refuse := func(at token.Pos, name, format string, args ...any) {
		p := f.PositionFor(at, false)
		s.refusals = append(s.refusals, refusal(file.Name, p.Line, p.Column, name, format, args...))
	}
	var before, name token.Token // the tokens before this one
	var ident string             // the newest identifier
	depth, importing := 0, false
	for {
		pos, tok, lit := lex.Scan()
		switch tok {
		case token.EOF:
			return s
		case token.COMMENT:
			if name, text := directive(lit); name != "" && !(name == "embed" && data) {
				refuse(pos, name, "%s", text)
			}
			continue
		case token.PACKAGE:
			if !s.packageAt.IsValid() {
				s.packageAt = f.PositionFor(pos, false)
			}
		case token.LBRACE:
			depth++
		case token.RBRACE:
			depth--
		case token.IMPORT:
			importing = depth == 0
		case token.FUNC, token.VAR, token.CONST, token.TYPE:
			importing = false
		case token.STRING:
			if path, _ := strconv.Unquote(lit); importing && path == "C" {
				refuse(pos, "cgo", "import \"C\": cgo is not available here")
			}
		case token.LPAREN:
			if depth == 0 && before == token.FUNC && name == token.IDENT && ident == "main" {
				s.hasMain = true
			}
		case token.IDENT:
			ident = lit
		}
		before, name = name, tok
	}
}

// directive names the comments that would make the compiler do what a
// learner's program may not ask for.
func directive(comment string) (name, why string) {
	starts := func(prefix string) bool {
		rest, ok := strings.CutPrefix(comment, prefix)
		return ok && (rest == "" || strings.ContainsAny(rest[:1], " \t"))
	}
	switch {
	case starts("//line"), starts("/*line"):
		return "line", "a line directive is not accepted: errors and traces must point at your own lines"
	case starts("//go:embed"):
		return "embed", "go:embed finds nothing here: it needs files in a folder testdata beside this file, which come with the program"
	case starts("//go:linkname"):
		return "linkname", "go:linkname is not available here: use the exported functions of the package"
	case strings.HasPrefix(comment, "//go:cgo_"):
		return "cgo-directive", "directives for cgo (//go:cgo_...) are not available here: they are for code that cgo writes"
	}
	return "", ""
}

// refusal is a diagnostic of ours about a program that is never built.
func refusal(file string, line, col int, name, format string, args ...any) sandbox.Diagnostic {
	return sandbox.Diagnostic{File: file, Line: line, Col: col, Code: "refused:" + name, Message: fmt.Sprintf(format, args...)}
}
