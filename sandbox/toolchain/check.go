package toolchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"course/tutor/sandbox"
)

// libraryEnv tells the helper "diagnose" where the archives are.
const libraryEnv = "TUTOR_LIBRARY"

// question is what the helper "diagnose" is asked: the learner's packages of one
// program, each after those it imports.
type question struct {
	Language  string
	Packages  []asked
	Addresses bool // whether they print addresses is asked too
}

// asked is one of them. Its files have their paths in the program.
type asked struct {
	Path  string
	Files []sandbox.File
	Maps  map[string]string // imports of the key are of the package with the path
}

// questionOf asks about the packages of a plan.
func questionOf(p *plan) question {
	q := question{Language: language}
	r := request{plan: *p}
	for _, pkg := range p.packages {
		if pkg.Trusted {
			continue
		}
		a := asked{Path: pkg.Path}
		for from, to := range pkg.ImportMap {
			if r.has(to) { // and not our stand-in for one of the standard library
				if a.Maps == nil {
					a.Maps = map[string]string{}
				}
				a.Maps[from] = to
			}
		}
		for _, f := range pkg.Files {
			a.Files = append(a.Files, sandbox.File{Name: r.shown(pkg) + f.Name, Content: f.Content})
		}
		q.Language = pkg.language()
		q.Packages = append(q.Packages, a)
	}
	return q
}

// diagnosis is what the helper "diagnose" answers to a question.
type diagnosis struct {
	Errors []sandbox.Diagnostic // that no compiler would take
	Vet    []sandbox.Diagnostic // that are likely mistakes; only without errors
	// Addresses is where they may be printed, if the question was that too.
	Addresses []sandbox.Diagnostic
}

// ServeDiagnose is the helper "diagnose". It reads a question, as JSON, checks the
// types of its packages and vets them, answers with one line of JSON, and waits
// for the next until in ends: what it has read of the standard library is then
// still there.
func ServeDiagnose(in io.Reader, out io.Writer) error {
	c := newChecker(os.Getenv(libraryEnv))
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var q question
		err := dec.Decode(&q)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the question: %w", err)
		}
		if err := enc.Encode(c.check(q)); err != nil {
			return err
		}
	}
}

// checker checks programs, one after the other.
type checker struct {
	fset     *token.FileSet
	importer types.Importer
}

// newChecker makes a checker that reads the archives below dir, which are
// those that the compiler uses.
func newChecker(dir string) *checker {
	c := &checker{fset: token.NewFileSet()}
	c.importer = importer.ForCompiler(c.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(dir, folderOf(path), filepath.FromSlash(path)+".a"))
	})
	return c
}

// check parses, type-checks and vets packages. One is left out when a package
// that it imports has errors: they would be repeated in it.
func (c *checker) check(q question) diagnosis {
	k := checking{checker: c, language: q.Language, addresses: q.Addresses, own: map[string]*types.Package{}, facts: map[factKey]analysis.Fact{}}
	defer k.forget()
	for _, p := range q.Packages {
		k.check(p)
	}
	if len(k.out.Errors) > 0 {
		return diagnosis{Errors: k.out.Errors[:min(len(k.out.Errors), maxDiagnostics)]}
	}
	return k.out
}

// checking is one question being answered.
type checking struct {
	*checker
	language  string
	addresses bool
	own       map[string]*types.Package // that are checked; nil: it has errors
	facts     map[factKey]analysis.Fact
	parsed    []*ast.File
	out       diagnosis
}

// forget lets go of the text of the files.
func (k *checking) forget() {
	for _, f := range k.parsed {
		k.fset.RemoveFile(k.fset.File(f.Pos()))
	}
}

func (k *checking) check(p asked) {
	k.own[p.Path] = nil
	parsed, problems := k.parse(p.Files)
	k.parsed = append(k.parsed, parsed...)
	if len(problems) > 0 {
		k.out.Errors = append(k.out.Errors, problems...)
		return
	}
	if k.needsBroken(p, parsed) {
		return
	}
	pkg, info, list := k.types(p, parsed)
	if len(list) > 0 {
		k.out.Errors = append(k.out.Errors, finishDiagnostics(k.errors(list))...)
		return
	}
	k.own[p.Path] = pkg
	v := vetting{fset: k.fset, files: parsed, pkg: pkg, info: info, language: k.language, results: map[*analysis.Analyzer]any{}, facts: k.facts}
	k.out.Vet = append(k.out.Vet, finishDiagnostics(v.vet())...)
	if k.addresses {
		k.out.Addresses = append(k.out.Addresses, printedAddresses(k.fset, parsed, info)...)
	}
}

// needsBroken says whether a package imports one that has errors.
func (k *checking) needsBroken(p asked, parsed []*ast.File) bool {
	for _, f := range parsed {
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if pkg, ours := k.own[p.mapped(to)]; err == nil && ours && pkg == nil {
				return true
			}
		}
	}
	return false
}

func (p *asked) mapped(to string) string {
	if other, ok := p.Maps[to]; ok {
		return other
	}
	return to
}

// imports finds the packages that one of the question's imports: others of it,
// or archives.
type imports struct {
	*checking
	of asked
}

// Import implements types.Importer.
func (i imports) Import(to string) (*types.Package, error) {
	if pkg := i.own[i.of.mapped(to)]; pkg != nil {
		return pkg, nil
	}
	return i.importer.Import(to)
}

func (c *checker) parse(files []sandbox.File) (parsed []*ast.File, problems []sandbox.Diagnostic) {
	for _, f := range files {
		tree, err := parser.ParseFile(c.fset, f.Name, f.Content, parser.ParseComments) // some analyzers need the objects
		if err != nil {
			problems = append(problems, syntaxErrors(f.Name, err)...)
		}
		if tree != nil {
			parsed = append(parsed, tree)
		}
	}
	return parsed, problems
}

// types checks the types of a package. The errors are in the order found.
func (k *checking) types(p asked, parsed []*ast.File) (*types.Package, *types.Info, []types.Error) {
	var list []types.Error
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	config := types.Config{
		GoVersion: k.language, Importer: imports{k, p}, Sizes: types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) {
				list = append(list, e)
			}
		},
	}
	// The error is the first of the list.
	pkg, _ := config.Check(p.Path, k.fset, parsed, info)
	return pkg, info, list
}

// errors turns errors into diagnostics: by position, those that go on with the
// one before joined to it, ten at most, as the compiler does it.
func (c *checker) errors(list []types.Error) []sandbox.Diagnostic {
	var out []sandbox.Diagnostic
	for _, e := range list {
		if strings.HasPrefix(e.Msg, "\t") && len(out) > 0 {
			out[len(out)-1].Message += "\n" + e.Msg
			continue
		}
		p := c.fset.Position(e.Pos)
		out = append(out, sandbox.Diagnostic{File: p.Filename, Line: p.Line, Col: p.Column, Code: codeOf(e), Message: e.Msg})
	}
	slices.SortStableFunc(out, func(a, b sandbox.Diagnostic) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return out[:min(len(out), 10)]
}

// codeOf is the name of an error's code, which go/types keeps to itself.
func codeOf(e types.Error) string {
	if code := reflect.ValueOf(e).FieldByName("go116code"); code.IsValid() && code.CanInt() {
		return codeNames[code.Int()]
	}
	return ""
}
