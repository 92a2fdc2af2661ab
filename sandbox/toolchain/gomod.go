package toolchain

import (
	"errors"
	"go/version"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	xmod "golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"course/tutor/modules"
	"course/tutor/sandbox"
)

// goMod is the file at the top of a program that names its module.
const goMod = "go.mod"

// maxModulePath bounds the path of a module, in bytes.
const maxModulePath = 200

// oldestLanguage is what the go command takes a go.mod for that says no version.
const oldestLanguage = "go1.16"

// module is what is known of the module that a program is.
type module struct {
	path     string // what the import paths of its packages begin with
	at       place  // of its name; in no file without a go.mod
	language string // "go1.21"
	debug    []debugLine
	dirs     []string // the folders of its packages
}

// readGoMod reads a go.mod as the go command would that downloads nothing and
// is of the version running.
func readGoMod(text, running string) (*module, []sandbox.Diagnostic) {
	file, err := modfile.Parse(goMod, []byte(text), nil)
	if err != nil {
		return nil, goModErrors(err)
	}
	m := &module{path: sandbox.ModulePath, language: oldestLanguage}
	r := goModReader{module: m, file: file}
	r.name()
	r.version(running)
	r.requires()
	r.replaces()
	for _, g := range file.Godebug {
		m.debug = append(m.debug, debugLine{lineOf(g.Syntax), g.Key + "=" + g.Value})
	}
	slices.SortStableFunc(r.problems, func(a, b sandbox.Diagnostic) int { return a.Line - b.Line })
	return m, r.problems
}

// goModCode is that of a go.mod which cannot be read.
const goModCode = "build:go-mod"

// goModErrors are the words of the go command on a go.mod that it cannot read.
func goModErrors(err error) []sandbox.Diagnostic {
	var list modfile.ErrorList
	if !errors.As(err, &list) {
		return []sandbox.Diagnostic{{File: goMod, Code: goModCode, Message: err.Error()}}
	}
	var out []sandbox.Diagnostic
	for _, e := range list[:min(len(list), maxDiagnostics)] {
		at := sandbox.Diagnostic{File: goMod, Code: goModCode, Line: e.Pos.Line, Col: e.Pos.LineRune}
		e.Filename, e.Pos = "", modfile.Position{}
		at.Message = strings.TrimPrefix(e.Error(), ": ")
		out = append(out, at)
	}
	return finishDiagnostics(out)
}

// goModReader reads the lines of a go.mod that are well formed.
type goModReader struct {
	module   *module
	file     *modfile.File
	problems []sandbox.Diagnostic
}

func lineOf(l *modfile.Line) place { return place{goMod, l.Start.Line, l.Start.LineRune} }

func (r *goModReader) refuse(at *modfile.Line, name, format string, args ...any) {
	p := lineOf(at)
	r.problems = append(r.problems, refusal(p.file, p.line, p.col, name, format, args...))
}

func (r *goModReader) name() {
	if r.file.Module == nil {
		r.problems = append(r.problems, sandbox.Diagnostic{File: goMod, Line: 1, Col: 1, Code: goModCode,
			Message: "no module declaration in go.mod. To specify the module path: module example"})
		return
	}
	r.module.path, r.module.at = r.file.Module.Mod.Path, lineOf(r.file.Module.Syntax)
	switch err := xmod.CheckImportPath(r.module.path); {
	case err != nil:
		r.refuse(r.file.Module.Syntax, "module", "%s: the path of a module is made of names between slashes, as example or example.com/greet", err)
	case len(r.module.path) > maxModulePath:
		r.refuse(r.file.Module.Syntax, "module", "the path of the module has %d bytes; at most %d are allowed", len(r.module.path), maxModulePath)
	case vendoredModule(r.module.path) != nil:
		r.refuse(r.file.Module.Syntax, "module", "%s is a module that comes with the course: give this one another name", r.module.path)
	}
}

// version takes the language from the go line, and refuses what asks for
// another Go.
func (r *goModReader) version(running string) {
	if g := r.file.Go; g != nil {
		r.module.language = version.Lang("go" + g.Version)
		switch {
		case version.Compare(r.module.language, language) > 0:
			r.refuse(g.Syntax, "go-version", "go.mod requires go >= %s, and programs are built as %s here: write go %s",
				g.Version, words(language), strings.TrimPrefix(language, "go"))
		case version.Compare("go"+g.Version, running) > 0:
			r.refuse(g.Syntax, "go-version", "go.mod requires go >= %s (running %s): nothing is downloaded here", g.Version, words(running))
		}
	}
	if t := r.file.Toolchain; t != nil && version.Compare(t.Name, running) > 0 {
		r.refuse(t.Syntax, "go-version", "go.mod asks for the toolchain %s (running %s): nothing is downloaded here; take the line out", t.Name, words(running))
	}
}

// defaults are the settings that a go.mod asks for: those of the version of Go
// that it is for, and those that it names.
func (m *module) defaults() []debugLine {
	lines := m.debug
	if m.language != language && !slices.ContainsFunc(lines, func(d debugLine) bool { return strings.HasPrefix(d.text, "default=") }) {
		lines = append([]debugLine{{m.at, "default=" + atLeast(m.language, "go1.20")}}, lines...)
	}
	return lines
}

func atLeast(v, least string) string {
	if version.Compare(v, least) < 0 {
		return least
	}
	return v
}

// words is a version as people say it: go 1.26.
func words(version string) string { return strings.Replace(version, "go", "go ", 1) }

// requires refuses modules that are not there. What a line // indirect names is
// no package of the program's: nothing is to be had of it.
func (r *goModReader) requires() {
	for _, q := range r.file.Require {
		has := vendoredModule(q.Mod.Path)
		switch {
		case has == nil && q.Indirect:
		case has == nil:
			r.refuse(q.Syntax, "not-vendored", "the module %s is not here: %s", q.Mod.Path, thereAre())
		case semver.Compare(q.Mod.Version, has.Version) > 0:
			r.refuse(q.Syntax, "not-vendored", "go.mod requires %s %s, and the course comes with %s: write that", q.Mod.Path, q.Mod.Version, has.Version)
		}
	}
}

// replaces refuses lines that would put something else in the place of a
// module. Those that put there what came with it, as a module has that was
// taken home, change nothing.
func (r *goModReader) replaces() {
	for _, p := range r.file.Replace {
		if has := vendoredModule(p.Old.Path); has != nil && path.Clean(p.New.Path) == modules.LocalDir(has) {
			continue
		}
		r.refuse(p.Syntax, "replace", "replace is not available here: the modules are those that come with the course; take the line out")
	}
}

// vendoredModule is the module of the set with a path, or nil.
func vendoredModule(path string) *modules.Module {
	for _, m := range modules.Vendored().Modules {
		if m.Path == path {
			return m
		}
	}
	return nil
}
