package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// stmt names a statement.
func (s *scan) stmt(n ast.Stmt) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		s.assign(n)
	case *ast.IncDecStmt:
		s.use(n, n.Tok.String()+" "+s.class(n.X))
	case *ast.IfStmt:
		s.use(n, "if")
		s.constantCondition(n.Cond)
		if n.Init != nil {
			s.use(n, "if with a statement")
		}
	case *ast.ForStmt:
		s.loop(n)
	case *ast.RangeStmt:
		s.ranges(n)
	case *ast.SwitchStmt:
		s.switches(n)
	case *ast.CaseClause:
		if len(n.Body) == 0 {
			s.use(n, "case without statements")
		}
		if n.List == nil {
			s.use(n, "default")
		} else if len(n.List) > 1 {
			s.use(n, "case of several "+s.compared())
		}
	case *ast.TypeSwitchStmt:
		s.use(n, "type switch")
	case *ast.ReturnStmt:
		s.returns(n)
	case *ast.BranchStmt:
		s.branch(n)
	case *ast.LabeledStmt:
		s.use(n, "label")
	case *ast.DeferStmt:
		s.use(n, "defer")
	case *ast.DeclStmt:
	case *ast.GoStmt:
		s.use(n, "go")
	case *ast.SelectStmt, *ast.CommClause:
		s.use(n, "select")
	case *ast.SendStmt:
		s.use(n, "send")
	default:
		s.refuse(n, "this statement")
	}
}

func (s *scan) assign(n *ast.AssignStmt) {
	switch {
	case n.Tok != token.ASSIGN && n.Tok != token.DEFINE:
		s.use(n, n.Tok.String()+" "+s.class(n.Lhs[0]))
		s.use(n, n.Tok.String()+" to "+target(s, n.Lhs[0]))
		s.order(n, n.Lhs[0], n.Rhs[0])
		s.assigned(n)
		if n.Tok == token.SHL_ASSIGN || n.Tok == token.SHR_ASSIGN {
			s.shift(n, n.Rhs[0])
		}
		return
	case len(n.Lhs) > 1 && len(n.Rhs) == 1:
		s.use(n, n.Tok.String()+" of "+several(n.Rhs[0]))
	case len(n.Lhs) > 1:
		s.use(n, n.Tok.String()+" of several values")
	default:
		s.use(n, n.Tok.String())
	}
	s.order(n, slices.Concat(places(n.Lhs), n.Rhs)...)
	s.assigned(n)
	for _, to := range n.Lhs {
		if n.Tok == token.ASSIGN {
			s.use(n, "= to "+target(s, to))
		} else if id, ok := to.(*ast.Ident); ok && id.Name != "_" && s.info.Defs[id] == nil {
			s.use(n, ":= with a variable that is there already")
		}
	}
}

// several is what gives several values at once.
func several(x ast.Expr) string {
	switch ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		return "value and ok of a map"
	case *ast.TypeAssertExpr:
		return "value and ok of a type"
	case *ast.UnaryExpr:
		return "value and ok of a channel"
	}
	return "several results"
}

// target is what kind of place is assigned to.
func target(s *scan, x ast.Expr) string {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		if x.Name == "_" {
			return "_"
		}
		return "variable"
	case *ast.IndexExpr:
		return "element of " + kind(s.typeOf(x.X).Underlying())
	case *ast.SelectorExpr:
		return "field"
	case *ast.StarExpr:
		return "pointer's target"
	}
	return "something else"
}

func (s *scan) loop(n *ast.ForStmt) {
	if n.Cond != nil {
		s.constantCondition(n.Cond)
	}
	switch {
	case n.Init != nil && n.Cond != nil && n.Post != nil:
		s.use(n, "for with clauses")
	case n.Init != nil || n.Post != nil:
		s.use(n, "for with some of its clauses")
	case n.Cond != nil:
		s.use(n, "for with a condition")
	default:
		s.use(n, "for without end")
	}
	if init, ok := n.Init.(*ast.AssignStmt); ok && init.Tok == token.DEFINE {
		for _, v := range init.Lhs {
			s.loopVariable(v, n)
		}
	}
}

