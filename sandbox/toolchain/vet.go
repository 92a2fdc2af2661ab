package toolchain

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"runtime"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/appends"
	"golang.org/x/tools/go/analysis/passes/assign"
	"golang.org/x/tools/go/analysis/passes/atomic"
	"golang.org/x/tools/go/analysis/passes/bools"
	"golang.org/x/tools/go/analysis/passes/buildtag"
	"golang.org/x/tools/go/analysis/passes/composite"
	"golang.org/x/tools/go/analysis/passes/copylock"
	"golang.org/x/tools/go/analysis/passes/defers"
	directives "golang.org/x/tools/go/analysis/passes/directive"
	"golang.org/x/tools/go/analysis/passes/errorsas"
	"golang.org/x/tools/go/analysis/passes/hostport"
	"golang.org/x/tools/go/analysis/passes/httpresponse"
	"golang.org/x/tools/go/analysis/passes/ifaceassert"
	"golang.org/x/tools/go/analysis/passes/loopclosure"
	"golang.org/x/tools/go/analysis/passes/lostcancel"
	"golang.org/x/tools/go/analysis/passes/nilfunc"
	"golang.org/x/tools/go/analysis/passes/printf"
	"golang.org/x/tools/go/analysis/passes/shift"
	"golang.org/x/tools/go/analysis/passes/sigchanyzer"
	"golang.org/x/tools/go/analysis/passes/slog"
	"golang.org/x/tools/go/analysis/passes/stdmethods"
	"golang.org/x/tools/go/analysis/passes/stringintconv"
	"golang.org/x/tools/go/analysis/passes/structtag"
	"golang.org/x/tools/go/analysis/passes/testinggoroutine"
	testnames "golang.org/x/tools/go/analysis/passes/tests"
	"golang.org/x/tools/go/analysis/passes/timeformat"
	"golang.org/x/tools/go/analysis/passes/unmarshal"
	"golang.org/x/tools/go/analysis/passes/unreachable"
	"golang.org/x/tools/go/analysis/passes/unusedresult"
	"golang.org/x/tools/go/analysis/passes/waitgroup"

	"course/tutor/sandbox"
)

// analyzers are those of go vet that can find something in a program of plain
// Go files, or in its tests.
var analyzers = []*analysis.Analyzer{
	appends.Analyzer, assign.Analyzer, atomic.Analyzer, bools.Analyzer, buildtag.Analyzer, composite.Analyzer,
	copylock.Analyzer, defers.Analyzer, directives.Analyzer, errorsas.Analyzer, hostport.Analyzer, httpresponse.Analyzer,
	ifaceassert.Analyzer, loopclosure.Analyzer, lostcancel.Analyzer, nilfunc.Analyzer, printf.Analyzer, shift.Analyzer,
	sigchanyzer.Analyzer, slog.Analyzer, stdmethods.Analyzer, stringintconv.Analyzer, structtag.Analyzer,
	testinggoroutine.Analyzer, testnames.Analyzer, timeformat.Analyzer, unmarshal.Analyzer, unreachable.Analyzer, unusedresult.Analyzer, waitgroup.Analyzer,
}

// vetting is one package being vetted. Of packages other than the learner's no
// facts are known: the analyzers know those of the standard library that matter.
type vetting struct {
	language string
	fset     *token.FileSet
	files    []*ast.File
	pkg      *types.Package
	info     *types.Info
	results  map[*analysis.Analyzer]any
	facts    map[factKey]analysis.Fact
	found    []sandbox.Diagnostic
}

type factKey struct {
	object types.Object   // nil: of the package
	pkg    *types.Package // nil: of the object
	kind   reflect.Type
}

// vet runs the analyzers over a package that type-checks.
func (v *vetting) vet() []sandbox.Diagnostic {
	for _, a := range analyzers {
		v.run(a)
	}
	return v.found
}

// run runs an analyzer after those whose results it needs. One that fails has
// nothing to say.
func (v *vetting) run(a *analysis.Analyzer) any {
	if result, done := v.results[a]; done {
		return result
	}
	needs := map[*analysis.Analyzer]any{}
	for _, other := range a.Requires {
		needs[other] = v.run(other)
	}
	result, err := a.Run(v.pass(a, needs))
	if err != nil {
		result = nil
	}
	v.results[a] = result
	return result
}

func (v *vetting) pass(a *analysis.Analyzer, needs map[*analysis.Analyzer]any) *analysis.Pass {
	return &analysis.Pass{
		Analyzer: a, Fset: v.fset, Files: v.files, Pkg: v.pkg, TypesInfo: v.info,
		TypesSizes: types.SizesFor("gc", runtime.GOARCH), Module: &analysis.Module{GoVersion: v.language},
		ResultOf:          needs,
		Report:            func(d analysis.Diagnostic) { v.report(a.Name, d) },
		ReadFile:          func(name string) ([]byte, error) { return nil, fmt.Errorf("%s is not on a disk", name) },
		ImportObjectFact:  func(o types.Object, f analysis.Fact) bool { return v.fact(factKey{object: o}, f) },
		ExportObjectFact:  func(o types.Object, f analysis.Fact) { v.know(factKey{object: o}, f) },
		ImportPackageFact: func(p *types.Package, f analysis.Fact) bool { return v.fact(factKey{pkg: p}, f) },
		ExportPackageFact: func(f analysis.Fact) { v.know(factKey{pkg: v.pkg}, f) },
		AllPackageFacts:   func() []analysis.PackageFact { return nil },
		AllObjectFacts:    func() []analysis.ObjectFact { return nil },
	}
}

// know keeps a fact for the packages that come after.
func (v *vetting) know(of factKey, f analysis.Fact) {
	of.kind = reflect.TypeOf(f)
	v.facts[of] = f
}

// fact copies what is known of an object or a package into f.
func (v *vetting) fact(of factKey, f analysis.Fact) bool {
	of.kind = reflect.TypeOf(f)
	known, ok := v.facts[of]
	if ok {
		reflect.ValueOf(f).Elem().Set(reflect.ValueOf(known).Elem())
	}
	return ok
}

func (v *vetting) report(name string, d analysis.Diagnostic) {
	p := v.fset.Position(d.Pos)
	v.found = append(v.found, sandbox.Diagnostic{File: p.Filename, Line: p.Line, Col: p.Column, Code: "vet:" + name, Message: d.Message})
}
