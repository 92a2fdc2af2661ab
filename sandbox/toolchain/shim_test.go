package toolchain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exported lists what a package offers: functions, types, methods, fields.
func exported(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			names = append(names, exportedOf(d)...)
		}
	}
	slices.Sort(names)
	return names
}

func exportedOf(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			of := d.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if !ast.IsExported(of.(*ast.Ident).Name) {
				return nil
			}
			name = of.(*ast.Ident).Name + "." + name
		}
		if d.Name.IsExported() {
			names = append(names, name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			ts, ok := s.(*ast.TypeSpec)
			if !ok || !ts.Name.IsExported() {
				continue
			}
			names = append(names, ts.Name.Name)
			if st, ok := ts.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					for _, n := range f.Names {
						if n.IsExported() {
							names = append(names, ts.Name.Name+"."+n.Name)
						}
					}
				}
			}
		}
	}
	return names
}

// TestShimHasTheWholePackage: what stands in for runtime/trace offers what
// that of the installed Go does, no more and no less.
func TestShimHasTheWholePackage(t *testing.T) {
	root, err := needsEngine(t).GOROOT(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	theirs := exported(t, filepath.Join(root, "src", "runtime", "trace"))
	if ours := exported(t, filepath.Join("_harness", "trace")); !slices.Equal(ours, theirs) || len(ours) < 15 {
		t.Errorf("ours:\n%s\ntheirs:\n%s", strings.Join(ours, " "), strings.Join(theirs, " "))
	}
}
