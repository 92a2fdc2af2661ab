package toolchain

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// reached keeps of the packages of a module those that package main needs, and
// says what is wrong with them. What no learner may say is told of the others
// too.
func reached(packages []inspected) (needed []inspected, problems []sandbox.Diagnostic) {
	byPath := map[string]int{}
	for i := range packages {
		byPath[packages[i].Path] = i
	}
	seen := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for to := range packages[i].imports {
			if next, ok := byPath[to]; ok {
				visit(next)
			}
		}
	}
	if main, ok := byPath["main"]; ok {
		visit(main)
	}
	for i, p := range packages {
		if seen[i] {
			needed = append(needed, p)
			problems = append(problems, p.problems...)
		} else {
			problems = append(problems, p.forbidden...)
		}
	}
	return needed, problems
}

// importPath is the path by which other packages import this one.
func (in *inspected) importPath() string {
	if in.module == nil {
		return in.Path
	}
	return in.module.importPath(in.Dir)
}

// ownProblem says why a package may not import one of its own module, which
// path is, as the go command would.
func ownProblem(p *inspected, to string, packages map[string]*inspected) string {
	for _, other := range packages {
		if other.module == nil || other.importPath() != to || other.external {
			continue
		}
		if other.name == "main" && !(p.external && p.importPath() == to) {
			return "import " + quote(to) + " is a program, not an importable package"
		}
		if !mayUseInternal(p.importPath(), to) {
			return "use of internal package " + to + " not allowed"
		}
		return ""
	}
	dir := strings.TrimPrefix(strings.TrimPrefix(to, p.module.path), "/")
	if dir == "" {
		return "package " + to + " is not in the program: no Go file that could be imported lies at its top"
	}
	return "package " + to + " is not in the program: no Go file lies in its folder " + dir
}

// mayUseInternal says whether a package may import another: one below a folder
// internal is for those that are below the folder it lies in.
func mayUseInternal(from, to string) bool {
	parts := strings.Split(to, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "internal" {
			above := strings.Join(parts[:i], "/")
			return i == 0 || from == above || strings.HasPrefix(from, above+"/")
		}
	}
	return true
}

// hint names the folder of the program that somebody meant who wrote an import
// path that does not exist; "" when there is none.
func (p *inspected) hint(to string) string {
	if p.module == nil {
		return ""
	}
	to = path.Clean(to)
	ends, named := "", "" // the longest that to ends in, the first whose name it is
	for _, dir := range p.module.dirs {
		if dir != "." && len(dir) > len(ends) && strings.HasSuffix("/"+to, "/"+dir) {
			ends = dir
		}
		if named == "" && path.Base(dir) == to {
			named = dir
		}
	}
	meant := cmp.Or(ends, named)
	if meant == "" {
		return ""
	}
	return "; the package in the folder " + meant + " is imported as " + quote(p.module.importPath(meant))
}

// checkPaths refuses a module whose packages would have the paths of others.
func checkPaths(packages []inspected, has manifest) []sandbox.Diagnostic {
	seen := map[string]bool{}
	for i := range packages {
		p := &packages[i]
		if p.module == nil {
			continue
		}
		d := sandbox.Diagnostic{File: p.module.at.file, Line: p.module.at.line, Col: p.module.at.col, Code: "refused:module"}
		first, _, _ := strings.Cut(p.module.path, "/")
		switch {
		case slices.ContainsFunc(has.All, func(to string) bool {
			return to == first || strings.HasPrefix(to, first+"/") && !strings.Contains(first, ".")
		}),
			first == "unsafe", vendored(p.Path) != nil:
			d.Message = "module " + p.module.path + ": paths that begin with " + first + " are those of the standard library or of tutor; give the module another name"
			return []sandbox.Diagnostic{d}
		case seen[p.Path]:
			d.Message = "module " + p.module.path + ": the package at its top would be imported as main, which is the program; give the module another name"
			return []sandbox.Diagnostic{d}
		}
		seen[p.Path] = true
	}
	return nil
}
