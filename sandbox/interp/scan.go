package interp

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strconv"
	"strings"
)

// scan walks over a program and names every construct that it uses. The first
// one that is not on the list refuses the program.
type scan struct {
	fset     *token.FileSet
	file     *ast.File
	info     *types.Info
	pkg      *types.Package
	features map[string]int
	any      bool // whatever compiles will do
	refusal  *Refusal
	broken   []string   // rules
	above    []ast.Node // from the file to the node that is looked at, without it
	loops    map[types.Object]ast.Node
	captured map[types.Object]bool // variables that a function literal uses from outside it
	impure   map[*types.Func]bool
	appended bool     // something grows
	copied   ast.Node // a slice gets a second name; nil when none does
	seen     map[types.Type]bool
}

// use notes a construct, or refuses the program because of it.
func (s *scan) use(at ast.Node, feature string) {
	s.features[feature]++
	if !allowed[feature] {
		s.note(at, feature)
	}
}

// refuse refuses a program because of a rule, whatever is on the list.
func (s *scan) refuse(at ast.Node, what string) {
	s.broken = append(s.broken, what)
	s.note(at, what)
}

// note keeps the first reason.
func (s *scan) note(at ast.Node, what string) {
	if s.refusal == nil {
		p := s.fset.Position(at.Pos())
		why := "not interpreted: %q is not on the interpreter's list"
		if s.any { // and so there is no list
			why = "not interpreted: the interpreter has no %q"
		}
		s.refusal = refuse(p.Filename, p.Line, p.Column, fmt.Sprintf(why, what))
	}
}

// imports holds what is imported, and each member of it that is named, against
// the symbol table. It comes before the type-checker, which knows only those.
func (s *scan) imports() {
	names := map[string]string{}
	for _, spec := range s.file.Imports {
		at, err := strconv.Unquote(spec.Path.Value)
		switch {
		case err != nil || symbols[at] == nil || unproven[at] && !s.any:
			s.refuse(spec, "import of "+at)
		case spec.Name != nil:
			s.refuse(spec, "import under another name")
		}
		names[path.Base(at)] = at
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			s.member(sel, names)
		}
		return true
	})
}

func (s *scan) member(sel *ast.SelectorExpr, names map[string]string) {
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return
	}
	if at, imported := names[id.Name]; imported {
		if _, ok := symbols[at][sel.Sel.Name]; !ok || unproven[at+"."+sel.Sel.Name] && !s.any {
			s.refuse(sel, id.Name+"."+sel.Sel.Name)
		}
	}
}

// program walks over the whole program.
func (s *scan) program() {
	s.loops, s.seen = map[types.Object]ast.Node{}, map[types.Type]bool{}
	s.capture()
	s.purity()
	s.names()
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text[2:], "line ") {
				s.refuse(c, "directive "+c.Text)
			}
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n == nil {
			s.above = s.above[:len(s.above)-1]
			return true
		}
		s.node(n)
		if s.vanishes(n) {
			return false
		}
		s.above = append(s.above, n)
		return true
	})
	if s.appended && s.copied != nil {
		s.refuse(s.copied, "second name for a slice, in a program that appends")
	}
}

// vanishes says whether nothing of n is left when the program is lowered.
func (s *scan) vanishes(n ast.Node) bool {
	if decl, ok := n.(*ast.GenDecl); ok {
		return decl.Tok == token.CONST
	}
	x, ok := n.(ast.Expr)
	return ok && s.info.Types[x].Value != nil
}

// node names what one node is.
func (s *scan) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.File, *ast.FieldList, *ast.Field, *ast.Comment, *ast.CommentGroup, *ast.ImportSpec,
		*ast.ParenExpr, *ast.KeyValueExpr, *ast.ExprStmt, *ast.BlockStmt, *ast.EmptyStmt:
	case ast.Decl:
		s.decl(n)
	case ast.Spec:
		s.spec(n)
	case ast.Stmt:
		s.stmt(n)
	case ast.Expr:
		s.expr(n)
	default:
		s.refuse(n, fmt.Sprintf("%T", n))
	}
}

func (s *scan) decl(n ast.Decl) {
	switch n := n.(type) {
	case *ast.GenDecl:
		where := "local "
		if len(s.above) == 1 {
			where = "package "
		}
		s.use(n, where+n.Tok.String())
		if n.Tok == token.VAR && n.Lparen.IsValid() {
			s.use(n, "group of variables")
		}
	case *ast.FuncDecl:
		s.declared(n)
	}
}

func (s *scan) declared(n *ast.FuncDecl) {
	sig := s.info.Defs[n.Name].Type().(*types.Signature)
	switch {
	case sig.TypeParams() != nil || sig.RecvTypeParams() != nil:
		s.use(n, "type parameters")
	case sig.Recv() == nil && n.Name.Name == "init":
		s.use(n, "func init")
	case sig.Recv() == nil:
		s.use(n, "func")
	default:
		s.method(n, sig)
	}
	s.results(n, n.Type)
}

// speaks are methods that the standard library looks for behind our back.
var speaks = map[string]bool{"Error": true, "String": true, "GoString": true, "Format": true, "Unwrap": true, "Is": true, "As": true,
	"Read": true, "Write": true, "Len": true, "Less": true, "Swap": true, "Scan": true}

func (s *scan) method(n *ast.FuncDecl, sig *types.Signature) {
	if s.pkg.Scope().Lookup(n.Name.Name) != nil {
		s.refuse(n, "name "+n.Name.Name+" for something else")
	}
	s.unnamed(n.Recv, "receiver without a name")
	receiver := "value"
	if _, ok := sig.Recv().Type().(*types.Pointer); ok {
		receiver = "pointer"
	}
	if speaks[n.Name.Name] {
		s.use(n, "method "+n.Name.Name)
		return
	}
	s.use(n, "method of a "+receiver+" to "+kind(sig.Recv().Type()))
}

// results notes the shapes of a signature.
func (s *scan) results(at ast.Node, t *ast.FuncType) {
	if t.Results != nil {
		if len(t.Results.List[0].Names) > 0 {
			s.use(at, "named results")
		} else if len(t.Results.List) > 1 {
			s.use(at, "several results")
		}
	}
	for _, f := range t.Params.List {
		if _, ok := f.Type.(*ast.Ellipsis); ok {
			s.use(at, "variadic parameter")
		}
	}
}

func (s *scan) spec(n ast.Spec) {
	switch n := n.(type) {
	case *ast.TypeSpec:
		what := "declaration of a type of "
		if n.Assign.IsValid() {
			what = "alias of a type of "
		}
		s.use(n, what+kind(s.info.Defs[n.Name].Type().Underlying()))
	case *ast.ValueSpec:
		if len(n.Names) > 1 && len(n.Values) == 1 {
			s.use(n, "var of several results")
		} else if len(n.Names) > 1 {
			s.use(n, "var of several names")
		}
	}
}

// unnamed notes parameters or receivers that have no name.
func (s *scan) unnamed(list *ast.FieldList, what string) {
	for _, f := range list.List {
		if len(f.Names) == 0 || isBlank(f.Names[0]) {
			s.use(f, what)
		}
	}
}

// parent is what the node that is looked at stands in.
func (s *scan) parent() ast.Node {
	if len(s.above) == 0 {
		return nil
	}
	return s.above[len(s.above)-1]
}
