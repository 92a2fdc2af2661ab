package interp

import (
	"cmp"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"runtime"
	"slices"
	"strconv"

	"course/tutor/sandbox"
)

// Refusal says why a program was not interpreted: it does not compile (Status
// compile_error), or it uses what is not on the list (refused). As an error it
// is its own JSON.
type Refusal struct {
	Status      sandbox.Status       `json:"status"`
	Diagnostics []sandbox.Diagnostic `json:"diagnostics"`
}

func (r *Refusal) Error() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers
	}
	return string(text)
}

// language is the Go version that programs are written in.
const language = "go1.26"

// survey parses a program, type-checks it, and holds it against the allow list,
// unless any program will do.
func survey(files []sandbox.File, any bool) (*scan, *Refusal) {
	if len(files) != 1 {
		return nil, refuse("", 0, 0, "only programs of one file are interpreted; this one has "+strconv.Itoa(len(files)))
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, files[0].Name, files[0].Content, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, unparsed(err)
	}
	s := &scan{fset: fset, file: file, features: map[string]int{}, info: newInfo(), any: any}
	if s.imports(); s.refusal != nil {
		return nil, s.refusal
	}
	var bad *Refusal
	if s.pkg, bad = typeCheck(fset, file, s.info); bad != nil {
		return nil, bad
	}
	if !any {
		s.program()
	}
	return s, s.refusal
}

func refuse(file string, line, col int, why string) *Refusal {
	return &Refusal{sandbox.StatusRefused, []sandbox.Diagnostic{{File: file, Line: line, Col: col, Code: "refused:interp",
		Message: why, Explain: advice}}}
}

// advice is what can be done about a program that is not interpreted.
const advice = "The interpreter runs only what is known to behave as compiled Go does. Leave the engine to tutor (auto), and Go compiles the program."

// adviceWithoutGo is the same where there is no Go.
const adviceWithoutGo = "No Go is installed here, and the interpreter alone can't run everything: most packages are missing. Install Go, and the program is compiled."

func unparsed(err error) *Refusal {
	r := &Refusal{Status: sandbox.StatusCompileError}
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		r.Diagnostics = []sandbox.Diagnostic{{Message: err.Error()}}
		return r
	}
	for _, e := range list {
		r.Diagnostics = append(r.Diagnostics, sandbox.Diagnostic{File: e.Pos.Filename, Line: e.Pos.Line, Col: e.Pos.Column, Message: e.Msg})
	}
	return r
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Instances: map[*ast.Ident]types.Instance{},
		Implicits: map[ast.Node]types.Object{}, Scopes: map[ast.Node]*types.Scope{},
	}
}

// typeCheck says what does not compile, or nil.
func typeCheck(fset *token.FileSet, file *ast.File, info *types.Info) (*types.Package, *Refusal) {
	r := &Refusal{Status: sandbox.StatusCompileError}
	cfg := types.Config{Importer: newDeclared(), GoVersion: language, Sizes: types.SizesFor("gc", runtime.GOARCH), Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) && len(r.Diagnostics) < 10 {
			at := fset.Position(e.Pos)
			r.Diagnostics = append(r.Diagnostics, sandbox.Diagnostic{File: at.Filename, Line: at.Line, Col: at.Column, Message: e.Msg})
		}
	}}
	p, err := cfg.Check("main", fset, []*ast.File{file}, info)
	if err != nil {
		slices.SortStableFunc(r.Diagnostics, func(a, b sandbox.Diagnostic) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
		return nil, r
	}
	if main, ok := p.Scope().Lookup("main").(*types.Func); !ok || main == nil || p.Name() != "main" {
		at := fset.Position(file.Name.Pos())
		r.Diagnostics = []sandbox.Diagnostic{{File: at.Filename, Line: at.Line, Col: at.Column, Message: "function main is undeclared in the main package"}}
		return nil, r
	}
	return p, nil
}
