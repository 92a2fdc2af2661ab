package toolchain

import (
	"maps"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// plan is a part that may be built: its packages in the order of their
// imports, main last.
type plan struct {
	packages []inspected
	godebug  string // for the linker
	// noMain is the diagnostic to give when everything compiles but there is
	// no func main.
	noMain *sandbox.Diagnostic
}

// standardImports are the packages of the standard library that a part needs,
// each once.
func standardImports(packages []inspected) []string {
	own := map[string]bool{}
	for _, p := range packages {
		own[p.Path] = true
	}
	need := map[string]bool{}
	for _, p := range packages {
		for path := range p.imports {
			if to, ok := p.ImportMap[path]; ok {
				path = to
			}
			if !own[path] {
				need[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(need))
}

// inspectPart reads the heads of all packages of a part that package main needs.
// Those that have a Dir are of module m.
func inspectPart(part sandbox.Part, m *module, goos, goarch string) (packages []inspected, problems []sandbox.Diagnostic) {
	data := slices.ContainsFunc(part.Packages, func(p sandbox.Package) bool { return len(p.Data) > 0 })
	for _, pkg := range part.Packages {
		in := inspect(pkg, data, goos, goarch)
		if pkg.Dir != "" {
			in.module = m
		}
		packages = append(packages, in)
		problems = append(problems, in.problems...)
	}
	if m != nil {
		return reached(packages)
	}
	return packages, problems
}

// arrange checks the imports of a part against what there is and orders its
// packages.
func arrange(packages []inspected, has manifest) (plan, []sandbox.Diagnostic) {
	if problems := checkPaths(packages, has); len(problems) > 0 {
		return plan{}, problems
	}
	var problems []sandbox.Diagnostic
	byPath := map[string]*inspected{}
	for i := range packages {
		byPath[packages[i].Path] = &packages[i]
	}
	for i := range packages {
		problems = append(problems, checkImports(&packages[i], byPath, has)...)
	}
	if len(problems) > 0 {
		return plan{}, problems
	}
	order, cycle := sortPackages(packages, byPath)
	if cycle != nil {
		return plan{}, []sandbox.Diagnostic{*cycle}
	}
	p := plan{packages: order}
	main := order[len(order)-1]
	problems = p.settle(main, has)
	return p, problems
}

// settle reads what only package main may say.
func (p *plan) settle(main inspected, has manifest) []sandbox.Diagnostic {
	if !main.main {
		at := main.clause
		p.noMain = &sandbox.Diagnostic{File: at.file, Line: at.line, Col: at.col,
			Message: "function main is undeclared in the main package"}
		explain(p.noMain)
	}
	var lines []string
	for _, d := range p.debugLines(main) {
		lines = append(lines, d.text)
		if _, err := debugDefault(has.Debug, lines); err != nil {
			return []sandbox.Diagnostic{{File: d.file, Line: d.line, Col: d.col, Message: "invalid //go:debug: " + err.Error()}}
		}
	}
	p.godebug, _ = debugDefault(has.Debug, lines)
	return nil
}

// debugLines are those of package main or, of tests, which have a main of
// ours, those of the packages they are in; and those of go.mod whose keys these
// do not name.
func (p *plan) debugLines(main inspected) []debugLine {
	lines, m := slices.Clone(main.debug), main.module
	for _, pkg := range p.packages {
		if pkg.Tests {
			lines, m = append(lines, pkg.debug...), pkg.module
		}
	}
	if m == nil {
		return lines
	}
	named := map[string]bool{}
	for _, d := range lines {
		key, _, _ := strings.Cut(strings.TrimSpace(d.text), "=")
		named[key] = true
	}
	for _, d := range m.defaults() {
		if key, _, _ := strings.Cut(d.text, "="); !named[key] {
			lines = append(lines, d)
		}
	}
	return lines
}

// checkImports says which imports of a package do not exist for it.
func checkImports(p *inspected, byPath map[string]*inspected, has manifest) []sandbox.Diagnostic {
	var out []sandbox.Diagnostic
	for _, path := range slices.Sorted(maps.Keys(p.imports)) {
		at := p.imports[path]
		d := sandbox.Diagnostic{File: at.file, Line: at.line, Col: at.col}
		if d.Code, d.Message = importProblem(p, path, byPath, has); d.Message != "" {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b sandbox.Diagnostic) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return out
}

// importProblem says why a package may not import path, in the words of the
// go command where it has some.
func importProblem(p *inspected, path string, byPath map[string]*inspected, has manifest) (code, message string) {
	if slices.Contains(p.Deny, path) {
		return "refused:import", "package " + path + " may not be used in this exercise"
	}
	if _, mapped := p.ImportMap[path]; mapped || path == "unsafe" {
		return "", ""
	}
	if p.module != nil && p.module.holds(path) {
		return "", ownProblem(p, path, byPath)
	}
	if other, ok := byPath[path]; ok {
		if other.Path == "main" {
			return "", "import " + quote(path) + " is a program, not an importable package"
		}
		return "", ""
	}
	exists := slices.Contains(has.All, path)
	first, _, _ := strings.Cut(path, "/")
	switch {
	case has.public[path], p.Trusted && exists:
		return "", ""
	case strings.HasPrefix(path, "./"), strings.HasPrefix(path, "../"):
		return "", quote(path) + " is relative, but relative import paths are not supported in module mode" + p.hint(path)
	case exists && internal(path):
		return "", "use of internal package " + path + " not allowed"
	case path == "plugin":
		return "refused:plugin", "package plugin is not available here: a program is one file and loads no other"
	case path == "runtime/cgo":
		return "refused:cgo", "package runtime/cgo is not available here: programs are built without cgo"
	case strings.Contains(first, "."):
		return "refused:not-vendored", "no required module provides package " + path + ": " + thereAre() + p.hint(path)
	}
	return "", "package " + path + " is not in std" + p.hint(path)
}

func quote(s string) string { return `"` + s + `"` }

func internal(path string) bool {
	return slices.Contains(strings.Split(path, "/"), "internal")
}

// sortPackages puts every package after those it imports, and main last.
func sortPackages(packages []inspected, byPath map[string]*inspected) ([]inspected, *sandbox.Diagnostic) {
	var order []inspected
	var main *inspected
	state := map[string]int{} // 1 being visited, 2 done
	var cycle *sandbox.Diagnostic
	var visit func(p *inspected)
	visit = func(p *inspected) {
		state[p.Path] = 1
		for _, path := range slices.Sorted(maps.Keys(p.imports)) {
			if to, ok := p.ImportMap[path]; ok {
				path = to
			}
			next, ok := byPath[path]
			switch {
			case !ok || state[path] == 2 || cycle != nil:
			case state[path] == 1:
				at := p.imports[path]
				cycle = &sandbox.Diagnostic{File: at.file, Line: at.line, Col: at.col, Message: "import cycle not allowed: " +
					p.Path + " imports " + path + ", which needs " + p.Path}
			default:
				visit(next)
			}
		}
		state[p.Path] = 2
		if p.Path == "main" {
			main = p
			return
		}
		order = append(order, *p)
	}
	for i := range packages {
		if state[packages[i].Path] == 0 {
			visit(&packages[i])
		}
	}
	if main != nil {
		order = append(order, *main)
	}
	return order, cycle
}
