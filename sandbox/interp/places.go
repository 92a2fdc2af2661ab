package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "_"
}

// names refuses programs that call their own things as Go calls its own, or as
// lowering does, and types that are used before they are declared.
func (s *scan) names() {
	taken := map[string]bool{}
	for _, spec := range s.file.Imports {
		if at, err := strconv.Unquote(spec.Path.Value); err == nil {
			taken[path.Base(at)] = true
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			s.named(id, taken)
		}
		return true
	})
}

func (s *scan) named(id *ast.Ident, taken map[string]bool) {
	if obj, ok := s.info.Uses[id].(*types.TypeName); ok && obj.Pkg() == s.pkg && id.Pos() < obj.Pos() {
		s.refuse(id, "type "+id.Name+" before it is declared")
	}
	obj := s.info.Defs[id]
	if obj == nil || obj.Parent() == nil {
		return // fields and methods are no names in a scope
	}
	if obj.Parent() != s.pkg.Scope() && s.pkg.Scope().Lookup(id.Name) != nil || !ascii(id.Name) {
		s.refuse(id, "name "+id.Name+" for something else")
	}
	if taken[id.Name] || types.Universe.Lookup(id.Name) != nil || strings.HasPrefix(id.Name, "tutor") {
		s.refuse(id, "name "+id.Name+" for something else")
	}
}

func ascii(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}

// places are what is evaluated of the left side of an assignment.
func places(lhs []ast.Expr) (list []ast.Expr) {
	for _, x := range lhs {
		switch x := ast.Unparen(x).(type) {
		case *ast.IndexExpr:
			list = append(list, x.X, x.Index)
		case *ast.SelectorExpr:
			list = append(list, x.X)
		case *ast.StarExpr:
			list = append(list, x.X)
		}
	}
	return list
}

// shift refuses a count that can be negative, for which compiled Go panics.
func (s *scan) shift(at ast.Node, count ast.Expr) {
	basic, ok := s.typeOf(count).Underlying().(*types.Basic)
	if s.info.Types[count].Value == nil && (!ok || basic.Info()&types.IsUnsigned == 0) {
		s.refuse(at, "shift by a number that can be negative")
	}
}

// changed refuses a range whose body changes what it ranges over.
func (s *scan) changed(loop *ast.RangeStmt) {
	over := s.root(loop.X)
	if over == nil {
		return
	}
	_, slice := s.typeOf(loop.X).Underlying().(*types.Slice)
	hit := func(x ast.Expr) {
		_, part := ast.Unparen(x).(*ast.IndexExpr)
		if s.root(x) == over && !(slice && part) {
			s.refuse(x, "range over what its body changes")
		}
	}
	ast.Inspect(loop.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				hit(x)
			}
		case *ast.IncDecStmt:
			hit(n.X)
		case *ast.CallExpr:
			if s.info.Types[n.Fun].IsBuiltin() && types.ExprString(n.Fun) == "delete" {
				hit(n.Args[0])
			}
		}
		return true
	})
}

// assigned looks at what an assignment does beyond each of its values.
func (s *scan) assigned(n *ast.AssignStmt) {
	if len(n.Lhs) > 1 && len(n.Rhs) == len(n.Lhs) {
		for i, x := range n.Rhs {
			id, ok := n.Lhs[i].(*ast.Ident)
			fresh := n.Tok == token.DEFINE && ok && s.info.Defs[id] != nil
			if !fresh && s.calls(x) {
				s.refuse(n, "assignment of several values, one of them computed by a call")
			}
			if made(x) {
				s.refuse(n, "assignment of several values, one of them a literal with parts")
			}
		}
	}
	if slices.ContainsFunc(n.Lhs, s.calls) && slices.ContainsFunc(n.Rhs, s.calls) {
		s.refuse(n, "calls on both sides of an assignment")
	}
	for i, x := range n.Rhs {
		if i < len(n.Lhs) && isBlank(n.Lhs[i]) {
			continue
		}
		switch x := ast.Unparen(x).(type) {
		case *ast.FuncLit:
			if n.Tok == token.ASSIGN {
				s.refuse(n, "function literal assigned to a variable that is there already")
			}
		case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.SliceExpr:
			if _, ok := s.typeOf(x).Underlying().(*types.Slice); ok && !s.shrinks(n) {
				s.copied = n
			}
		}
	}
}

// shrinks says whether n is as "s = s[1:]", which leaves a slice its only name.
func (s *scan) shrinks(n *ast.AssignStmt) bool {
	if len(n.Lhs) != 1 || n.Tok != token.ASSIGN {
		return false
	}
	cut, ok := ast.Unparen(n.Rhs[0]).(*ast.SliceExpr)
	return ok && types.ExprString(cut.X) == types.ExprString(n.Lhs[0])
}

// calls says whether x calls something, or makes something.
func (s *scan) calls(x ast.Expr) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || s.info.Types[n].Value == nil
		case *ast.CompositeLit, *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}

// made says whether x makes something.
func made(x ast.Expr) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		_, composite := n.(*ast.CompositeLit)
		_, function := n.(*ast.FuncLit)
		found = found || composite || function
		return !found
	})
	return found
}

// appends lets a slice grow only in its own place, by one element or another
// slice: how much room there is after that differs, and shows where two names
// share it.
func (s *scan) appends(n *ast.CallExpr) {
	s.appended = true
	if len(n.Args) > 2 {
		s.refuse(n, "append of several elements at once")
	}
	switch first := ast.Unparen(n.Args[0]).(type) {
	case *ast.CompositeLit:
		return
	case *ast.CallExpr:
		if s.info.Types[first.Fun].IsType() {
			return
		}
	}
	if len(s.above) > 0 {
		if to, ok := s.above[len(s.above)-1].(*ast.AssignStmt); ok && len(to.Lhs) == 1 && types.ExprString(to.Lhs[0]) == types.ExprString(n.Args[0]) {
			return
		}
	}
	s.refuse(n, "append that is not assigned to what it adds to")
}

// cases holds the cases of a switch of a value to constants: the interpreter
// evaluates others at the wrong time.
func (s *scan) cases(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	s.constantCondition(n.Tag)
	for _, c := range n.Body.List {
		for _, x := range c.(*ast.CaseClause).List {
			if s.info.Types[x].Value == nil {
				s.refuse(x, "case that is not constant")
			}
		}
	}
}

// counter refuses a loop whose counter is assigned to.
func (s *scan) counter(loop *ast.RangeStmt) {
	id, ok := loop.Key.(*ast.Ident)
	if !ok {
		return
	}
	obj := s.info.Defs[id]
	hit := func(x ast.Expr) {
		if to, ok := ast.Unparen(x).(*ast.Ident); ok && obj != nil && s.info.Uses[to] == obj {
			s.refuse(to, "assignment to the variable of a range over an integer")
		}
	}
	ast.Inspect(loop.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				hit(x)
			}
		case *ast.IncDecStmt:
			hit(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				hit(n.Key)
			}
		}
		return true
	})
}
