package toolchain

import (
	"go/scanner"
	"go/token"
	"strings"

	"course/tutor/sandbox"
)

// goCall is a call of a method Go with a function: as WaitGroup.Go, of which the
// race detector does not say where it was called.
type goCall struct {
	file     string
	line     int    // 0: a function literal that is not in such a call
	from, to int    // lines of the literal
	name     string // or else of the function
}

// goCalls finds them, and all function literals, in the tokens of files.
func goCalls(files []sandbox.File) []goCall {
	var all []goCall
	for _, f := range files {
		all = append(all, goCallsIn(f)...)
	}
	return all
}

func goCallsIn(f sandbox.File) (calls []goCall) {
	src := []byte(f.Content)
	file := token.NewFileSet().AddFile(f.Name, -1, len(src))
	var lex scanner.Scanner
	lex.Init(file, src, func(token.Position, string) {}, 0)
	var call *goCall          // that is being read, up to the body of its literal
	var open []goCall         // whose literal is not at its end
	var depths []int          // of its braces
	var before [2]token.Token // the two tokens before
	depth, isGo := 0, false   // the token before is the name Go
	for {
		pos, tok, lit := lex.Scan()
		line := file.Line(pos)
		switch tok {
		case token.EOF:
			return calls
		case token.LPAREN:
			if isGo && before[0] == token.PERIOD {
				call = &goCall{file: f.Name, line: line}
			} else if call != nil && call.from == 0 {
				call = nil // it is given what a call returns
			}
		case token.FUNC:
			if call == nil && depth > 0 {
				call = &goCall{file: f.Name}
			}
			if call != nil {
				call.from = line
			}
		case token.IDENT:
			if call != nil && call.from == 0 {
				call.name = lit
			}
		case token.RPAREN:
			if call != nil && call.from == 0 {
				calls, call = append(calls, *call), nil
			}
		case token.SEMICOLON:
			call = nil
		case token.LBRACE:
			if depth++; call != nil && call.from > 0 {
				open, depths = append(open, *call), append(depths, depth)
			}
			call = nil
		case token.RBRACE:
			if n := len(open); n > 0 && depths[n-1] == depth {
				open[n-1].to = line
				calls, open, depths = append(calls, open[n-1]), open[:n-1], depths[:n-1]
			}
			depth--
		}
		isGo = tok == token.IDENT && lit == "Go"
		before = [2]token.Token{before[1], tok}
	}
}

// caller finds the call with the function that a goroutine began in, where the
// goroutine was at this line of it. It is the zero call where that can't be told.
func caller(calls []goCall, began raceLine) goCall {
	name := began.function[strings.LastIndexByte(began.function, '.')+1:]
	inside := strings.Contains(began.function, ".func") // a literal
	var found goCall
	for _, c := range calls {
		switch {
		case inside && c.file == began.file && c.from <= began.line && began.line <= c.to && c.from >= found.from:
			if c.from == found.from {
				return goCall{}
			}
			found = c // it is in the one found before
		case !inside && c.from == 0 && c.name == name:
			if found.line > 0 {
				return goCall{}
			}
			found = c
		}
	}
	if found.line == 0 {
		return goCall{}
	}
	return found
}
