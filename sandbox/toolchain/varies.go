package toolchain

import (
	"go/scanner"
	"go/token"
	"path"
	"regexp"
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
	"sync.Pool":            collected,
	"runtime.ReadMemStats": "what runtime.ReadMemStats tells differs from run to run",
	"runtime.Stack":        "what runtime.Stack tells has addresses in it, which differ from run to run",
	"runtime.SetFinalizer": collected,
	"runtime.AddCleanup":   collected,
	"os.MkdirTemp":         temporary,
	"os.CreateTemp":        temporary,
}

const (
	collected = "when memory is collected may differ from run to run"
	temporary = "the name of a temporary file differs from run to run"
)

// ofSystem is what of package os is the same each time: what a program is given,
// and what it does with files of its own. The rest tells of the system.
var ofSystem = strings.Fields(`Args Chmod Clearenv Create DevNull DirEntry Environ Exit Expand ExpandEnv File FileInfo
	FileMode Getenv IsExist IsNotExist IsPathSeparator IsPermission LinkError LookupEnv Mkdir MkdirAll PathError
	PathListSeparator PathSeparator Remove RemoveAll Rename Setenv Stderr Stdin Stdout SyscallError Truncate Unsetenv
	WriteFile`)

// ofFiles is what reads a file, or tells of one: the same each time where the
// file is one of the program's own.
var ofFiles = strings.Fields("Lstat Open OpenFile ReadDir ReadFile Stat")

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

// heapAddress is what may be one in the stacks of a program that crashed. The
// addresses of code and of global variables are shorter, and the same each time.
var heapAddress = regexp.MustCompile(`\b0x[0-9a-f]{9,}`)

// variesByEnd lists what the end of a run makes differ from the next.
func variesByEnd(r *sandbox.Result) []sandbox.Diagnostic {
	if r.Limit != nil {
		return []sandbox.Diagnostic{{Code: "varies:end", Message: "a limit ended it, on the real clock"}}
	}
	for _, e := range r.Events {
		if r.Status != sandbox.StatusOK && e.Stream == sandbox.Stderr && heapAddress.MatchString(e.Text) {
			return []sandbox.Diagnostic{{Code: "varies:end", Message: "the stacks that Go prints of it have addresses in them"}}
		}
	}
	return nil
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
	reads   string            // the function of ofFiles whose argument follows
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
		if v.reads != "" && tok != token.LPAREN {
			v.read(pos, tok, lit)
		}
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
	case name == "." && slices.Contains([]string{"os", "runtime", "sync"}, p):
		v.note(pos, "import", "it imports "+p+" with a dot, so that it can't be seen what it uses of it")
	}
}

const randomWords = "it uses random numbers without a seed of its own"

// selected looks at NAME.WHAT.
func (v *variety) selected(pos token.Pos, name, what string) {
	p := v.local[name]
	if strings.HasPrefix(p, "math/rand") && !slices.Contains(seeded, what) {
		v.note(pos, "rand", randomWords)
	}
	message, ok := unsteady[p+"."+what]
	switch {
	case ok && p == "os":
		v.note(pos, "system", message)
	case ok:
		v.note(pos, "order", message)
	case p == "os" && slices.Contains(ofFiles, what):
		v.reads = what
	case p == "os" && !slices.Contains(ofSystem, what) && !constantOfOS(what):
		v.note(pos, "system", "what os."+what+" tells may differ from run to run")
	case what == "ModTime":
		v.note(pos, "system", "when a file was changed is told by the real clock")
	case p == "runtime" && what == "GOMAXPROCS":
		v.reads = what
	}
}

// constantOfOS says whether a name of package os is that of a flag, a mode or an
// error.
func constantOfOS(name string) bool {
	return strings.HasPrefix(name, "O_") || strings.HasPrefix(name, "Mode") || strings.HasPrefix(name, "Err")
}

// read looks at the first argument of a call on which it depends whether it does
// the same each time.
func (v *variety) read(pos token.Pos, tok token.Token, lit string) {
	what := v.reads
	v.reads = ""
	if what == "GOMAXPROCS" {
		if tok != token.INT || lit != "0" && lit != "1" {
			v.note(pos, "order", "with GOMAXPROCS above 1 goroutines run at the same time")
		}
		return
	}
	name, err := strconv.Unquote(lit)
	own := tok == token.STRING && err == nil && !strings.Contains(name, "..") && (!path.IsAbs(name) || strings.HasPrefix(name, "/tmp/"))
	if !own {
		v.note(pos, "system", "os."+what+" may be given a file that is not the program's own")
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
