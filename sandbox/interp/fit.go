package interp

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strings"

	"course/tutor/sandbox"
)

// mostText bounds the text of a program that is interpreted, in bytes: larger
// ones are what compilers are for.
const mostText = 32 << 10

// unfit says what of a job the interpreter cannot do; "" when it can. A program
// that may be interpreted reads no input, no arguments and no environment, so
// these do not matter.
func unfit(job sandbox.Job) string {
	switch {
	case job.Kind != "" && job.Kind != sandbox.KindProgram:
		return "the kind " + job.KindText() + " needs Go; the interpreter runs programs"
	case len(job.Parts) > 0 || job.Dialogue != nil:
		return "programs of several parts need Go"
	case len(job.Files) != 1:
		return "only programs of one file are interpreted"
	case strings.Contains(job.Files[0].Name, "/"):
		return "the file lies in a folder; programs of folders need Go"
	case strings.Contains(job.Files[0].Name, "_") || !strings.HasSuffix(job.Files[0].Name, ".go"):
		return "the name of the file, " + job.Files[0].Name + ", may mean something to Go; call it main.go"
	case len(job.Files[0].Content) > mostText:
		return fmt.Sprintf("the program has %d bytes, and at most %d are interpreted", len(job.Files[0].Content), mostText)
	case job.Trace:
		return "a trace was asked for, and only compiled programs can be traced; ask for one of the two"
	case job.Race:
		return "the race detector was asked for, and it watches compiled programs; ask for one of the two"
	case job.Clock != "" && job.Clock != sandbox.ClockReal:
		return "the clock " + job.Clock + " was asked for, and an interpreted program sees the real one; ask for one of the two"
	case job.Alone:
		return "a run with nothing else beside it was asked for, which is a measurement of compiled Go; ask for one of the two"
	case len(job.Vary) > 0:
		return "GOMAXPROCS is to be varied, and it is of compiled Go; leave one out"
	case job.CPULimit > 0:
		return "a limit on processors was given, and it is Go's runtime that heeds one; leave it out"
	case len(job.GCFlags) > 0:
		return "flags of the compiler were given, and nothing is compiled; leave them out"
	case job.Limits.Memory > 0 && job.Limits.Memory < sandbox.DefaultLimits().Memory:
		return "a limit of memory was given, and the interpreter itself would use it up; leave it out"
	}
	return ""
}

// hopeless says whether the words of a program alone show that it is not on the
// list, so that no child is spent on it.
func hopeless(files []sandbox.File) bool {
	fset := token.NewFileSet()
	text := []byte(files[0].Content)
	var s scanner.Scanner
	s.Init(fset.AddFile("", fset.Base(), len(text)), text, func(token.Position, string) {}, 0)
	importing, depth := false, 0
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return false
		case token.GO, token.CHAN, token.SELECT, token.ARROW, token.DEFER, token.INTERFACE, token.GOTO:
			return true
		case token.IMPORT:
			importing = true
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		case token.SEMICOLON:
			importing = importing && depth > 0
		case token.STRING:
			if importing && !proven(lit) {
				return true
			}
		}
	}
}
