package toolchain

import (
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// steady are the packages that do the same each time on the fake clock, as
// long as a program does not use of them what unsteady names.
var steady = strings.Fields(`bufio bytes cmp container/heap container/list container/ring context errors fmt io iter
	log math math/bits math/cmplx math/rand math/rand/v2 os runtime slices sort strconv strings sync sync/atomic
	text/tabwriter time unicode unicode/utf8 unicode/utf16 unsafe`)

// seeded is what may be used of a package of random numbers: what is made from
// a seed. The functions of the package itself have a new one each time.
var seeded = strings.Fields("New NewSource NewPCG NewChaCha8 NewZipf Rand Source Source64 PCG ChaCha8 Zipf")

// unsteady is what differs from run to run in packages that are steady else.
var unsteady = map[string]string{
	"sync.Map":             "the order of a sync.Map differs from run to run",
	"runtime.ReadMemStats": "what runtime.ReadMemStats tells differs from run to run",
}

// varies lists what in a program may print something else next time, although
// the clock is fake and one goroutine runs at a time. It reads tokens, so it
// names some that do no harm: a range in a program with maps may be over a
// slice. A program of which it names nothing repeats.
func varies(files []sandbox.File, m *module) []sandbox.Diagnostic {
	v := variety{module: m}
	for _, f := range files {
		v.scan(f)
	}
	if v.maps && v.ranges != nil {
		v.found = append(v.found, *v.ranges)
	}
	return v.found
}

// variety is what was found so far.
type variety struct {
	module  *module // whose packages are looked through too; or nil
	found   []sandbox.Diagnostic
	maps    bool                // some file has the word map
	ranges  *sandbox.Diagnostic // the first range
	file    *token.File
	name    string
	local   map[string]string // imports of the file: path by the name used for it
	selects []selecting
}

// selecting is a select statement whose braces are open.
type selecting struct {
	at    token.Pos
	depth int // of its cases
	cases int
}

func (v *variety) at(pos token.Pos, name, message string) sandbox.Diagnostic {
	p := v.file.PositionFor(pos, false)
	return sandbox.Diagnostic{File: v.name, Line: p.Line, Col: p.Column, Code: "varies:" + name, Message: message}
}

func (v *variety) note(pos token.Pos, name, message string) {
	d := v.at(pos, name, message)
	if !slices.ContainsFunc(v.found, func(o sandbox.Diagnostic) bool { return o.Message == d.Message }) {
		v.found = append(v.found, d)
	}
}

// scan reads the tokens of a file.
func (v *variety) scan(f sandbox.File) {
	src := []byte(f.Content)
	v.name, v.local, v.selects = f.Name, map[string]string{}, nil
	v.file = token.NewFileSet().AddFile(f.Name, -1, len(src))
	var lex scanner.Scanner
	lex.Init(v.file, src, func(token.Position, string) {}, 0)
	depth, importing, opening := 0, false, token.NoPos
	var before [2]string // the two tokens before, as text
	for {
		pos, tok, lit := lex.Scan()
		switch tok {
		case token.EOF:
			return
		case token.IMPORT:
			importing = depth == 0
		case token.FUNC, token.VAR, token.CONST, token.TYPE:
			importing = false
		case token.STRING:
			if importing {
				v.imported(pos, lit, before[1])
			} else if strings.Contains(lit, "%p") {
				v.note(pos, "address", "it prints an address, which differs from run to run")
			}
		case token.MAP:
			v.maps = true
		case token.RANGE:
			if v.ranges == nil {
				d := v.at(pos, "map", "it has maps and a range: the order of a map differs from run to run")
				v.ranges = &d
			}
		case token.SELECT:
			opening = pos
		case token.LBRACE:
			depth++
			if opening.IsValid() {
				v.selects, opening = append(v.selects, selecting{at: opening, depth: depth}), token.NoPos
			}
		case token.CASE:
			v.cased(depth)
		case token.RBRACE:
			if n := len(v.selects); n > 0 && v.selects[n-1].depth == depth {
				v.selects = v.selects[:n-1]
			}
			depth--
		case token.IDENT:
			if before[1] == "." {
				v.selected(pos, before[0], lit)
			}
		}
		if lit == "" || tok == token.SEMICOLON {
			lit = tok.String()
		}
		before = [2]string{before[1], lit}
	}
}

// imported notes an import, and what is not known of its package.
func (v *variety) imported(pos token.Pos, lit, before string) {
	p, err := strconv.Unquote(lit)
	if err != nil {
		return
	}
	name := path.Base(p)
	if p == "math/rand/v2" {
		name = "rand"
	}
	if token.IsIdentifier(before) || before == "." {
		name = before
	}
	v.local[name] = p
	switch {
	case v.module != nil && v.module.holds(p):
	case !slices.Contains(steady, p):
		v.note(pos, "import", "it imports "+p+", which may do something else each time")
	case name == "." && strings.HasPrefix(p, "math/rand"):
		v.note(pos, "rand", randomWords)
	}
}

const randomWords = "it uses random numbers without a seed of its own"

// selected looks at NAME.WHAT.
func (v *variety) selected(pos token.Pos, name, what string) {
	p := v.local[name]
	if strings.HasPrefix(p, "math/rand") && !slices.Contains(seeded, what) {
		v.note(pos, "rand", randomWords)
	}
	if message, ok := unsteady[p+"."+what]; ok {
		v.note(pos, "order", message)
	}
}

// cased counts the cases of the innermost select. The second makes a choice.
func (v *variety) cased(depth int) {
	n := len(v.selects)
	if n == 0 || v.selects[n-1].depth != depth {
		return
	}
	s := &v.selects[n-1]
	if s.cases++; s.cases == 2 {
		v.note(s.at, "select", "a select with several cases takes any that is ready")
	}
}
