package interp

import (
	"go/ast"
	"go/types"
)

// kind is what sort of type t is, in a word or two. A defined type is its own
// name when it belongs to the standard library.
func kind(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if obj := t.Obj(); obj.Pkg() != nil && obj.Pkg().Path() != "main" {
			return obj.Pkg().Name() + "." + obj.Name()
		}
		if t.Obj().Pkg() == nil {
			return t.Obj().Name()
		}
		return "defined " + kind(t.Underlying())
	case *types.Basic:
		return basicKind(t)
	case *types.Slice:
		return "slice"
	case *types.Array:
		return "array"
	case *types.Map:
		return "map"
	case *types.Pointer:
		return "pointer"
	case *types.Struct:
		return "struct"
	case *types.Signature:
		return "func"
	case *types.Interface:
		return "interface"
	case *types.Chan:
		return "channel"
	case *types.TypeParam:
		return "type parameter"
	case *types.Tuple:
		return "results"
	}
	return "unknown type"
}

// basicKind is the name of a basic type. The integers of a size are two kinds,
// as they are to the interpreter: it computes with the widest, and cuts.
func basicKind(t *types.Basic) string {
	switch t.Kind() {
	case types.Int8, types.Int16, types.Int32, types.Int64:
		return "signed integer"
	case types.Uint, types.Uint8, types.Uint16, types.Uint32, types.Uint64:
		return "unsigned integer"
	case types.UntypedRune:
		return "untyped rune"
	}
	return t.Name()
}

// class is kind for operands: of a defined type, that of what it is made of.
func (s *scan) class(x ast.Expr) string {
	t := s.typeOf(x)
	if n := kind(t); n == "time.Duration" || n == "error" {
		return n
	}
	return kind(t.Underlying())
}

func typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

// typ notes a type and what it is made of.
func (s *scan) typ(at ast.Expr, t types.Type) {
	t = types.Unalias(t)
	if s.seen[t] {
		return
	}
	s.seen[t] = true
	switch u := t.(type) {
	case *types.Named:
		s.namedType(at, u)
	case *types.Basic:
		if u.Info()&types.IsUntyped == 0 && u.Kind() != types.Invalid {
			s.use(at, "type "+basicKind(u))
		}
	case *types.Slice:
		s.use(at, "type slice of "+part(u.Elem()))
		s.typ(at, u.Elem())
	case *types.Array:
		s.use(at, "type array of "+part(u.Elem()))
		s.typ(at, u.Elem())
	case *types.Map:
		s.use(at, "type map from "+part(u.Key()))
		s.use(at, "type map to "+part(u.Elem()))
		s.typ(at, u.Key())
		s.typ(at, u.Elem())
	case *types.Pointer:
		s.use(at, "type pointer to "+part(u.Elem()))
		s.typ(at, u.Elem())
	case *types.Struct:
		s.structure(at, u)
	case *types.Signature:
		s.signature(at, u)
	case *types.Tuple:
	default:
		s.use(at, "type "+kind(t))
	}
}

func (s *scan) namedType(at ast.Expr, t *types.Named) {
	if t.TypeArgs() != nil || t.TypeParams() != nil {
		s.use(at, "type parameters")
		return
	}
	if pkg := t.Obj().Pkg(); pkg == nil || pkg.Path() != "main" {
		if pkg == nil || symbols[pkg.Path()][t.Obj().Name()].IsValid() {
			s.use(at, "type "+kind(t))
		}
		return
	}
	s.typ(at, t.Underlying())
}

func (s *scan) structure(at ast.Expr, t *types.Struct) {
	s.use(at, "type struct")
	for i := range t.NumFields() {
		f := t.Field(i)
		if f.Embedded() {
			s.use(at, "embedded "+part(f.Type()))
		}
		if f.Name()[0] == 'X' || !ascii(f.Name()) || f.Name() == "_" {
			s.refuse(at, "field called "+f.Name()) // the interpreter has names of its own for others
		}
		if t.Tag(i) != "" {
			s.use(at, "tag of a field")
		}
		s.use(at, "field of "+part(f.Type()))
		s.typ(at, f.Type())
	}
}

func (s *scan) signature(at ast.Expr, t *types.Signature) {
	for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
		for i := range tuple.Len() {
			p := tuple.At(i)
			// What a library function takes is its own affair.
			if p.Pkg() != nil {
				s.typ(at, p.Type())
			}
		}
	}
}

// part is kind for what something is made of: basic types are all alike.
func part(t types.Type) string {
	u := types.Unalias(t).Underlying()
	if n, ok := types.Unalias(t).(*types.Named); ok && (n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "main") {
		return kind(t)
	}
	if _, ok := u.(*types.Basic); ok {
		return "basic"
	}
	return kind(u)
}
