package toolchain

import (
	"go/token"

	"course/tutor/sandbox"
)

// sourceFunc is a function at the top level, and where it ends.
type sourceFunc struct {
	sandbox.CoveredFunc
	end int // line
}

// scanFuncs finds the functions of a file that have a body. Like scan it reads
// tokens only.
func scanFuncs(file sandbox.File) []sourceFunc {
	s := newTestScan(file)
	var out []sourceFunc
	for s.next() {
		if s.tok != token.FUNC || s.depth > 0 {
			continue
		}
		f := sourceFunc{CoveredFunc: sandbox.CoveredFunc{File: file.Name, Line: s.at(s.pos).Line}}
		f.Name = s.funcName()
		for s.tok != token.LBRACE && s.tok != token.SEMICOLON && s.next() {
		}
		if s.tok != token.LBRACE {
			continue
		}
		for s.depth > 0 && s.next() {
		}
		f.end = s.at(s.pos).Line
		if f.Name != "" {
			out = append(out, f)
		}
	}
	return out
}

// funcName reads the receiver and the name of a function.
func (s *testScan) funcName() string {
	receiver := ""
	if s.next() && s.tok == token.LPAREN {
		for s.next() && s.tok != token.RPAREN {
			if s.tok == token.LBRACK {
				s.skipTo(token.RBRACK)
			} else if s.tok == token.IDENT {
				receiver = s.lit + "."
			}
		}
		s.next()
	}
	if s.tok != token.IDENT {
		return ""
	}
	return receiver + s.lit
}

func (s *testScan) skipTo(end token.Token) {
	for s.next() && s.tok != end {
	}
}

// count adds up the blocks within the function.
func (f *sourceFunc) count(blocks []sandbox.Block) {
	for _, b := range blocks {
		if b.Line < f.Line || b.EndLine > f.end {
			continue
		}
		f.Statements += b.Statements
		if b.Count > 0 {
			f.Covered += b.Statements
		}
	}
}