func (s *scan) loopVariable(v ast.Expr, loop ast.Node) {
	if id, ok := v.(*ast.Ident); ok {
		if obj := s.info.Defs[id]; obj != nil {
			s.loops[obj] = loop
		}
	}
}

func (s *scan) ranges(n *ast.RangeStmt) {
	over := kind(s.typeOf(n.X).Underlying())
	how := ""
	switch {
	case n.Key == nil:
		how = " for nothing"
	case n.Value == nil:
		how = " for keys"
	case isBlank(n.Key):
		how = " for values"
	}
	if basic, ok := s.typeOf(n.X).Underlying().(*types.Basic); ok && basic.Info()&types.IsInteger != 0 {
		s.rangeInt(n)
		return
	}
	s.use(n, "range over "+over+how)
	s.changed(n)
	if n.Tok == token.ASSIGN {
		s.use(n, "range into variables that are there already")
	}
	for _, v := range []ast.Expr{n.Key, n.Value} {
		if v != nil && n.Tok == token.DEFINE {
			s.loopVariable(v, n)
		}
	}
}

// rangeInt holds what lowering needs: the counter is not assigned to, or
// Go's own would count on from where it was.
func (s *scan) rangeInt(n *ast.RangeStmt) {
	s.use(n, "range over an integer")
	if n.Tok == token.ASSIGN {
		s.refuse(n, "range into a variable that is there already")
	}
	name := s.loopType(n)
	if obj := types.Universe.Lookup(name); obj == nil {
		s.refuse(n, "range over an integer of a defined type")
	}
	if n.Key != nil && n.Tok == token.DEFINE {
		s.loopVariable(n.Key, n)
		s.counter(n)
	}
}

func (s *scan) switches(n *ast.SwitchStmt) {
	s.cases(n)
	what := "switch without a value"
	if n.Tag != nil {
		what = "switch of " + s.class(n.Tag)
	}
	s.use(n, what)
	if n.Init != nil {
		s.use(n, "switch with a statement")
	}
	for i, c := range n.Body.List {
		if c.(*ast.CaseClause).List == nil && i < len(n.Body.List)-1 {
			s.use(c, "default before other cases")
		}
	}
}

func (s *scan) returns(n *ast.ReturnStmt) {
	s.order(n, n.Results...)
	if len(n.Results) > 0 {
		s.use(n, "return of values")
		return
	}
	for i := len(s.above) - 1; i >= 0; i-- {
		var t *ast.FuncType
		switch f := s.above[i].(type) {
		case *ast.FuncDecl:
			t = f.Type
		case *ast.FuncLit:
			t = f.Type
		default:
			continue
		}
		if t.Results != nil {
			s.use(n, "return of named results")
		} else {
			s.use(n, "return of nothing")
		}
		return
	}
}

func (s *scan) branch(n *ast.BranchStmt) {
	what := n.Tok.String()
	if n.Label != nil {
		what += " with a label"
	}
	if n.Tok == token.BREAK && n.Label == nil {
		what += " of a " + s.around()
	}
	s.use(n, what)
}

// compared is what stands in the cases of the switch that is looked at. Of
// several conditions the interpreter looks at the first alone.
func (s *scan) compared() string {
	for i := len(s.above) - 1; i >= 0; i-- {
		switch n := s.above[i].(type) {
		case *ast.SwitchStmt:
			if n.Tag == nil {
				return "conditions"
			}
			return "values"
		case *ast.TypeSwitchStmt:
			return "types"
		}
	}
	return "nothing"
}

// around is what a break without a label leaves.
func (s *scan) around() string {
	for i := len(s.above) - 1; i >= 0; i-- {
		switch s.above[i].(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return "loop"
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return "switch"
		}
	}
	return "nothing"
}

func (s *scan) typeOf(x ast.Expr) types.Type {
	if t := s.info.TypeOf(x); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}
