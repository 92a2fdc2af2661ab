package toolchain

import (
	"context"
	"path"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// tests are the files of a job of tests, told apart.
type tests struct {
	kind  sandbox.Kind
	args  testArgs
	name  string            // of the package under test
	own   []sandbox.File    // its files and tests in it
	other []sandbox.File    // tests beside it, in a package NAME_test
	data  []sandbox.File    // of testdata
	funcs []testFunc        // those of own first, each in the order of files
	from  map[string]string // name of each file of tests to the package of it
}

// readTests tells the files of a job apart and finds the tests in them, of
// which there have to be some.
func readTests(job sandbox.Job) (*tests, []sandbox.Diagnostic) {
	t, problems := sortTests(job)
	if len(problems) == 0 {
		problems = t.missing()
	}
	return t, problems
}

// sortTests tells the files of a job apart and finds the tests in them.
func sortTests(job sandbox.Job) (*tests, []sandbox.Diagnostic) {
	t := &tests{kind: job.Kind}
	var why string
	if t.args, why = parseTestArgs(job.Args, job.Kind); why != "" {
		return nil, []sandbox.Diagnostic{refusal("", 0, 0, "args", "%s", why)}
	}
	if problems := checkFiles(job.Files, checkTestName); len(problems) > 0 {
		return nil, problems
	}
	files := slices.Clone(job.Files)
	slices.SortStableFunc(files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	var problems []sandbox.Diagnostic
	scans := map[string]testFile{}
	for _, f := range files {
		switch {
		case strings.HasPrefix(f.Name, testdata):
			t.data = append(t.data, f)
			continue
		case strings.HasSuffix(f.Name, "_test.go"):
			scans[f.Name] = scanTests(f)
			problems = append(problems, scans[f.Name].wrong...)
		default:
			scans[f.Name] = testFile{pack: scanTests(f).pack}
		}
	}
	t.sort(files, scans)
	return t, problems
}

// sort puts each file into its package. A file of tests is beside the package
// under test when its own package is named NAME_test.
func (t *tests) sort(files []sandbox.File, scans map[string]testFile) {
	var inside, beside []testFunc
	for _, f := range files {
		s, isGo := scans[f.Name]
		if !isGo {
			continue
		}
		name, external := strings.CutSuffix(s.pack, "_test")
		external = external && strings.HasSuffix(f.Name, "_test.go") && name != ""
		if t.name == "" && external {
			t.name = name
		}
		if external {
			t.other = append(t.other, f)
			beside = append(beside, s.funcs...)
			continue
		}
		t.own = append(t.own, f)
		inside = append(inside, s.funcs...)
		t.name = s.pack
	}
	t.funcs = slices.Concat(inside, beside)
	t.from = map[string]string{}
	for _, f := range inside {
		t.from[f.name] = "_test"
	}
	for _, f := range beside {
		t.from[f.name] = "_xtest"
	}
}

// missing refuses a job that has nothing to run.
func (t *tests) missing() []sandbox.Diagnostic {
	if !slices.ContainsFunc(slices.Concat(t.own, t.other), func(f sandbox.File) bool { return strings.HasSuffix(f.Name, "_test.go") }) {
		return []sandbox.Diagnostic{refusal("", 0, 0, "no-tests", "there are no tests: go test looks for them in files whose names end in _test.go")}
	}
	if len(t.names()) > 0 || slices.ContainsFunc(t.funcs, func(f testFunc) bool { return f.kind == "Main" }) {
		return nil
	}
	what := "no test is in the files: a test is func TestName(t *testing.T), or an example with a comment // Output:"
	if t.kind == sandbox.KindBench {
		what = "no benchmark is in the files: a benchmark is func BenchmarkName(b *testing.B)"
	}
	return []sandbox.Diagnostic{refusal("", 0, 0, "no-tests", "%s", what)}
}

// names are the tests, or the benchmarks, at the top level, in the order in
// which they are run: tests, fuzz targets, examples.
func (t *tests) names() []string {
	kinds := []string{"Test", "Fuzz", "Example"}
	if t.kind == sandbox.KindBench {
		kinds = []string{"Benchmark"}
	}
	var names []string
	for _, kind := range kinds {
		for _, f := range t.funcs {
			if f.kind == kind {
				names = append(names, f.name)
			}
		}
	}
	return names
}

// alone is the path of a package whose name alone would not do: that of the
// go command for files that are named one by one.
const alone = "command-line-arguments"

// path is the import path of the package under test.
func (t *tests) path(has manifest) string {
	if t.name == "main" || t.name == "" || slices.Contains(has.All, t.name) || slices.Contains(has.All, t.name+"_test") {
		return alone
	}
	return t.name
}

// part is what is compiled: the package under test with the tests in it, the
// tests beside it, and a main of ours.
func (t *tests) part(has manifest, trace bool) sandbox.Part {
	at := t.path(has)
	part := sandbox.Part{Name: "main", Trace: trace}
	if len(t.own) > 0 {
		part.Packages = append(part.Packages, sandbox.Package{Path: at, Files: t.own, Data: t.data, Tests: true, Cover: t.kind == sandbox.KindCover})
	}
	if len(t.other) > 0 {
		part.Packages = append(part.Packages, sandbox.Package{Path: at + "_test", Files: t.other, Data: t.data, Tests: true})
	}
	main := sandbox.File{Name: "tests.go", Content: t.main(at)}
	part.Packages = append(part.Packages, sandbox.Package{Path: "main", Files: []sandbox.File{main}, Trusted: true})
	return part
}

// mapImports lets the tests beside a package import it under the path that it
// has at home: any that is not of the standard library and ends in its name,
// or the only one that names a host. A package of the vendored modules is meant
// only where it alone has that name.
func (t *tests) mapImports(packages []inspected, has manifest) {
	for i := range packages {
		p := &packages[i]
		under := strings.TrimSuffix(p.Path, "_test")
		if p.Trusted || under == p.Path || len(t.own) == 0 {
			continue
		}
		var named, hosted, known []string
		for to := range p.imports {
			first, _, _ := strings.Cut(to, "/")
			switch {
			case vendored(to) != nil && path.Base(to) == t.name:
				known = append(known, to)
			case slices.Contains(has.All, to) || to == "unsafe" || to == under:
			case path.Base(to) == t.name:
				named = append(named, to)
			case strings.Contains(first, "."):
				hosted = append(hosted, to)
			}
		}
		if len(named) == 0 && len(hosted) == 1 {
			named = hosted
		}
		if len(named) == 0 {
			named = known
		}
		p.ImportMap = map[string]string{}
		for _, from := range named {
			p.ImportMap[from] = under
		}
	}
}

// testParts reads a job of tests. It waits until the whole standard library
// is there: testing and what it needs are not among what comes first.
func (r *run) testParts(ctx context.Context, l *library) ([]sandbox.Part, error) {
	t, problems := readTests(r.job)
	if len(problems) > 0 {
		r.result.Status, r.result.Diagnostics = statusOf(problems), problems
		return nil, nil
	}
	part, err := r.testPart(ctx, l, t)
	if err != nil {
		return nil, err
	}
	return []sandbox.Part{part}, nil
}

func (r *run) testPart(ctx context.Context, l *library, t *tests) (sandbox.Part, error) {
	has, err := r.await(ctx, l, []string{"testing/internal/testdeps"})
	if err != nil {
		return sandbox.Part{}, err
	}
	r.tests = t
	r.result.Packages = []string{t.path(has), t.path(has) + "_test"}
	return t.part(has, r.job.Trace), nil
}

// inspectTests inspects tests that are not to be run.
func (r *run) inspectTests(ctx context.Context, l *library, t *tests) ([]*stage, bool, error) {
	part, err := r.testPart(ctx, l, t)
	if err != nil {
		return nil, false, err
	}
	return r.inspect(ctx, l, []sandbox.Part{part})
}

// at is where the function of a test or benchmark is, or of one below it.
func (t *tests) at(name string) (file string, line int) {
	top, _, _ := strings.Cut(name, "/")
	for _, f := range t.funcs {
		if f.name == top {
			return f.file, f.line
		}
	}
	return "", 0
}
