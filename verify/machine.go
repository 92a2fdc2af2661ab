package verify

import (
	"go/ast"
	"go/parser"
	"go/token"

	"course/tutor/content"
)

// machineCall is the call in a program that asks how many CPUs or Ps there
// are: "runtime.NumCPU", or else "runtime.GOMAXPROCS"; "" when there is none. A
// call that sets GOMAXPROCS asks nothing.
func machineCall(files []content.File) string {
	found := ""
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Content, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler says so better
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && asksMachine(call) && found != "runtime.NumCPU" {
				found = "runtime." + call.Fun.(*ast.SelectorExpr).Sel.Name
			}
			return true
		})
	}
	return found
}

func asksMachine(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "runtime" {
		return false
	}
	if sel.Sel.Name == "GOMAXPROCS" && len(call.Args) == 1 {
		lit, isLit := call.Args[0].(*ast.BasicLit)
		return !isLit || lit.Value == "0"
	}
	return sel.Sel.Name == "NumCPU"
}
