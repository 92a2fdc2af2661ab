package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
)

// expr names an expression, and notes its type.
func (s *scan) expr(n ast.Expr) {
	tv, known := s.info.Types[n]
	if known && tv.Type != nil {
		s.typ(n, tv.Type)
	}
	if known && tv.Value != nil {
		s.constant(n)
		return
	}
	switch n := n.(type) {
	case *ast.Ident:
		s.ident(n)
	case *ast.BasicLit:
	case *ast.FuncLit:
		s.use(n, "function literal")
		s.results(n, n.Type)
		s.literalAt(n)
	case *ast.CompositeLit:
		s.composite(n)
		s.insideLogic(n, "literal")
	case *ast.SelectorExpr:
		s.selector(n)
	case *ast.IndexExpr:
		s.index(n)
	case *ast.SliceExpr:
		s.insideLogic(n, "slice expression")
		what := "slice of a " + kind(s.typeOf(n.X).Underlying())
		if n.Slice3 {
			what += " with capacity"
		}
		s.use(n, what)
	case *ast.TypeAssertExpr:
		if n.Type != nil {
			s.use(n, "type assertion")
		}
	case *ast.CallExpr:
		s.call(n)
	case *ast.StarExpr:
		if !tv.IsType() {
			s.use(n, "* of a pointer to "+kind(s.typeOf(n).Underlying()))
		}
	case *ast.UnaryExpr:
		s.unary(n)
	case *ast.BinaryExpr:
		s.binary(n)
	case *ast.StructType:
		if _, ok := s.parent().(*ast.TypeSpec); !ok {
			s.use(n, "struct without a name")
		}
	case *ast.FuncType:
		s.unnamed(n.Params, "parameter without a name")
	case *ast.ArrayType, *ast.MapType, *ast.Ellipsis:
	case *ast.InterfaceType, *ast.ChanType, *ast.IndexListExpr:
		s.use(n, "type "+kind(s.typeOf(n)))
	default:
		s.refuse(n, "this expression")
	}
}

// constant names a constant expression, of which only the value will be left.
func (s *scan) constant(n ast.Expr) {
	if lit, ok := n.(*ast.BasicLit); ok {
		s.use(n, "literal "+lit.Kind.String()+" of "+kind(s.typeOf(n)))
		return
	}
	if _, ok := s.value(n.Pos(), s.info.Types[n]); !ok {
		s.refuse(n, "constant of this type")
		return
	}
	s.use(n, "constant of "+kind(s.typeOf(n)))
}

func (s *scan) ident(n *ast.Ident) {
	obj := s.info.Uses[n]
	if obj == nil {
		return
	}
	switch obj := obj.(type) {
	case *types.Var:
		s.capturedBy(n, obj)
	case *types.Nil:
		s.use(n, "nil "+kind(s.typeOf(n).Underlying()))
	case *types.Func:
		if !s.called(n) {
			s.use(n, "function as a value")
		}
	}
}

// capturedBy refuses what makes it matter that each turn of a loop has variables
// of its own: closures over them, and their addresses.
func (s *scan) capturedBy(n *ast.Ident, obj types.Object) {
	loop, ok := s.loops[obj]
	if !ok {
		return
	}
	for i := len(s.above) - 1; i >= 0 && s.above[i] != loop; i-- {
		if _, ok := s.above[i].(*ast.FuncLit); ok {
			s.use(n, "closure over the variable of a loop")
		}
	}
}

// called reports whether n is what its parent calls.
func (s *scan) called(n ast.Expr) bool {
	for i := len(s.above) - 1; i >= 0; i-- {
		switch p := s.above[i].(type) {
		case *ast.ParenExpr:
			n = p
		case *ast.SelectorExpr:
			if p.Sel != n {
				return false
			}
			n = p
		case *ast.CallExpr:
			return p.Fun == n
		default:
			return false
		}
	}
	return false
}

func (s *scan) composite(n *ast.CompositeLit) {
	what := "literal of a " + kind(s.typeOf(n).Underlying())
	if len(n.Elts) > 0 {
		if _, ok := n.Elts[0].(*ast.KeyValueExpr); ok {
			what += " with keys"
		}
	}
	if n.Type == nil {
		what += " without its type"
		if _, ok := s.typeOf(n).Underlying().(*types.Pointer); ok {
			what = "literal of a pointer without its type"
		}
	}
	s.use(n, what)
	s.order(n, n.Elts...)
}

