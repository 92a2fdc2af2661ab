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
	"strings"

	"course/tutor/sandbox"
)

// libraryEnv tells the helper "diagnose" where the archives are.
const libraryEnv = "TUTOR_LIBRARY"

// diagnosis is what the helper "diagnose" answers to the files of a program.
type diagnosis struct {
	Errors []sandbox.Diagnostic // that no compiler would take
	Vet    []sandbox.Diagnostic // that are likely mistakes; only without errors
}

// checked is a package that is to be checked.
type checked struct {
	Path  string // it is vetted under
	Files []sandbox.File
	// Imports are the paths under which it imports packages that stand before
	// it, each to the path of one.
	Imports map[string]string
}

// mainPackage is the question about a program of one package.
func mainPackage(files []sandbox.File) []checked { return []checked{{Path: "main", Files: files}} }

// ownPackages is the question about the learner's packages of a plan.
func (p *plan) ownPackages() (list []checked) {
	for _, pkg := range p.packages {
		if pkg.Trusted {
			continue
		}
		one := checked{Path: pkg.Path, Files: pkg.Files, Imports: map[string]string{}}
		for _, before := range list {
			one.Imports[before.Path] = before.Path
		}
		for from, to := range pkg.ImportMap {
			if one.Imports[to] != "" {
				one.Imports[from] = to
			}
		}
		list = append(list, one)
	}
	return list
}

// ServeDiagnose is the helper "diagnose". It reads packages, as JSON, each
// after those that it imports, checks their types and vets them, answers with
// one line of JSON, and waits for the next until in ends: what it has read of
// the standard library is then still there.
func ServeDiagnose(in io.Reader, out io.Writer) error {
	c := newChecker(os.Getenv(libraryEnv))
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var packages []checked
		err := dec.Decode(&packages)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the files: %w", err)
		}
		if err := enc.Encode(c.check(packages)); err != nil {
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

// check parses, type-checks and vets packages, up to the first that no compiler
// would take. Facts about one are known to those that import it.
func (c *checker) check(packages []checked) (all diagnosis) {
	own, known := map[string]*types.Package{}, facts{}
	for _, p := range packages {
		parsed, problems := c.parse(p.Files)
		defer func() {
			for _, f := range parsed {
				c.fset.RemoveFile(c.fset.File(f.Pos()))
			}
		}()
		if len(problems) > 0 {
			return diagnosis{Errors: problems}
		}
		pkg, info, list := c.types(p.Path, parsed, ownFirst{c.importer, own, p.Imports})
		if len(list) > 0 {
			return diagnosis{Errors: finishDiagnostics(c.errors(list))}
		}
		own[p.Path] = pkg
		all.Vet = append(all.Vet, finishDiagnostics(vet(c.fset, parsed, pkg, info, known))...)
	}
	return all
}

// ownFirst imports the learner's own packages, which are checked already, and
// all others as types.Importer does.
type ownFirst struct {
	types.Importer
	own     map[string]*types.Package
	imports map[string]string
}

func (i ownFirst) Import(path string) (*types.Package, error) {
	if pkg := i.own[i.imports[path]]; pkg != nil {
		return pkg, nil
	}
	return i.Importer.Import(path)
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
func (c *checker) types(path string, parsed []*ast.File, imports types.Importer) (*types.Package, *types.Info, []types.Error) {
	var list []types.Error
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	config := types.Config{
		GoVersion: language, Importer: imports, Sizes: types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) {
				list = append(list, e)
			}
		},
	}
	// The error is the first of the list.
	pkg, _ := config.Check(path, c.fset, parsed, info)
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
