package toolchain

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"course/tutor/sandbox"
)

// testFunc is a function that the main of the tests calls.
type testFunc struct {
	name      string
	kind      string // Test, Benchmark, Fuzz, Example or Main
	file      string
	line      int
	output    string // that an example has to print
	unordered bool
}

// testFile is what the tokens of one file say of its tests. Like scan it reads
// tokens only, which takes time in proportion to the bytes.
type testFile struct {
	pack  string // of the package clause; "" when there is none
	funcs []testFunc
	wrong []sandbox.Diagnostic // tests whose parameters are no tester's
}

// testKinds are the prefixes of tests and the type each is handed, as the go
// command has them.
var testKinds = []struct{ prefix, arg string }{{"Test", "T"}, {"Benchmark", "B"}, {"Fuzz", "F"}}

// scanTests finds the tests of a file. What does not parse is left for the
// compiler to say.
func scanTests(file sandbox.File) testFile {
	s := newTestScan(file)
	for s.next() {
		switch {
		case s.tok == token.PACKAGE && s.out.pack == "" && s.depth == 0:
			if s.next() && s.tok == token.IDENT {
				s.out.pack = s.lit
			}
		case s.tok == token.FUNC && s.depth == 0:
			s.function()
		}
	}
	return s.out
}

// testScan walks over the tokens of a file.
type testScan struct {
	name  string
	file  *token.File
	lex   scanner.Scanner
	pos   token.Pos
	tok   token.Token
	lit   string
	depth int // of braces
	out   testFile

	line  int            // of the last token that is no comment
	token bool           // one came since the newest group of comments
	group []*ast.Comment // the newest group of comments
	last  int            // the line it ends on
	lone  bool           // it began on the line of a token
}

func newTestScan(file sandbox.File) *testScan {
	s := &testScan{name: file.Name}
	src := []byte(file.Content)
	s.file = token.NewFileSet().AddFile(file.Name, -1, len(src))
	s.lex.Init(s.file, src, func(token.Position, string) {}, scanner.ScanComments)
	return s
}

// next goes to the next token and gathers the comments before it. It says
// whether there is one.
func (s *testScan) next() bool {
	for {
		s.pos, s.tok, s.lit = s.lex.Scan()
		if s.tok == token.COMMENT {
			s.comment()
			continue
		}
		switch s.tok {
		case token.EOF:
			return false
		case token.LBRACE:
			s.depth++
		case token.RBRACE:
			s.depth--
		}
		s.line, s.token = s.at(s.pos).Line, true
		return true
	}
}

// comment puts a comment into the newest group, or begins one, as the parser
// does: lines that follow each other are a group, but one that begins after
// code on the same line ends there.
func (s *testScan) comment() {
	from := s.at(s.pos).Line
	reach := 1
	if s.lone {
		reach = 0
	}
	if s.token || from > s.last+reach {
		s.group, s.lone, s.token = nil, s.token && from == s.line, false
	}
	s.group = append(s.group, &ast.Comment{Slash: s.pos, Text: s.lit})
	s.last = from + strings.Count(s.lit, "\n")
}

func (s *testScan) at(pos token.Pos) token.Position { return s.file.PositionFor(pos, false) }

// function reads a declaration at the top level, after its func.
func (s *testScan) function() {
	at := s.at(s.pos)
	if !s.next() || s.tok != token.IDENT {
		return // a method
	}
	name := s.lit
	var head []token.Token
	var words []string
	for s.next() && s.tok != token.LBRACE && s.tok != token.SEMICOLON {
		head, words = append(head, s.tok), append(words, s.lit)
	}
	if s.tok != token.LBRACE {
		return
	}
	if isTestName(name, "Example") {
		s.example(name, at.Line, head)
		return
	}
	for _, k := range testKinds {
		if isTestName(name, k.prefix) {
			s.test(name, k.prefix, k.arg, at, head, words)
		}
	}
}

// test notes a test, or what is wrong with its parameters.
func (s *testScan) test(name, kind, arg string, at token.Position, head []token.Token, words []string) {
	if name == "TestMain" && !takesOne(head, words, "T") {
		kind, arg = "Main", "M"
	}
	if takesOne(head, words, arg) {
		s.out.funcs = append(s.out.funcs, testFunc{name: name, kind: kind, file: s.name, line: at.Line})
		return
	}
	v := strings.ToLower(arg)
	message := "wrong signature for " + name + ", must be: func " + name + "(" + v + " *testing." + arg + ")"
	if len(head) > 0 && head[0] == token.LBRACK {
		message = name + ": test functions cannot have type parameters"
	}
	s.out.wrong = append(s.out.wrong, sandbox.Diagnostic{File: s.name, Line: at.Line, Col: at.Column, Message: message,
		Explain: "The go tool calls tests itself, by their names, and hands each one value: so the parameters are fixed."})
}

// takesOne says whether a function head is (NAME *PACKAGE.ARG), the name and
// the package being as they may.
func takesOne(head []token.Token, words []string, arg string) bool {
	if len(head) < 4 || head[0] != token.LPAREN || head[len(head)-1] != token.RPAREN {
		return false
	}
	head, words = head[1:len(head)-1], words[1:len(words)-1]
	if head[0] == token.IDENT {
		head, words = head[1:], words[1:]
	}
	if n := len(head); n > 0 && head[n-1] == token.COMMA {
		head, words = head[:n-1], words[:n-1]
	}
	return (slices.Equal(head, []token.Token{token.MUL, token.IDENT}) ||
		slices.Equal(head, []token.Token{token.MUL, token.IDENT, token.PERIOD, token.IDENT})) && words[len(words)-1] == arg
}

// outputPrefix begins the comment that says what an example prints.
var outputPrefix = regexp.MustCompile(`(?i)^[[:space:]]*(unordered )?output:`)

// example notes an example that says what it prints; others are compiled and
// not run.
func (s *testScan) example(name string, line int, head []token.Token) {
	s.group = nil
	for s.depth > 0 && s.next() {
	}
	if len(s.group) == 0 || len(head) != 2 {
		return
	}
	text := (&ast.CommentGroup{List: s.group}).Text()
	loc := outputPrefix.FindStringSubmatchIndex(text)
	if loc == nil {
		return
	}
	rest := strings.TrimPrefix(strings.TrimLeft(text[loc[1]:], " "), "\n")
	s.out.funcs = append(s.out.funcs, testFunc{name: name, kind: "Example", file: s.name, line: line, output: rest, unordered: loc[2] != -1})
}

// isTestName says whether a name is a prefix and nothing, or something that
// does not go on in small letters.
func isTestName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || rest == "" {
		return ok
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsLower(r)
}
