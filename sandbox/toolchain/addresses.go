package toolchain

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"course/tutor/sandbox"
)

// showing says whether a value that is printed has an address in it. The greater
// one of two counts.
type showing int

const (
	showsNone  showing = iota
	showsMaybe         // its type is not known before it runs
	showsAddress
)

// printedAddresses lists where a package that type-checks prints addresses, or values of
// which that can't be excluded. Go places what it allocates elsewhere in each run.
func printedAddresses(fset *token.FileSet, files []*ast.File, info *types.Info) []sandbox.Diagnostic {
	p := printing{fset: fset, info: info, called: map[*ast.Ident]bool{}}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				p.call(n)
			case *ast.Ident:
				p.mention(n)
			}
			return true
		})
	}
	return p.found
}

// printing is what was found so far.
type printing struct {
	fset   *token.FileSet
	info   *types.Info
	called map[*ast.Ident]bool // names of functions in calls of them
	found  []sandbox.Diagnostic
}

func (p *printing) note(pos token.Pos, message string) {
	for _, d := range p.found {
		if d.Message == message {
			return
		}
	}
	at := p.fset.Position(pos)
	p.found = append(p.found, sandbox.Diagnostic{File: at.Filename, Line: at.Line, Col: at.Column, Code: "varies:address", Message: message})
}

const addressWords = "it prints an address, which differs from run to run"

func (p *printing) add(pos token.Pos, s showing) {
	switch s {
	case showsAddress:
		p.note(pos, addressWords)
	case showsMaybe:
		p.note(pos, "it prints a value whose type is known only when it runs: an address in it would differ from run to run")
	}
}

// call looks at a conversion or the call of a function that prints.
func (p *printing) call(call *ast.CallExpr) {
	fun := ast.Unparen(call.Fun)
	if tv := p.info.Types[fun]; tv.IsType() {
		if types.Identical(tv.Type.Underlying(), types.Typ[types.UnsafePointer]) {
			p.note(call.Pos(), "it uses unsafe.Pointer, with which an address can be read as a number")
		}
		return
	}
	name, ok := fun.(*ast.Ident)
	if selector, isSelector := fun.(*ast.SelectorExpr); isSelector {
		name, ok = selector.Sel, true
	}
	if !ok {
		return
	}
	p.called[name] = true
	if b, isBuiltin := p.info.Uses[name].(*types.Builtin); isBuiltin && (b.Name() == "print" || b.Name() == "println") {
		for _, arg := range call.Args {
			p.add(arg.Pos(), printedRaw(p.info.TypeOf(arg)))
		}
	}
	if f := printer(p.info.Uses[name]); f != nil {
		p.formatted(call, f)
	}
}

// mention notes a function that prints and is used as a value: what it is called
// with is not seen.
func (p *printing) mention(name *ast.Ident) {
	if printer(p.info.Uses[name]) != nil && !p.called[name] {
		p.add(name.Pos(), showsMaybe)
	}
}

// printer is a function of fmt or log that prints values of any type, or nil.
func printer(o types.Object) *types.Func {
	f, ok := o.(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "fmt" && f.Pkg().Path() != "log" || !f.Signature().Variadic() {
		return nil
	}
	if strings.Contains(strings.ToLower(f.Name()), "scan") {
		return nil
	}
	return f
}

// printedRaw is what the builtin functions print of a type: addresses of all that
// is not a number, a bool or a string.
func printedRaw(t types.Type) showing {
	if basic, ok := t.Underlying().(*types.Basic); ok && basic.Kind() != types.UnsafePointer {
		return showsNone
	}
	return showsAddress
}

// formatted looks at the values that are given to a function of fmt or log.
func (p *printing) formatted(call *ast.CallExpr, f *types.Func) {
	first := f.Signature().Params().Len() - 1
	if len(call.Args) == 1 {
		if _, several := p.info.TypeOf(call.Args[0]).(*types.Tuple); several { // F(g())
			first = 0
		}
	}
	var verbs []verb
	known := true
	if strings.HasSuffix(f.Name(), "f") && first > 0 {
		verbs, known = p.verbs(call.Args[first-1])
	}
	for i, arg := range call.Args[min(first, len(call.Args)):] {
		v := verb{letter: 'v'}
		if i < len(verbs) {
			v = verbs[i]
		}
		s := v.shows(p.info.TypeOf(arg))
		if call.Ellipsis.IsValid() {
			s = showsMaybe // a slice of values of any type
		} else if !known {
			s = max(s, verb{letter: 'p'}.shows(p.info.TypeOf(arg)))
		}
		p.add(arg.Pos(), s)
	}
}

// verb is one of a format.
type verb struct {
	letter byte
	sharp  bool // %#v
}

// verbs reads those of a format, one for each value. It can't where the format is
// not constant, or says by number which value it means.
func (p *printing) verbs(format ast.Expr) (list []verb, known bool) {
	value := p.info.Types[format].Value
	if value == nil || value.Kind() != constant.String {
		return nil, false
	}
	text := constant.StringVal(value)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		var v verb
		for i++; i < len(text) && strings.IndexByte("+-# 0123456789.", text[i]) >= 0; i++ {
			v.sharp = v.sharp || text[i] == '#'
		}
		switch {
		case i == len(text) || text[i] == '%':
		case text[i] == '*' || text[i] == '[':
			return nil, false
		default:
			v.letter = text[i]
			list = append(list, v)
		}
	}
	return list, true
}

