package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"runtime"
)

// fused says whether compiled Go may compute x*y + z with one rounding, which
// nothing that is interpreted does.
const fused = runtime.GOARCH != "amd64" && runtime.GOARCH != "386"

func (s *scan) isFloat(x ast.Expr) bool {
	basic, ok := s.typeOf(x).Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0
}

// order refuses operands of which one is read and another may change it in the
// same breath: Go leaves open which comes first.
func (s *scan) order(at ast.Node, operands ...ast.Expr) {
	if len(operands) < 2 {
		return
	}
	for i, x := range operands {
		if !s.changes(x) {
			continue
		}
		for j, y := range operands {
			if i != j && s.reads(y) {
				s.refuse(at, "read beside a call that may change what is read")
			}
		}
	}
}

// changes says whether x calls a function of the program that may change
// something that its caller sees.
func (s *scan) changes(x ast.Expr) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && s.mayChange(call) {
			found = true
		}
		_, literal := n.(*ast.FuncLit)
		return !literal && !found
	})
	return found
}

func (s *scan) mayChange(call *ast.CallExpr) bool {
	fun := ast.Unparen(call.Fun)
	if tv := s.info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
		return false
	}
	f := s.function(fun)
	return f == nil || f.Pkg() == s.pkg && s.impure[f]
}

// function is the declared function or method that fun names, or nil.
func (s *scan) function(fun ast.Expr) *types.Func {
	id, ok := fun.(*ast.Ident)
	if sel, isSel := fun.(*ast.SelectorExpr); isSel {
		id, ok = sel.Sel, true
	}
	if !ok {
		return nil
	}
	f, _ := s.info.Uses[id].(*types.Func)
	return f
}

// purity finds the functions of the program that may change more than their own
// variables.
func (s *scan) purity() {
	s.impure = map[*types.Func]bool{}
	for again := true; again; {
		again = false
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if f, ok := s.info.Defs[fn.Name].(*types.Func); ok && !s.impure[f] && s.writes(fn.Body) {
				s.impure[f], again = true, true
			}
		}
	}
}

// writes says whether a body assigns to what is no variable of its own, or
// calls what may.
func (s *scan) writes(body *ast.BlockStmt) (found bool) {
	place := func(x ast.Expr) {
		id, ok := ast.Unparen(x).(*ast.Ident)
		found = found || !ok || s.captured[s.info.Uses[id]]
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				place(x)
			}
		case *ast.IncDecStmt:
			place(n.X)
		case *ast.CallExpr:
			found = found || s.mayWrite(n)
		}
		return !found
	})
	return found
}

func (s *scan) mayWrite(call *ast.CallExpr) bool {
	fun := ast.Unparen(call.Fun)
	tv := s.info.Types[fun]
	if tv.IsType() {
		return false
	}
	if tv.IsBuiltin() {
		id, ok := fun.(*ast.Ident)
		return !ok || id.Name != "len" && id.Name != "append" && id.Name != "make" && id.Name != "new" && id.Name != "cap"
	}
	f := s.function(fun)
	switch {
	case f == nil:
		return true
	case f.Pkg() == s.pkg:
		return s.impure[f]
	}
	return f.Pkg() == nil || f.Pkg().Path() == "sort" || f.Type().(*types.Signature).Recv() != nil
}

// reads says whether x reads what a function might change.
func (s *scan) reads(x ast.Expr) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			sel := s.info.Selections[n]
			found = found || sel != nil && sel.Kind() == types.FieldVal
		case *ast.IndexExpr, *ast.StarExpr, *ast.SliceExpr:
			found = true
		case *ast.Ident:
			obj := s.info.Uses[n]
			v, ok := obj.(*types.Var)
			found = found || ok && !v.IsField() && s.captured[obj]
		case *ast.FuncLit:
			return false
		}
		return !found
	})
	return found
}

// capture finds the variables that more than their own function can change:
// those that function literals use from outside, and those whose address a
// method gets.
func (s *scan) capture() {
	s.captured = map[types.Object]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.captureIn(n)
		case *ast.SelectorExpr:
			if sel := s.info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal {
				s.captured[s.root(n.X)] = true
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				s.captured[s.root(n.X)] = true
			}
		}
		return true
	})
	delete(s.captured, nil)
}

func (s *scan) captureIn(lit *ast.FuncLit) {
	ast.Inspect(lit, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := s.info.Uses[id].(*types.Var); ok && !v.IsField() && (v.Pos() < lit.Pos() || v.Pos() > lit.End()) {
				s.captured[v] = true
			}
		}
		return true
	})
}

// root is the variable that x is, or is a part of; nil when it is none.
func (s *scan) root(x ast.Expr) types.Object {
	for {
		switch y := ast.Unparen(x).(type) {
		case *ast.Ident:
			if v, ok := s.info.Uses[y].(*types.Var); ok {
				return v
			}
			return nil
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.SliceExpr:
			x = y.X
		default:
			return nil
		}
	}
}

// constantCondition refuses a condition that is known beforehand: the
// interpreter takes it away, and with it where to go on.
func (s *scan) constantCondition(x ast.Expr) {
	if s.info.Types[x].Value != nil {
		s.refuse(x, "condition that is constant")
	}
}

// insideLogic refuses some expressions below && and ||, where the interpreter
// takes one value for another.
func (s *scan) insideLogic(n ast.Expr, what string) {
	for i := len(s.above) - 1; i >= 0; i-- {
		switch p := s.above[i].(type) {
		case *ast.BinaryExpr:
			if p.Op == token.LAND || p.Op == token.LOR {
				s.refuse(n, what+" inside "+p.Op.String())
				return
			}
		case ast.Stmt:
			return
		}
	}
}

// literalAt refuses function literals where their variables matter: in loops,
// each turn of which has variables of its own.
func (s *scan) literalAt(n *ast.FuncLit) {
	s.insideLogic(n, "function literal")
	for i := len(s.above) - 1; i >= 0; i-- {
		switch s.above[i].(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			s.refuse(n, "function literal in a loop")
			return
		case *ast.FuncDecl:
			return
		}
	}
}
