package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"course/tutor/sandbox"
)

// readFolder reads the program of a folder as go run . would: its Go files, the
// packages of its module that they import and, of these, those that they import;
// and go.mod. For a program the tests are left out, else those of all packages
// below belong to it, as long as they are not too many. What is in a folder
// testdata belongs to tests, and to a program that names it.
func readFolder(io streams, dir string, kind sandbox.Kind) ([]sandbox.File, error) {
	w := newWalk(dir, kind)
	files, err := w.program(w.whole())
	if err != nil || !w.whole() {
		return files, err
	}
	size := 0
	for _, f := range files {
		size += len(f.Content)
	}
	if len(files) <= sandbox.MaxFiles && size <= sandbox.MaxFilesBytes {
		return files, nil
	}
	w = newWalk(dir, kind)
	if one, err := w.program(false); err == nil {
		fmt.Fprintf(io.err, "tutor: only the tests of the package at the top are run: with all below there are %d files, and at most %d, of %d KiB together, are taken. Give the folder of another to run its tests.\n",
			len(files), sandbox.MaxFiles, sandbox.MaxFilesBytes>>10)
		return one, nil
	}
	return files, nil // there are none at the top: what is too much is said by who builds it
}

// withPackages adds to files of one folder the packages of its module that they
// import, as go run FILE... would, and to tests beside their package this
// package; to others, and to those that import none, nothing.
func withPackages(names []string, files []sandbox.File, kind sandbox.Kind) ([]sandbox.File, error) {
	dir := filepath.Dir(names[0])
	w := newWalk(dir, kind)
	imports, own := false, false
	for i, name := range names {
		if filepath.Dir(name) != dir {
			return files, nil
		}
		w.only = append(w.only, filepath.Base(name))
		for _, to := range importsOf([]byte(files[i].Content)) {
			imports = imports || strings.HasPrefix(to, w.module+"/")
			own = own || kind.Tests() && to == w.own
		}
	}
	if own {
		for _, name := range w.goFiles(dir, false) {
			if !slices.Contains(w.only, name) && forHere(dir, name) {
				w.only = append(w.only, name)
			}
		}
	}
	if !imports && !own {
		return files, nil
	}
	return w.program(false)
}

// program reads the package of the folder and those that it imports; and, of the
// whole of a module, all below that have tests.
func (w *walk) program(whole bool) ([]sandbox.File, error) {
	err := w.folder(w.start)
	if err == nil && whole {
		err = w.tested()
	}
	if err != nil {
		return nil, err
	}
	if len(w.files) == 0 {
		return nil, misuse("%s: no Go files to run", filepath.Join(w.root, filepath.FromSlash(w.start)))
	}
	return w.all()
}

// walk gathers the packages of a program.
type walk struct {
	root   string // the folder of go.mod, or of the program where there is none
	module string // what their import paths begin with
	mod    []byte // the text of go.mod
	kind   sandbox.Kind
	only   []string // the files of that folder that are meant; nil: all
	start  string   // the folder of the program, from root
	own    string   // by which packages of a go.mod import it; "" without one
	seen   map[string]bool
	named  map[string]bool // folders whose files name testdata
	files  []sandbox.File
}

// newWalk finds the module that a folder is of. One whose go.mod lies above
// matters only to a program that imports other packages of it: to any other it
// is as if the folder lay alone.
func newWalk(dir string, kind sandbox.Kind) *walk {
	w := &walk{root: dir, module: sandbox.ModulePath, kind: kind, start: ".", seen: map[string]bool{}, named: map[string]bool{}}
	root, inside := above(dir)
	if root == "" {
		return w
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return w // it cannot be read: the program is taken as it is
	}
	at := modfile.ModulePath(mod)
	if at != "" {
		w.own = path.Join(at, inside)
	}
	if inside == "." {
		w.mod = mod
		if at != "" {
			w.module = at
		}
		return w
	}
	for _, to := range w.importsIn(dir) {
		if at != "" && to != w.own && strings.HasPrefix(to+"/", at+"/") {
			w.root, w.module, w.mod, w.start = root, at, mod, inside
			return w
		}
	}
	return w
}

// above finds the folder of the go.mod that the go command would use for a
// folder, and where this is in it; "" when there is none.
func above(dir string) (root, inside string) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", ""
	}
	for at := full; ; at = filepath.Dir(at) {
		if info, err := os.Stat(filepath.Join(at, "go.mod")); err == nil && info.Mode().IsRegular() {
			if inside, err = filepath.Rel(at, full); err != nil {
				return "", ""
			}
			return at, filepath.ToSlash(inside)
		}
		if at == filepath.Dir(at) {
			return "", ""
		}
	}
}

// whole says whether the tests of all packages below are asked for: in the
// folder of a go.mod.
func (w *walk) whole() bool { return w.only == nil && w.kind.Tests() && w.start == "." && w.mod != nil }

