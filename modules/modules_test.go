package modules

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestVendored holds what every module of the set has.
func TestVendored(t *testing.T) {
	s := Vendored()
	for _, want := range []string{"go.uber.org/goleak", "golang.org/x/exp/trace", "golang.org/x/perf/benchmath",
		"golang.org/x/sync/errgroup", "golang.org/x/sync/semaphore", "golang.org/x/sync/singleflight"} {
		if !slices.Contains(s.Allowed(), want) {
			t.Errorf("%s may not be imported", want)
		}
	}
	for _, m := range s.Modules {
		if !slices.ContainsFunc(m.Licences, func(f File) bool { return strings.HasPrefix(f.Name, "LICEN") && len(f.Text) > 500 }) {
			t.Errorf("%s has no licence", m.Path)
		}
		if !strings.HasPrefix(m.Sum, "h1:") || !strings.HasPrefix(m.Go, "1.") {
			t.Errorf("%s: sum %q, language %q", m.Path, m.Sum, m.Go)
		}
		for _, p := range m.Packages {
			if slices.ContainsFunc(p.Files, func(f File) bool { return strings.HasSuffix(f.Name, "_test.go") }) || len(p.Files) == 0 {
				t.Errorf("%s has tests, or no files", p.Path)
			}
			if s.Package(p.Path) != p {
				t.Errorf("%s is not found by its path", p.Path)
			}
		}
	}
	p := s.Package("golang.org/x/sync/errgroup")
	if p == nil || p.Dir() != "golang.org/x/sync@"+p.Module.Version+"/errgroup" {
		t.Errorf("%+v", p)
	}
	if s.Package("golang.org/x/sync") != nil {
		t.Error("a module without a package at its root has one")
	}
}

// TestHash sees that the hash changes with any byte.
func TestHash(t *testing.T) {
	files := fstest.MapFS{}
	names, err := fs.Glob(archives, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(archives, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	same, err := Read(files)
	if err != nil || same.Hash != Vendored().Hash {
		t.Fatalf("%v %v", same, err)
	}
	last := files[names[len(names)-2]]
	last.Data = append(slices.Clone(last.Data), "// more\n"...)
	if other, err := Read(files); err != nil || other.Hash == same.Hash {
		t.Errorf("%v %v", other, err)
	}
}

// TestBadSets holds what is said of a set that is not right.
func TestBadSets(t *testing.T) {
	const module = "module example.org/a v1.0.0 h1:x=\ngo 1.26\n-- LICENSE --\nfree\n-- a.go --\npackage a\n"
	for name, test := range map[string]struct{ list, archive, says string }{
		"fine":                {"example.org/a@v1.0.0 .\n", module, ""},
		"no version":          {"# list\nexample.org/a .\n", module, "packages.txt:2: write MODULE@VERSION"},
		"no packages":         {"example.org/a@v1.0.0\n", module, "packages.txt:1: write MODULE@VERSION"},
		"a package not there": {"example.org/a@v1.0.0 b\n", module, "packages.txt asks for example.org/a/b v1.0.0, which was not gathered"},
		"another version":     {"example.org/a@v1.1.0 .\n", module, "packages.txt asks for example.org/a v1.1.0"},
		"no licence":          {"example.org/a@v1.0.0 .\n", strings.Replace(module, "LICENSE", "a_more.go", 1), "a.txtar: there is no licence"},
		"no head":             {"example.org/a@v1.0.0 .\n", "-- LICENSE --\nfree\n", "a.txtar: the comment should be"},
	} {
		_, err := Read(fstest.MapFS{"packages.txt": {Data: []byte(test.list)}, "a.txtar": {Data: []byte(test.archive)}})
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.says != "" && (err == nil || !strings.HasPrefix(err.Error(), test.says)):
			t.Errorf("%s: %v, want %s", name, err, test.says)
		}
	}
}
