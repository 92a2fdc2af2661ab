package toolchain

import (
	"errors"
	"fmt"
	"go/build"
	"go/build/constraint"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// inspected is what is known of a package before it is compiled.
type inspected struct {
	sandbox.Package
	name     string           // of the package clause
	imports  map[string]place // by path, where it is first imported
	debug    []debugLine
	embeds   embedded
	main     bool // has func main
	clause   place
	problems []sandbox.Diagnostic
	// forbidden are those problems that are told even where nothing needs the
	// package.
	forbidden []sandbox.Diagnostic
	module    *module // that it is a package of; nil for one of none
	external  bool    // tests beside the package, in one named NAME_test
}

// place is a position in a file, as the compiler would print it.
type place struct {
	file      string
	line, col int
}

type debugLine struct {
	place
	text string
}

// inspect reads the head of every file as the go command would: build
// constraints, package clauses, imports and //go:debug lines. What it says of
// files has their paths in the program. data says that some package of this has
// files to embed.
func inspect(pkg sandbox.Package, data bool, goos, goarch string) inspected {
	in := inspectFolder(pkg, data, goos, goarch)
	if pkg.Dir == "" || pkg.Dir == "." {
		return in
	}
	within := func(file *string) {
		if *file != "" {
			*file = pkg.Dir + "/" + *file
		}
	}
	for _, list := range [][]sandbox.Diagnostic{in.problems, in.forbidden} {
		for i := range list {
			within(&list[i].File)
		}
	}
	for to, at := range in.imports {
		within(&at.file)
		in.imports[to] = at
	}
	for i := range in.debug {
		within(&in.debug[i].file)
	}
	within(&in.clause.file)
	return in
}

// inspectFolder is inspect with the names that files have in their folder.
func inspectFolder(pkg sandbox.Package, data bool, goos, goarch string) inspected {
	in := inspected{Package: pkg, imports: map[string]place{}}
	if !pkg.Trusted {
		check := checkName
		if pkg.Tests {
			check = checkGoName
		}
		if in.problems = checkFiles(slices.Concat(pkg.Files, pkg.Data), orData(check)); len(in.problems) > 0 {
			return in
		}
	}
	in.scanAll(data)
	if len(in.problems) > 0 {
		return in
	}
	ctx := memoryContext(pkg.Files, goos, goarch)
	p, err := ctx.ImportDir(memoryRoot, 0)
	in.leftOut(&ctx)
	if len(in.problems) > 0 {
		return in
	}
	if err != nil {
		in.problems = append(in.problems, importError(err)...)
		return in
	}
	in.name = p.Name
	if in.external = len(p.XTestGoFiles) == len(pkg.Files); in.external {
		in.name += "_test"
	}
	for _, pos := range []map[string][]token.Position{p.XTestImportPos, p.TestImportPos, p.ImportPos} {
		for path, at := range pos {
			in.imports[path] = place{at[0].Filename[len(memoryRoot)+1:], at[0].Line, at[0].Column}
		}
	}
	for _, d := range slices.Concat(p.Directives, p.TestDirectives, p.XTestDirectives) {
		if text, ok := strings.CutPrefix(d.Text, "//go:debug"); ok {
			in.debug = append(in.debug, debugLine{place{path.Base(d.Pos.Filename), d.Pos.Line, d.Pos.Column}, text})
		}
	}
	in.findEmbedded(p)
	if in.Path == "main" && p.Name != "main" {
		in.problem(in.clause, "package %s is not a main package", p.Name)
	}
	return in
}

func (in *inspected) problem(at place, format string, args ...any) {
	in.problems = append(in.problems, sandbox.Diagnostic{File: at.file, Line: at.line, Col: at.col, Message: fmt.Sprintf(format, args...)})
}

// scanAll looks for what tokens show. data is that of inspect.
func (in *inspected) scanAll(data bool) {
	for _, f := range in.Files {
		s := scan(f, data)
		in.main = in.main || s.hasMain
		if in.clause.file == "" && s.packageAt.IsValid() {
			in.clause = place{f.Name, s.packageAt.Line, s.packageAt.Column}
		}
		if !in.Trusted {
			in.problems = append(in.problems, s.refusals...)
			in.forbidden = append(in.forbidden, s.refusals...)
		}
	}
}

// leftOut refuses files that the go command would silently leave out of the
// program: that is hardly ever what somebody wants who asks for a run.
func (in *inspected) leftOut(ctx *build.Context) {
	for _, f := range in.Files {
		match, err := ctx.MatchFile(memoryRoot, f.Name)
		if match || in.Trusted {
			continue
		}
		line, text := constraintLine(f.Content)
		switch {
		case err != nil && text != "":
			in.problems = append(in.problems, refusal(f.Name, line, 1, "bad-constraint", "%s is not a build constraint that Go understands: it is written as //go:build linux && !race", text))
		case err != nil: // the head does not parse: ImportDir says how
		case text != "":
			in.problems = append(in.problems, refusal(f.Name, line, 1, "constraint",
				"%s leaves this file out on %s/%s: remove the line to build it", text, ctx.GOOS, ctx.GOARCH))
		default:
			in.problems = append(in.problems, refusal(f.Name, 1, 1, "name-constraint",
				"the name of %s leaves it out on %s/%s: rename it to build it", f.Name, ctx.GOOS, ctx.GOARCH))
		}
	}
}

// constraintLine finds the first build constraint of a file.
func constraintLine(text string) (int, string) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if constraint.IsGoBuild(line) || constraint.IsPlusBuild(line) {
			return n, line
		}
		if strings.HasPrefix(line, "package ") {
			break
		}
	}
	return 0, ""
}