// folder reads the Go files of a folder of the module, and the packages that they
// import. One of which nothing is for this system is read nevertheless, so that
// it can be said of each file why it is left out.
func (w *walk) folder(inside string) error {
	if w.seen[inside] {
		return nil
	}
	w.seen[inside] = true
	dir := filepath.Join(w.root, filepath.FromSlash(inside))
	names := w.goFiles(dir, inside == w.start || w.whole())
	if w.only != nil && inside == w.start {
		names = w.only
	} else if here := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !forHere(dir, name) }); len(here) > 0 {
		names = here
	}
	if w.only == nil || inside != w.start {
		names = append(names, notGo(dir)...)
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return misuse("read program: %v", err)
		}
		if bytes.Contains(data, []byte("testdata")) {
			w.named[inside] = true
		}
		w.files = append(w.files, sandbox.File{Name: path.Join(inside, name), Content: string(data)})
		for _, to := range importsOf(data) {
			if err := w.imported(to); err != nil {
				return err
			}
		}
	}
	return nil
}

// goFiles are the names of the Go files of a folder; of a program, and of
// packages that are only imported, without the tests.
func (w *walk) goFiles(dir string, tests bool) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // who imports it is told that there is nothing
	}
	for _, e := range entries {
		name := e.Name()
		if e.Type().IsRegular() && strings.HasSuffix(name, ".go") && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".") &&
			(w.kind.Tests() && tests || !strings.HasSuffix(name, "_test.go")) {
			names = append(names, name)
		}
	}
	return names
}

// notGo are the files of a folder that the go command would build besides those in
// Go. They are taken along so that it is said that they are not built here.
func notGo(dir string) (names []string) {
	entries, _ := os.ReadDir(dir) // as for goFiles
	for _, e := range entries {
		name := e.Name()
		if ext := path.Ext(name); e.Type().IsRegular() && (ext == ".s" || ext == ".syso") &&
			!strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".") && forHere(dir, name) {
			names = append(names, name)
		}
	}
	return names
}

// importsIn are the imports of the Go files of a folder.
func (w *walk) importsIn(dir string) (list []string) {
	for _, name := range w.goFiles(dir, true) {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil && forHere(dir, name) {
			list = append(list, importsOf(data)...)
		}
	}
	return list
}

// importsOf are the imports of a Go file, as far as it can be read.
func importsOf(text []byte) (list []string) {
	file, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly) // what is wrong with it is said by who builds it
	if file == nil {
		return nil
	}
	for _, spec := range file.Imports {
		if to, err := strconv.Unquote(spec.Path.Value); err == nil {
			list = append(list, to)
		}
	}
	return list
}

// imported reads the package of an import path, if it is one of the module. One
// that is imported by a path which only looks like that is read too: who builds
// the program then says what its path is.
func (w *walk) imported(to string) error {
	inside, ok := strings.CutPrefix(to+"/", w.module+"/")
	if !ok {
		inside, ok = strings.CutPrefix(to, sandbox.ModulePath+"/")
	}
	if !ok {
		inside, ok = strings.CutPrefix(to, "./")
	}
	if !ok {
		return nil
	}
	if inside = path.Clean(inside); !fs.ValidPath(inside) || !w.within(inside) {
		return nil
	}
	return w.folder(inside)
}

// within says whether a folder is one that may hold packages of the module: none
// on the way to it is one that the go command leaves out, a link, or of a module
// of its own.
func (w *walk) within(inside string) bool {
	if inside == "." {
		return true
	}
	at := ""
	for part := range strings.SplitSeq(inside, "/") {
		at = path.Join(at, part)
		if !w.enters(at) {
			return false
		}
	}
	return true
}

func (w *walk) enters(inside string) bool {
	name := path.Base(inside)
	if name == "vendor" || name == "testdata" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
		return false
	}
	dir := filepath.Join(w.root, filepath.FromSlash(inside))
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	_, err = os.Lstat(filepath.Join(dir, "go.mod"))
	return err != nil
}

// tested reads the packages below that have tests.
func (w *walk) tested() error {
	return filepath.WalkDir(w.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return misuse("read program: %v", err)
		}
		inside, err := filepath.Rel(w.root, name)
		if err != nil {
			return misuse("read program: %v", err)
		}
		inside = filepath.ToSlash(inside)
		switch {
		case !d.IsDir() || inside == ".":
			return nil
		case !w.enters(inside):
			return fs.SkipDir
		case slices.ContainsFunc(w.goFiles(name, true), func(file string) bool { return strings.HasSuffix(file, "_test.go") }):
			return w.folder(inside)
		}
		return nil
	})
}

// all are the files that were read, go.mod and what is needed of testdata.
func (w *walk) all() ([]sandbox.File, error) {
	files := w.files
	if w.mod != nil {
		files = append(files, sandbox.File{Name: "go.mod", Content: string(w.mod)})
	}
	var size int64
	for inside := range w.seen {
		if !w.kind.Tests() && !w.named[inside] {
			continue
		}
		data, err := readTestdata(w.root, inside, &size)
		if err != nil {
			return nil, err
		}
		files = append(files, data...)
	}
	slices.SortStableFunc(files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}
