package sandbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wallClock are the calls that leave the monotonic clock: a time that was
// rounded, parsed, made of a number or read off a file. Subtracting one from
// now goes wrong when somebody sets the clock.
var wallClock = []string{"Unix", "UnixNano", "UnixMilli", "UnixMicro", "ModTime", "Round", "UTC", "Local", "In", "AddDate",
	"Parse", "ParseInLocation", "Date"}

// mayUse are the functions that work with the times of files, which have no
// other clock. They say how they bear one that was set.
var mayUse = []string{
	"toolchain/gotool.go stampOf",  // compared for being the same, no more
	"toolchain/cache.go sweep",     // TestSweepWhenTheClockWasSet
	"toolchain/cache.go unwanted",  // sets the oldest time there is
	"interp/declare.go signature",  // In is of a function's parameters, by reflection
	"toolchain/gomod.go readGoMod", // parses a go.mod
}

// TestLimitsUseTheMonotonicClock reads our own source: no limit, estimate or
// age of anything that runs is computed with a time of day.
func TestLimitsUseTheMonotonicClock(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "_harness") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, call := range ofTheDay(fn) {
				at := filepath.ToSlash(name) + " " + fn.Name.Name
				seen[at] = true
				if !slices.Contains(mayUse, at) {
					t.Errorf("%s calls %s: take the difference of two times of time.Now instead, which keeps right when the clock is set", at, call)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range mayUse {
		if !seen[at] {
			t.Errorf("%s is listed and uses no time of day", at)
		}
	}
}

// ofTheDay are the calls of a function that use a time of day.
func ofTheDay(fn *ast.FuncDecl) (calls []string) {
	ast.Inspect(fn, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(wallClock, sel.Sel.Name) {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "math" || x.Name == "json" || x.Name == "parser") {
			return true
		}
		calls = append(calls, sel.Sel.Name)
		return true
	})
	return calls
}