// importError turns what go/build says into diagnostics.
func importError(err error) []sandbox.Diagnostic {
	var list scanner.ErrorList
	var multiple *build.MultiplePackageError
	var none *build.NoGoError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		e := list[0] // the go command, too, stops at the first
		return []sandbox.Diagnostic{{File: path.Base(e.Pos.Filename), Line: e.Pos.Line, Col: e.Pos.Column, Message: e.Msg}}
	case errors.As(err, &multiple):
		message := fmt.Sprintf("found packages %s (%s) and %s (%s): the files of one folder must be of one package",
			multiple.Packages[0], multiple.Files[0], multiple.Packages[1], multiple.Files[1])
		return []sandbox.Diagnostic{{File: multiple.Files[1], Line: 1, Col: 1, Message: message}}
	case errors.As(err, &none):
		return []sandbox.Diagnostic{refusal("", 0, 0, "empty", "there is nothing to run: no file is part of the program")}
	}
	return []sandbox.Diagnostic{positioned(strings.ReplaceAll(err.Error(), memoryRoot+"/", ""))}
}

// positioned splits FILE:LINE:COL: MESSAGE, as far as it is there.
func positioned(text string) sandbox.Diagnostic {
	parts := strings.SplitN(text, ":", 4)
	if len(parts) == 4 {
		line, err1 := strconv.Atoi(parts[1])
		col, err2 := strconv.Atoi(parts[2])
		if err1 == nil && err2 == nil {
			return sandbox.Diagnostic{File: parts[0], Line: line, Col: col, Message: strings.TrimPrefix(parts[3], " ")}
		}
	}
	return sandbox.Diagnostic{Message: text}
}

// memoryRoot is the folder in which go/build believes the files to lie.
const memoryRoot = "/src"

// memoryContext lets go/build read files from memory, and nothing else.
func memoryContext(files []sandbox.File, goos, goarch string) build.Context {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.Compiler, ctx.CgoEnabled = goos, goarch, "gc", false
	ctx.GOROOT, ctx.GOPATH, ctx.BuildTags = "", "", nil
	ctx.IsDir = func(name string) bool { return name == memoryRoot }
	ctx.HasSubdir = func(string, string) (string, bool) { return "", false }
	ctx.ReadDir = func(string) ([]fs.FileInfo, error) {
		var list []fs.FileInfo
		for _, f := range files {
			list = append(list, memoryInfo{f})
		}
		slices.SortFunc(list, func(a, b fs.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
		return list, nil
	}
	ctx.OpenFile = func(name string) (io.ReadCloser, error) {
		for _, f := range files {
			if name == memoryRoot+"/"+f.Name {
				return io.NopCloser(strings.NewReader(f.Content)), nil
			}
		}
		return nil, fs.ErrNotExist
	}
	ctx.JoinPath = path.Join
	return ctx
}

// included says whether a file is part of the program on a platform.
func included(name string, text []byte, goos, goarch string) bool {
	return includedWith(name, text, goos, goarch, nil)
}

// includedWith is included with build tags.
func includedWith(name string, text []byte, goos, goarch string, tags []string) bool {
	ctx := memoryContext([]sandbox.File{{Name: name, Content: string(text)}}, goos, goarch)
	ctx.BuildTags = tags
	match, err := ctx.MatchFile(memoryRoot, name)
	return match && err == nil
}

// memoryInfo is a file as a directory lists it.
type memoryInfo struct{ file sandbox.File }

func (m memoryInfo) Name() string     { return m.file.Name }
func (m memoryInfo) Size() int64      { return int64(len(m.file.Content)) }
func (memoryInfo) Mode() fs.FileMode  { return 0o444 }
func (memoryInfo) ModTime() time.Time { return time.Time{} }
func (memoryInfo) IsDir() bool        { return false }
func (memoryInfo) Sys() any           { return nil }
