package interp

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"
)

// call names a call, a conversion, or the use of a builtin function.
func (s *scan) call(n *ast.CallExpr) {
	fun := ast.Unparen(n.Fun)
	tv := s.info.Types[fun]
	switch {
	case tv.IsType():
		s.use(n, "conversion of "+s.class(n.Args[0])+" to "+s.class(n))
		s.insideLogic(n, "conversion")
		return
	case tv.IsBuiltin():
		s.builtin(n, fun)
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		s.refuse(n, "this call")
		return
	}
	switch f := fun.(type) {
	case *ast.FuncLit:
		s.use(n, "call of a function literal")
	case *ast.Ident:
		if _, ok := s.info.Uses[f].(*types.Var); ok {
			s.use(n, "call of a variable")
		}
	case *ast.SelectorExpr:
		if sel := s.info.Selections[f]; sel != nil && sel.Kind() == types.FieldVal {
			s.use(n, "call of a field")
		}
	case *ast.CallExpr:
		s.use(n, "call of a result")
	case *ast.IndexExpr:
		s.use(n, "call of an element")
	default:
		s.use(n, "call of something else")
	}
	s.arguments(n, sig)
}

func (s *scan) builtin(n *ast.CallExpr, fun ast.Expr) {
	name := fun.(*ast.Ident).Name
	what := "builtin " + name
	switch name {
	case "len", "cap", "append", "delete", "make", "new":
		what += " " + kind(s.typeOf(n.Args[0]).Underlying())
	}
	if n.Ellipsis.IsValid() {
		what += " ..."
	}
	if name == "append" {
		s.appends(n)
	}
	s.order(n, n.Args...)
	s.use(n, what)
	if name == "panic" {
		s.dynamic(n.Args[0], "panic")
	}
}

// arguments looks at how values get into parameters: whatever becomes an
// interface can be looked into by the standard library.
func (s *scan) arguments(n *ast.CallExpr, sig *types.Signature) {
	if n.Ellipsis.IsValid() {
		s.use(n, "call with ...")
	}
	s.order(n, append(slices.Clone(n.Args), n.Fun)...)
	if len(n.Args) == 1 && sig.Params().Len() > 1 || len(n.Args) == 1 && isTuple(s.typeOf(n.Args[0])) {
		if tuple, ok := s.typeOf(n.Args[0]).(*types.Tuple); ok {
			s.use(n, "call with the results of another")
			for i := range tuple.Len() {
				if !plain(tuple.At(i).Type()) {
					s.use(n.Args[0], "interface of "+kind(tuple.At(i).Type()))
				}
			}
			return
		}
	}
	for i, arg := range n.Args {
		if to := parameter(sig, i, n.Ellipsis.IsValid()); to != nil && types.IsInterface(to) {
			s.dynamic(arg, s.callee(n))
		}
	}
	s.format(n)
}

func isTuple(t types.Type) bool { _, ok := t.(*types.Tuple); return ok }

func parameter(sig *types.Signature, i int, spread bool) types.Type {
	p := sig.Params()
	if sig.Variadic() && i >= p.Len()-1 {
		last := p.At(p.Len() - 1).Type()
		if spread {
			return last
		}
		if slice, ok := last.(*types.Slice); ok {
			return slice.Elem()
		}
	}
	if i >= p.Len() {
		return nil
	}
	return p.At(i).Type()
}

// callee is the name of a library function that is called, or "".
func (s *scan) callee(n *ast.CallExpr) string {
	if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
		if obj := s.info.Uses[sel.Sel]; obj != nil && obj.Pkg() != nil && obj.Pkg().Path() != "main" && s.info.Selections[sel] == nil {
			return obj.Pkg().Name() + "." + obj.Name()
		}
	}
	return ""
}

// dynamic notes what becomes an interface on its way to a library function.
func (s *scan) dynamic(arg ast.Expr, to string) {
	t := s.typeOf(arg)
	switch {
	case plain(t):
		s.use(arg, "plain value as an interface")
	case to == "bufio.NewScanner" && typeName(t) == "*strings.Reader":
	case to == "sort.Slice" || to == "sort.SliceStable":
		s.use(arg, "slice as an interface to sort")
	case types.Identical(t, types.Universe.Lookup("error").Type()):
		s.use(arg, "error as an interface")
	case typeName(t) == "time.Duration":
		s.use(arg, "time.Duration as an interface")
	default:
		s.use(arg, "interface of "+kind(t))
	}
}

// plain types look the same to reflection when they are interpreted: those
// without a name, made of basic ones.
func plain(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return true
	case *types.Slice:
		return plain(t.Elem())
	case *types.Array:
		return plain(t.Elem())
	case *types.Map:
		return plain(t.Key()) && plain(t.Elem())
	}
	return false
}

// verbs are what a format may say.
const verbs = "vdsqtfgexXobcU%"

// format looks at the format of Printf and its like.
func (s *scan) format(n *ast.CallExpr) {
	name := s.callee(n)
	if !strings.HasPrefix(name, "fmt.") || !strings.HasSuffix(name, "f") {
		return
	}
	value := s.info.Types[n.Args[0]].Value
	if value == nil {
		s.use(n, "format that is not constant")
		return
	}
	text := constant.StringVal(value)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		for i++; i < len(text) && strings.IndexByte("+-# 0123456789.*[]", text[i]) >= 0; i++ {
		}
		switch {
		case i >= len(text):
		case text[i] == 'w' && name == "fmt.Errorf":
			s.use(n, "format %w")
		case strings.IndexByte(verbs, text[i]) < 0:
			s.use(n, "format %"+text[i:i+1])
		}
	}
}
