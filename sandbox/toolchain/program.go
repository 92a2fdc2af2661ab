package toolchain

import (
	"path"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// source is the files of a job, told apart by the folders they lie in.
type source struct {
	module  *module  // nil: the files are those of one package, and there is no go.mod
	folders []folder // by name
}

// folder is the files of one, by their names in it.
type folder struct {
	dir         string // "." is the top, and "" that of files that are no module
	files, data []sandbox.File
}

// readSource reads the paths of files and the go.mod among them. Running is the
// version of Go; tests says that they are files of a job of tests.
func readSource(files []sandbox.File, tests bool, running string) (*source, []sandbox.Diagnostic) {
	if problems := checkTree(files, tests); len(problems) > 0 {
		return nil, problems
	}
	s := &source{}
	isModule := false
	at := map[string]int{}
	for _, f := range files {
		if f.Name == goMod {
			isModule = true
			continue
		}
		dir, name := placeOf(f.Name)
		i, ok := at[dir]
		if !ok {
			i, at[dir] = len(s.folders), len(s.folders)
			s.folders = append(s.folders, folder{dir: dir})
		}
		isModule = isModule || dir != "."
		f.Name = name
		if to := &s.folders[i]; sandbox.IsData(name) {
			to.data = append(to.data, f)
		} else {
			to.files = append(to.files, f)
		}
	}
	for _, f := range s.folders { // variables are initialised in the order of the files, which is that of their names to the go command
		slices.SortFunc(f.files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	}
	if !isModule {
		s.folders[0].dir = ""
		return s, nil
	}
	slices.SortFunc(s.folders, func(a, b folder) int { return strings.Compare(a.dir, b.dir) })
	var problems []sandbox.Diagnostic
	if s.module, problems = moduleOf(files, running); len(problems) > 0 {
		return nil, problems
	}
	for _, f := range s.folders {
		if len(f.files) > 0 {
			s.module.dirs = append(s.module.dirs, f.dir)
		}
	}
	return s, nil
}

// moduleOf is the module of a program: that of its go.mod, or the usual one.
func moduleOf(files []sandbox.File, running string) (*module, []sandbox.Diagnostic) {
	for _, f := range files {
		if f.Name == goMod {
			return readGoMod(f.Content, running)
		}
	}
	return &module{path: sandbox.ModulePath, language: language}, nil
}

// placeOf splits the path of a file into that of the package it belongs to and
// its name there, which of a file of testdata is testdata/NAME.
func placeOf(name string) (dir, inside string) {
	dir, inside = path.Split(name)
	if at := strings.Index("/"+name, "/"+testdata); at >= 0 {
		dir, inside = name[:at], name[at:]
	}
	return path.Clean(dir), inside
}

// importPath is that of the package in a folder.
func (m *module) importPath(dir string) string { return path.Join(m.path, dir) }

// holds says whether an import path is one of the module's.
func (m *module) holds(to string) bool { return to == m.path || strings.HasPrefix(to, m.path+"/") }

// isMain says whether the files of a folder say that they are package main, or
// say nothing at all.
func (f *folder) isMain() bool {
	said := false
	for _, file := range f.files {
		pack := scanTests(file).pack
		if pack == "main" {
			return true
		}
		said = said || pack != ""
	}
	return len(f.files) > 0 && !said
}

// program is the part that runs: package main at the top, or else the only one
// in a folder, and all others for it to import.
func (s *source) program(trace bool) (sandbox.Part, []sandbox.Diagnostic) {
	part := sandbox.Part{Name: "main", Trace: trace}
	root, problems := s.root()
	if len(problems) > 0 {
		return part, problems
	}
	for _, f := range s.folders {
		if len(f.files) == 0 {
			continue
		}
		p := s.pack(f)
		if f.dir == root {
			p.Path = "main"
		}
		part.Packages = append(part.Packages, p)
	}
	return part, nil
}

// pack is the package in a folder.
func (s *source) pack(f folder) sandbox.Package {
	p := sandbox.Package{Path: "main", Dir: f.dir, Files: f.files, Data: f.data}
	if s.module != nil {
		p.Path = s.module.importPath(f.dir)
	}
	return p
}

// root is the folder of the package that runs.
func (s *source) root() (string, []sandbox.Diagnostic) {
	var mains []string
	var first *folder
	for i := range s.folders {
		f := &s.folders[i]
		if f.isMain() {
			mains = append(mains, f.dir)
		}
		if first == nil && len(f.files) > 0 {
			first = f
		}
	}
	switch {
	case first == nil:
		return "", []sandbox.Diagnostic{refusal("", 0, 0, "empty", "there is nothing to run: no file is part of the program")}
	case len(mains) == 1, len(mains) > 1 && first.dir == mains[0] && first.top():
		return mains[0], nil
	case len(mains) > 1:
		return "", []sandbox.Diagnostic{refusal("", 0, 0, "main", "there is no package main at the top and several below it, in %s: send one of them, with what it imports", strings.Join(mains, ", "))}
	case first.top():
		return first.dir, nil // inspect says what it is instead
	}
	return "", []sandbox.Diagnostic{refusal("", 0, 0, "empty", "there is nothing to run: no Go file lies at the top, and none in a folder is of package main")}
}

func (f *folder) top() bool { return f.dir == "." || f.dir == "" }

// paths are the import paths of the learner's packages of a plan.
func (p *plan) paths() (list []string) {
	for _, pkg := range p.packages {
		if !pkg.Trusted {
			list = append(list, pkg.Path)
		}
	}
	return list
}

// learners are the Go files of the learner's packages of a plan, with their
// paths.
func (p *plan) learners() []sandbox.File {
	r := request{plan: *p}
	var files []sandbox.File
	for _, pkg := range p.packages {
		if pkg.Trusted {
			continue
		}
		for _, f := range pkg.Files {
			files = append(files, sandbox.File{Name: r.shown(pkg) + f.Name, Content: f.Content})
		}
	}
	return files
}
