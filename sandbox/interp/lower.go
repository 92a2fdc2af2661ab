package interp

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// lowering rewrites what the interpreter gets wrong into what it gets right, in
// the text and without moving a line: a constant expression becomes its value,
// which go/types has computed as the compiler does; a declaration of constants
// becomes blank; a range over an integer becomes a loop with clauses; parentheses around
// a name or a call go.
type lowering struct {
	*scan
	text  string
	edits []edit
	loops int
}

// edit replaces text[from:to].
type edit struct {
	from, to int
	by       string
}

// lower is the text of a program that has been checked and scanned.
func (s *scan) lower(text string) string {
	l := &lowering{scan: s, text: text}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				l.blank(n)
				return false
			}
		case *ast.RangeStmt:
			l.rangeInt(n)
		case ast.Expr:
			if l.constant(n) {
				return false
			}
			l.unwrap(n)
		}
		return true
	})
	return l.apply()
}

func (l *lowering) offset(p token.Pos) int { return l.fset.PositionFor(p, false).Offset }

func (l *lowering) replace(n ast.Node, by string) {
	l.edits = append(l.edits, edit{l.offset(n.Pos()), l.offset(n.End()), by})
}

// blank keeps the ends of lines.
func (l *lowering) blank(n ast.Node) {
	old := l.text[l.offset(n.Pos()):l.offset(n.End())]
	l.replace(n, strings.Repeat("\n", strings.Count(old, "\n")))
}

// unwrap takes parentheses away that only wrap a name or a call: as an operand
// of && or ||, such a thing leads the interpreter astray.
func (l *lowering) unwrap(n ast.Expr) {
	paren, ok := n.(*ast.ParenExpr)
	if !ok {
		return
	}
	switch call := ast.Unparen(paren).(type) {
	case *ast.CallExpr:
		if tv := l.info.Types[call.Fun]; tv.IsType() {
			return // which may need them
		}
	case *ast.Ident, *ast.BasicLit:
	default:
		return
	}
	for _, at := range []token.Pos{paren.Lparen, paren.Rparen} {
		l.edits = append(l.edits, edit{l.offset(at), l.offset(at) + 1, " "})
	}
}

// constant replaces a constant expression by its value, and says whether there
// is nothing more to be done in it.
func (l *lowering) constant(n ast.Expr) bool {
	tv := l.info.Types[n]
	if tv.Value == nil {
		return false
	}
	if lit, ok := n.(*ast.BasicLit); ok {
		l.number(lit, tv.Value)
		return true
	}
	if by, ok := l.value(n.Pos(), tv); ok {
		l.replace(n, by)
	}
	return true
}

// number writes an integer in the usual way, whatever its base.
func (l *lowering) number(lit *ast.BasicLit, v constant.Value) {
	if decimal := v.ExactString(); lit.Kind == token.INT && v.Kind() == constant.Int && lit.Value != decimal {
		l.replace(lit, decimal)
	}
}

// value writes a constant as a literal, converted to its type where that is not
// the literal's own.
func (s *scan) value(at token.Pos, tv types.TypeAndValue) (string, bool) {
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok {
		return "", false
	}
	text, own := literal(basic, tv.Value)
	if text == "" {
		return "", false
	}
	if own && types.Unalias(tv.Type) == basic || basic.Info()&types.IsUntyped != 0 {
		if text[0] == '-' {
			text = "(" + text + ")" // it may stand after another sign
		}
		return text, true
	}
	name := typeName(types.Unalias(tv.Type))
	if named, ok := types.Unalias(tv.Type).(*types.Named); ok && named.Obj().Pkg() == s.pkg {
		name = named.Obj().Name()
		if _, seen := s.innermost(at).LookupParent(name, at); seen != named.Obj() {
			return "", false
		}
	}
	return name + "(" + text + ")", true
}

// innermost is the scope of a place.
func (s *scan) innermost(at token.Pos) *types.Scope {
	if inner := s.pkg.Scope().Innermost(at); inner != nil {
		return inner
	}
	return s.pkg.Scope()
}

// literal writes a value, and says whether t is the type that Go gives to what
// is written when nothing else is said.
func literal(t *types.Basic, v constant.Value) (text string, own bool) {
	switch info := t.Info(); {
	case info&types.IsBoolean != 0:
		return strconv.FormatBool(constant.BoolVal(v)), true
	case info&types.IsString != 0:
		return strconv.Quote(constant.StringVal(v)), true
	case info&types.IsInteger != 0:
		return constant.ToInt(v).ExactString(), t.Kind() == types.Int
	case info&types.IsFloat != 0:
		f, _ := constant.Float64Val(v)
		if t.Kind() == types.Float32 {
			f32, _ := constant.Float32Val(v)
			f = float64(f32)
		}
		text := strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0"
		}
		return text, t.Kind() == types.Float64
	}
	return "", false
}

// rangeInt rewrites "for i := range n".
func (l *lowering) rangeInt(n *ast.RangeStmt) {
	t, ok := l.typeOf(n.X).Underlying().(*types.Basic)
	if !ok || t.Info()&types.IsInteger == 0 {
		return
	}
	l.loops++
	i, end := fmt.Sprintf("tutorI%d", l.loops), fmt.Sprintf("tutorN%d", l.loops)
	if id, ok := n.Key.(*ast.Ident); ok && id.Name != "_" {
		i = id.Name
	}
	name := l.loopType(n)
	from, to := l.offset(n.For), l.offset(n.X.Pos())
	l.edits = append(l.edits, edit{from, to, fmt.Sprintf("for %s, %s := %s(0), %s(", i, end, name, name)})
	after := l.offset(n.X.End())
	l.edits = append(l.edits, edit{after, after, fmt.Sprintf("); %s < %s; %s++ ", i, end, i)})
}

// loopType is the type of what counts in a range over an integer.
func (s *scan) loopType(n *ast.RangeStmt) string {
	t := s.typeOf(n.X)
	if id, ok := n.Key.(*ast.Ident); ok {
		if obj := s.info.Defs[id]; obj != nil {
			t = obj.Type()
		}
	}
	if basic, ok := t.(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		return "int"
	}
	return typeName(t)
}

func (l *lowering) apply() string {
	slices.SortStableFunc(l.edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, e := range l.edits {
		b.WriteString(l.text[at:e.from])
		b.WriteString(e.by)
		at = e.to
	}
	b.WriteString(l.text[at:])
	return b.String()
}