func (s *scan) selector(n *ast.SelectorExpr) {
	sel := s.info.Selections[n]
	if sel == nil {
		s.qualified(n)
		return
	}
	through := ""
	if _, ok := sel.Recv().Underlying().(*types.Pointer); ok {
		through = " through a pointer"
	}
	if len(sel.Index()) > 1 {
		through += " of an embedded field"
	}
	switch sel.Kind() {
	case types.FieldVal:
		s.use(n, "field"+through)
	case types.MethodExpr:
		s.use(n, "method expression")
	case types.MethodVal:
		s.methodValue(n, sel, through)
	}
}

func (s *scan) methodValue(n *ast.SelectorExpr, sel *types.Selection, through string) {
	if pkg := sel.Obj().Pkg(); pkg == nil || pkg.Path() != "main" {
		s.use(n, "method "+typeName(sel.Recv())+"."+sel.Obj().Name())
	} else if types.IsInterface(sel.Recv()) {
		s.use(n, "method of an interface")
	}
	if !s.called(n) {
		s.use(n, "method as a value")
		return
	}
	want := sel.Obj().Type().(*types.Signature).Recv()
	if want != nil {
		_, byPointer := want.Type().(*types.Pointer)
		_, isPointer := sel.Recv().(*types.Pointer)
		switch {
		case byPointer && !isPointer:
			through += " by its address"
		case !byPointer && isPointer:
			through += " by its value"
		}
	}
	s.use(n, "method call"+through)
	if id, ok := ast.Unparen(n.X).(*ast.Ident); ok && s.loops[s.info.Uses[id]] != nil && through == " by its address" {
		s.use(n, "address of the variable of a loop")
	}
}

// qualified is a member of an imported package.
func (s *scan) qualified(n *ast.SelectorExpr) {
	obj := s.info.Uses[n.Sel]
	name := obj.Pkg().Name() + "." + obj.Name()
	switch obj.(type) {
	case *types.Func:
		if !s.called(n) {
			s.use(n, "library function as a value")
		}
	case *types.Const:
	case *types.TypeName:
	}
	s.features[name]++ // imports has looked it up
}

func (s *scan) index(n *ast.IndexExpr) {
	if tv := s.info.Types[n.X]; tv.IsType() {
		s.use(n, "type parameters")
		return
	}
	s.order(n, n.X, n.Index)
	s.use(n, "element of a "+kind(s.typeOf(n.X).Underlying()))
}

func (s *scan) unary(n *ast.UnaryExpr) {
	if n.Op == token.NOT {
		s.constantCondition(n.X)
	}
	if n.Op != token.AND {
		s.use(n, "unary "+n.Op.String()+" "+s.class(n.X))
		return
	}
	switch x := ast.Unparen(n.X).(type) {
	case *ast.CompositeLit:
		s.use(n, "& of a literal of a "+kind(s.typeOf(x).Underlying()))
	case *ast.Ident:
		if s.loops[s.info.Uses[x]] != nil {
			s.use(n, "address of the variable of a loop")
		}
		s.use(n, "& of a variable of "+kind(s.typeOf(x).Underlying()))
	case *ast.IndexExpr:
		s.use(n, "& of an element")
	default:
		s.use(n, "& of something else")
	}
}

func (s *scan) binary(n *ast.BinaryExpr) {
	x := s.class(n.X)
	if tv := s.info.Types[n.X]; tv.IsNil() || tv.Value != nil {
		x = s.class(n.Y)
	}
	if n.Op == token.LAND || n.Op == token.LOR {
		s.constantCondition(n.X)
		s.constantCondition(n.Y)
	}
	if n.Op == token.MUL && fused && s.isFloat(n) {
		s.refuse(n, "multiplication of floats on "+runtime.GOARCH)
	}
	if n.Op == token.SHL || n.Op == token.SHR {
		s.shift(n, n.Y)
		if s.info.Types[n.X].Value != nil {
			s.refuse(n, "shift of a constant")
		}
	}
	s.order(n, n.X, n.Y)
	what := n.Op.String() + " " + x
	if s.info.Types[n.X].IsNil() || s.info.Types[n.Y].IsNil() {
		what += " nil"
	}
	s.use(n, what)
}
