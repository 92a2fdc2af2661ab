package interp

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"reflect"
)

// declared gives go/types the packages of the symbol table, as reflection sees
// them: so the type-checker knows exactly what the interpreter has, and needs
// no Go installation.
type declared struct {
	packages map[string]*types.Package
	named    map[reflect.Type]*types.Named
}

func newDeclared() *declared {
	return &declared{map[string]*types.Package{}, map[reflect.Type]*types.Named{}}
}

// Import is that of types.Importer.
func (d *declared) Import(at string) (*types.Package, error) {
	if p := d.packages[at]; p != nil {
		return p, nil
	}
	members, ok := symbols[at]
	if !ok {
		return nil, fmt.Errorf("package %s is not on the interpreter's list", at)
	}
	p := types.NewPackage(at, path.Base(at))
	d.packages[at] = p
	for name, v := range members {
		p.Scope().Insert(d.object(p, name, v))
	}
	p.MarkComplete()
	return p, nil
}

func (d *declared) object(p *types.Package, name string, v reflect.Value) types.Object {
	if untyped, ok := v.Interface().(constant.Value); ok {
		kind := types.UntypedInt
		if untyped.Kind() == constant.Float {
			kind = types.UntypedFloat
		}
		return types.NewConst(token.NoPos, p, name, types.Typ[kind], untyped)
	}
	t := v.Type()
	switch {
	case v.Kind() == reflect.Func:
		return types.NewFunc(token.NoPos, p, name, d.signature(t, nil))
	case v.Kind() == reflect.Pointer && v.IsNil():
		return d.name(t.Elem()).Obj()
	case v.CanAddr():
		return types.NewVar(token.NoPos, p, name, d.of(t))
	}
	return types.NewConst(token.NoPos, p, name, d.of(t), constant.MakeInt64(v.Int()))
}

// of is the type that reflection calls t.
func (d *declared) of(t reflect.Type) types.Type {
	if t.PkgPath() != "" {
		return d.name(t)
	}
	switch t.Kind() {
	case reflect.Slice:
		return types.NewSlice(d.of(t.Elem()))
	case reflect.Array:
		return types.NewArray(d.of(t.Elem()), int64(t.Len()))
	case reflect.Map:
		return types.NewMap(d.of(t.Key()), d.of(t.Elem()))
	case reflect.Chan:
		return types.NewChan(directions[t.ChanDir()], d.of(t.Elem()))
	case reflect.Pointer:
		return types.NewPointer(d.of(t.Elem()))
	case reflect.Func:
		return d.signature(t, nil)
	case reflect.Interface:
		if t == reflect.TypeFor[error]() {
			return types.Universe.Lookup("error").Type()
		}
		return d.methods(t)
	}
	if obj := types.Universe.Lookup(t.Name()); obj != nil {
		return obj.Type()
	}
	panic("interp: the symbol table has a type that is not declared: " + t.String())
}

var directions = map[reflect.ChanDir]types.ChanDir{
	reflect.BothDir: types.SendRecv, reflect.SendDir: types.SendOnly, reflect.RecvDir: types.RecvOnly,
}

func (d *declared) methods(t reflect.Type) *types.Interface {
	var list []*types.Func
	for m := range t.NumMethod() {
		list = append(list, types.NewFunc(token.NoPos, nil, t.Method(m).Name, d.signature(t.Method(m).Type, nil)))
	}
	return types.NewInterfaceType(list, nil).Complete()
}

// name is a type with a name. What it is made of stays hidden, except of
// numbers.
func (d *declared) name(t reflect.Type) *types.Named {
	if n := d.named[t]; n != nil {
		return n
	}
	p := d.packages[t.PkgPath()]
	if p == nil {
		p = types.NewPackage(t.PkgPath(), path.Base(t.PkgPath()))
	}
	n := types.NewNamed(types.NewTypeName(token.NoPos, p, t.Name(), nil), nil, nil)
	d.named[t] = n
	switch t.Kind() {
	case reflect.Struct:
		n.SetUnderlying(types.NewStruct(nil, nil))
	case reflect.Interface:
		n.SetUnderlying(d.methods(t))
		return n
	case reflect.Func:
		n.SetUnderlying(d.signature(t, nil))
	default:
		n.SetUnderlying(types.Universe.Lookup(t.Kind().String()).Type())
	}
	d.addMethods(n, t)
	return n
}

// addMethods gives a type the methods that the table lists for it.
func (d *declared) addMethods(n *types.Named, t reflect.Type) {
	for _, name := range methods[t.String()] {
		m, ok := t.MethodByName(name)
		var receiver types.Type = n
		if !ok {
			if m, ok = reflect.PointerTo(t).MethodByName(name); !ok {
				panic("interp: " + t.String() + " has no method " + name)
			}
			receiver = types.NewPointer(n)
		}
		recv := types.NewVar(token.NoPos, n.Obj().Pkg(), "", receiver)
		n.AddMethod(types.NewFunc(token.NoPos, n.Obj().Pkg(), name, d.signature(m.Type, recv)))
	}
}

// signature is that of a function, or of a method when recv is not nil.
func (d *declared) signature(t reflect.Type, recv *types.Var) *types.Signature {
	var in, out []*types.Var
	for i := range t.NumIn() {
		if i > 0 || recv == nil {
			in = append(in, types.NewVar(token.NoPos, nil, "", d.of(t.In(i))))
		}
	}
	for i := range t.NumOut() {
		out = append(out, types.NewVar(token.NoPos, nil, "", d.of(t.Out(i))))
	}
	return types.NewSignatureType(recv, nil, nil, types.NewTuple(in...), types.NewTuple(out...), t.IsVariadic())
}

// methods lists the methods of the table's types that a program may call. Read
// stays undeclared: nobody needs it here, but io.Reader does.
var methods = map[string][]string{
	"strings.Builder": {"Grow", "Len", "Reset", "String", "WriteByte", "WriteRune", "WriteString"},
	"strings.Reader":  {"Read"},
	"bufio.Scanner":   {"Err", "Scan", "Split", "Text"},
	"sync.Mutex":      {"Lock", "TryLock", "Unlock"},
	"sync.Once":       {"Do"},
	"sync.RWMutex":    {"Lock", "RLock", "RUnlock", "Unlock"},
	"sync.WaitGroup":  {"Add", "Done", "Go", "Wait"},
	"atomic.Bool":     {"Load", "Store"},
	"atomic.Int32":    {"Add", "Load", "Store"},
	"atomic.Int64":    {"Add", "Load", "Store"},
	"time.Time":       {"Add", "After", "Before", "Format", "Sub", "Unix", "UnixNano", "Year"},
	"time.Duration":   {"Hours", "Milliseconds", "Minutes", "Round", "Seconds", "String", "Truncate"},
}