// shows says what a verb prints of a type.
func (v verb) shows(t types.Type) showing {
	if tuple, ok := t.(*types.Tuple); ok {
		s := showsNone
		for one := range tuple.Variables() {
			s = max(s, v.shows(one.Type()))
		}
		return s
	}
	switch v.letter {
	case 'T':
		return showsNone
	case 'p':
		switch t.Underlying().(type) {
		case *types.Basic:
			return printedRaw(t)
		case *types.Interface:
			return showsMaybe
		case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
			return showsAddress
		}
		return showsNone
	}
	look := looking{methods: []*types.Interface{formatter}, seen: map[types.Type]bool{}}
	switch {
	case v.letter == 'v' && v.sharp:
		look.methods = append(look.methods, method("GoString"))
	case strings.IndexByte("vsxXqw", v.letter) >= 0:
		look.methods = append(look.methods, method("String"), method("Error"))
	}
	return look.at(t, true, true)
}

// formatter stands for fmt.Formatter; of its method only the name is right.
var formatter = method("Format")

// method is an interface with one method of this name, without parameters, that
// returns a string.
func method(name string) *types.Interface {
	result := types.NewTuple(types.NewParam(token.NoPos, nil, "", types.Typ[types.String]))
	sig := types.NewSignatureType(nil, nil, nil, nil, result, false)
	return types.NewInterfaceType([]*types.Func{types.NewFunc(token.NoPos, nil, name, sig)}, nil).Complete()
}

// looking goes through a type as fmt goes through a value.
type looking struct {
	methods []*types.Interface // that fmt would call
	seen    map[types.Type]bool
}

// at looks at a type. top is that of the value that is given; below it a pointer
// is printed as an address. open says that fmt can call methods, which it cannot
// on what is in a field that is not exported.
func (l looking) at(t types.Type, top, open bool) showing {
	if l.seen[t] {
		return showsNone // as for what it is part of
	}
	if open {
		// What its methods print is looked at where they are written.
		for _, m := range l.methods {
			if o, _, _ := types.LookupFieldOrMethod(t, false, nil, m.Method(0).Name()); isMethod(o, m) {
				return showsNone
			}
		}
	}
	if _, named := t.(*types.Named); named {
		l.seen[t] = true
		defer delete(l.seen, t)
	}
	if param, ok := t.(*types.TypeParam); ok {
		return l.ofConstraint(param.Constraint().Underlying().(*types.Interface))
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return printedRaw(u)
	case *types.Pointer:
		switch u.Elem().Underlying().(type) {
		case *types.Array, *types.Slice, *types.Struct, *types.Map:
			if top {
				return l.at(u.Elem(), false, open)
			}
		}
		return showsAddress
	case *types.Array:
		return l.at(u.Elem(), false, open)
	case *types.Slice:
		return l.at(u.Elem(), false, open)
	case *types.Map:
		return max(l.at(u.Key(), false, open), l.at(u.Elem(), false, open))
	case *types.Struct:
		s := showsNone
		for field := range u.Fields() {
			s = max(s, l.at(field.Type(), false, open && field.Exported()))
		}
		return s
	case *types.Interface:
		return showsMaybe
	}
	return showsAddress // of a channel or a function
}

// isMethod says whether fmt takes o for the method m.
func isMethod(o types.Object, m *types.Interface) bool {
	f, ok := o.(*types.Func)
	if ok && m == formatter {
		return f.Signature().Params().Len() == 2 && f.Signature().Results().Len() == 0
	}
	return ok && types.Identical(f.Signature(), m.Method(0).Signature())
}

// ofConstraint looks at the types that a type parameter may stand for.
func (l looking) ofConstraint(c *types.Interface) showing {
	best := showsMaybe
	for one := range c.EmbeddedTypes() {
		s := showsNone
		switch e := one.Underlying().(type) {
		case *types.Interface:
			s = l.ofConstraint(e)
		case *types.Union:
			for term := range e.Terms() {
				if i, ok := term.Type().Underlying().(*types.Interface); ok {
					s = max(s, l.ofConstraint(i))
				} else {
					s = max(s, l.at(term.Type(), true, false))
				}
			}
		default:
			s = l.at(one, true, false)
		}
		best = min(best, s) // it has to be in all of them
	}
	return best
}
