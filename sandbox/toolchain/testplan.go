package toolchain

import (
	"context"
	"path"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// tests are the files of a package and its tests, told apart.
type tests struct {
	kind   sandbox.Kind
	args   testArgs
	source *source
	dir    string            // the folder of the package; "" without a module
	name   string            // of the package under test
	own    []sandbox.File    // its files and tests in it, by their names in the folder
	other  []sandbox.File    // tests beside it, in a package NAME_test
	data   []sandbox.File    // of testdata
	funcs  []testFunc        // those of own first, each in the order of files
	from   map[string]string // name of each file of tests to the package of it
}

// readTests finds the packages of a job that have tests, the one at the top
// first. There is one at least, or a problem.
func readTests(job sandbox.Job, running string) ([]*tests, []sandbox.Diagnostic) {
	with, without, problems := sortTests(job, running)
	if len(with)+len(problems) == 0 {
		problems = without[0].missing()
		for _, t := range without {
			if t.hasFiles() {
				problems = t.missing() // which says more than that there are none
			}
		}
	}
	return with, problems
}

// sortTests tells the files of a job apart: the packages that have tests to run,
// and those without.
func sortTests(job sandbox.Job, running string) (with, without []*tests, problems []sandbox.Diagnostic) {
	args, why := parseTestArgs(job.Args, job.Kind)
	if why != "" {
		return nil, nil, []sandbox.Diagnostic{refusal("", 0, 0, "args", "%s", why)}
	}
	source, problems := readSource(job.Files, true, running)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	for _, f := range source.folders {
		t := &tests{kind: job.Kind, args: args, source: source, dir: f.dir, data: f.data}
		problems = append(problems, t.read(f.files)...)
		if t.missing() != nil {
			without = append(without, t)
		} else {
			with = append(with, t)
		}
	}
	return with, without, problems
}

// read takes the files of a folder.
func (t *tests) read(files []sandbox.File) (problems []sandbox.Diagnostic) {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	scans := map[string]testFile{}
	for _, f := range files {
		s := scanTests(sandbox.File{Name: t.shown(f.Name), Content: f.Content})
		if !strings.HasSuffix(f.Name, "_test.go") {
			s = testFile{pack: s.pack}
		}
		scans[f.Name] = s
		problems = append(problems, s.wrong...)
	}
	t.sort(files, scans)
	return problems
}

// shown is the path of a file of the package.
func (t *tests) shown(name string) string { return path.Join(t.dir, name) }

// below is the folder of a package that is not at the top, and "" of one that is.
func (t *tests) below() string {
	if t.dir == "." {
		return ""
	}
	return t.dir
}

// sort puts each file into its package. A file of tests is beside the package
// under test when its own package is named NAME_test.
func (t *tests) sort(files []sandbox.File, scans map[string]testFile) {
	var inside, beside []testFunc
	for _, f := range files {
		s := scans[f.Name]
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

// hasFiles says whether there are files of tests, whatever is in them.
func (t *tests) hasFiles() bool {
	return slices.ContainsFunc(slices.Concat(t.own, t.other), func(f sandbox.File) bool { return strings.HasSuffix(f.Name, "_test.go") })
}

// missing refuses a package that has nothing to run.
func (t *tests) missing() []sandbox.Diagnostic {
	if !t.hasFiles() {
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

// below is where a package stands whose name alone would not do for its path. A
// stack or a profile then has it as people know it, as main.BenchmarkSum.
const below = "example/"

// part is what is compiled: the package under test with the tests in it, the
// tests beside it, a main of ours, and the packages of the module that any of
// them imports.
func (t *tests) part(has manifest, trace bool) sandbox.Part {
	at := t.importPath(has)
	part := sandbox.Part{Name: "main", Trace: trace}
	for _, f := range t.source.folders {
		if f.dir != t.dir {
			part.Packages = append(part.Packages, t.source.untested(f)...)
		}
	}
	if len(t.own) > 0 {
		part.Packages = append(part.Packages, sandbox.Package{Path: at, Dir: t.dir, Files: t.own, Data: t.data, Tests: true, Cover: t.kind == sandbox.KindCover})
	}
	if len(t.other) > 0 {
		part.Packages = append(part.Packages, sandbox.Package{Path: at + "_test", Dir: t.dir, Files: t.other, Data: t.data, Tests: true})
	}
	main := sandbox.File{Name: "tutor_tests.go", Content: t.main(at)} // exectrace knows it by this name
	part.Packages = append(part.Packages, sandbox.Package{Path: "main", Files: []sandbox.File{main}, Trusted: true})
	return part
}

// importPath is that of the package under test.
func (t *tests) importPath(has manifest) string {
	if m := t.source.module; m != nil {
		return m.importPath(t.dir)
	}
	if at := t.name; at != "main" && at != "" && !slices.Contains(has.All, at) && !slices.Contains(has.All, at+"_test") {
		return at
	}
	return below + t.name
}

// untested is the package in a folder without its tests; none where it has
// nothing else.
func (s *source) untested(f folder) []sandbox.Package {
	f.files = slices.DeleteFunc(slices.Clone(f.files), func(f sandbox.File) bool { return strings.HasSuffix(f.Name, "_test.go") })
	if len(f.files) == 0 {
		return nil
	}
	return []sandbox.Package{s.pack(f)}
}

// mapImports lets the tests beside a package import it under the path that it
// has at home: any that is not of the standard library and ends in its name,
// or the only one that names a host. A package of the vendored modules is meant
// only where it alone has that name.
func (t *tests) mapImports(packages []inspected, has manifest) {
	for i := range packages {
		p := &packages[i]
		under := strings.TrimSuffix(p.Path, "_test")
		if p.Trusted || under == p.Path || len(t.own) == 0 || t.source.module != nil {
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
	list, problems := readTests(r.job, l.tool.Version)
	if len(problems) > 0 {
		r.result.Status, r.result.Diagnostics = statusOf(problems), problems
		return nil, nil
	}
	list = selected(list)
	r.others = list[1:]
	part, err := r.testPart(ctx, l, list[0])
	if err != nil {
		return nil, err
	}
	return []sandbox.Part{part}, nil
}

// selected leaves out the packages in which the flags select nothing, unless that
// is so in all.
func selected(list []*tests) []*tests {
	some := slices.DeleteFunc(slices.Clone(list), func(t *tests) bool {
		names := t.names()
		return len(names) > 0 && !slices.ContainsFunc(names, t.args.selects)
	})
	if len(some) == 0 {
		return list
	}
	return some
}

func (r *run) testPart(ctx context.Context, l *library, t *tests) (sandbox.Part, error) {
	has, err := r.await(ctx, l, []string{"testing/internal/testdeps"})
	if err != nil {
		return sandbox.Part{}, err
	}
	r.tests, r.module = t, t.source.module
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
