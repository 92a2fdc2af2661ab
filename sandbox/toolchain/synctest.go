package toolchain

import (
	"go/scanner"
	"go/token"

	"course/tutor/sandbox"
)

// notSynctest is said of tests that were to keep a clock of their own.
const notSynctest = "the clock synctest was asked for, and no test calls synctest.Test, so that all of them see the real one"

// testsClock is the clock that tests have seen, where that of testing/synctest
// was asked for. It is theirs: nothing but a call in them makes it.
func (t *tests) testsClock() string {
	for _, files := range [][]sandbox.File{t.own, t.other} {
		for _, f := range files {
			if callsSynctest(f.Content) {
				return sandbox.ClockSynctest
			}
		}
	}
	return sandbox.ClockReal
}

// callsSynctest says whether the tokens of a file name the function Test of
// testing/synctest, under whatever name that is imported.
func callsSynctest(text string) bool {
	var lex scanner.Scanner
	src := []byte(text)
	lex.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	var before [2]string // the tokens before this one
	name := ""
	for {
		_, tok, lit := lex.Scan()
		word := lit
		if tok == token.PERIOD || tok == token.LPAREN {
			word = tok.String()
		}
		switch {
		case tok == token.EOF:
			return false
		case tok == token.STRING && len(lit) > 2 && lit[1:len(lit)-1] == "testing/synctest":
			if name = before[1]; name == "import" || name == "(" || name == "" || name == "\n" || name == ";" {
				name = "synctest"
			}
		case name == "." && tok == token.LPAREN && before[1] == "Test", name != "" && name != "." && before == [2]string{name, "."} && lit == "Test":
			return true
		}
		before = [2]string{before[1], word}
	}
}
