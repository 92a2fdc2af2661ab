package tutor_test

import (
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
	"testing"
)

const module = "course/tutor"

// policy says which of our rooms each room may import.
//
// DO NOT CHANGE THIS DATA TO FIX A BUILD. It is the architecture: move the
// code to the room it belongs in, or argue for the change in
// docs/architecture.md first.
var policy = map[string][]string{
	"sandbox":             {"sandbox/jail"},
	"sandbox/jail":        {"sandbox/jail/reexec"},
	"sandbox/jail/reexec": {},
	"sandbox/toolchain":   {"modules", "sandbox", "sandbox/jail"},
	"modules":             {},
	"modules/gather":      {"modules"},
	"sandbox/interp":      {"sandbox", "sandbox/jail"},
	"exectrace":           {},
	"profile":             {},
	"content":             {},
	"exercises":           {"modules", "sandbox"},
	"grade":               {"exercises", "modules", "sandbox", "exectrace", "grade/kit"},
	"grade/kit":           {},
	"learner":             {"exercises", "sandbox"},
	"store/sqlite":        {"learner", "grade", "sandbox"},
	"store/storetest":     {"learner", "grade", "sandbox"},
	"verify":              {"content", "exercises", "grade", "modules", "sandbox", "exectrace"},
	"page":                {"content", "exercises", "grade", "exectrace", "profile", "sandbox", "static"},
	"static":              {},
	"static/build":        {},
	"site":                {"content", "exercises", "grade", "exectrace", "learner", "page", "profile", "sandbox", "static", "verify"},
	"cmd/tutor":           {"*"},
	"bench":               {"*"},
	"bench/soak":          {"*"},
	"bench/runsoak":       {"*"},
	"bench/traces":        {"*"},
	"grade/kit/probe":     {},
	"grade/kit/judge":     {},
	"sandbox/natsrunner":  {"sandbox"},
	"exercises/importer":  {"exercises", "sandbox"},
}

// TestImports holds every import between our rooms against the policy.
func TestImports(t *testing.T) {
	for file, imports := range goFiles(t) {
		room := path.Dir(file)
		allowed, known := policy[room]
		if !known {
			t.Errorf("%s: %q is not a room of the policy", file, room)
			continue
		}
		for _, imp := range imports {
			to, ours := strings.CutPrefix(imp, module+"/")
			if ours && to != room && !slices.Contains(allowed, to) && !slices.Contains(allowed, "*") {
				t.Errorf("%s: %s may not import %s", file, room, to)
			}
		}
	}
}

// reexecMay are the only packages the re-executed child may link before its
// init has run: everything else would be initialised first and cost its start.
var reexecMay = []string{"os", "syscall", "unsafe", "runtime"}

// TestReexecImports keeps the jail's first instructions small.
func TestReexecImports(t *testing.T) {
	for file, imports := range goFiles(t) {
		if path.Dir(file) != "sandbox/jail/reexec" {
			continue
		}
		for _, imp := range imports {
			if !slices.Contains(reexecMay, imp) {
				t.Errorf("%s imports %s; only %v are cheap enough", file, imp, reexecMay)
			}
		}
	}
}

// TestRoomsSayWhatTheyAre asks every room for a package comment.
func TestRoomsSayWhatTheyAre(t *testing.T) {
	rooms := map[string]bool{}
	for file := range goFiles(t) {
		rooms[path.Dir(file)] = true
	}
	for room := range rooms {
		if !hasPackageComment(t, room) {
			t.Errorf("%s: no package comment that says what it owns and refuses", room)
		}
	}
}

// TestNoJunkRooms keeps names that say nothing out of the house.
func TestNoJunkRooms(t *testing.T) {
	junk := []string{"utils", "util", "common", "helpers", "models", "config", "mocks", "misc"}
	for file := range goFiles(t) {
		for _, part := range strings.Split(path.Dir(file), "/") {
			if slices.Contains(junk, part) {
				t.Errorf("%s: a room called %q has no noun", file, part)
			}
		}
	}
}

// goFiles answers with the imports of every Go file of ours that is not a
// test, by slash path. Folders that start with _ or . and testdata are not
// ours to build.
func goFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != "." && (name[0] == '_' || name[0] == '.' || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		imports, err := importsOf(p)
		files[filepath.ToSlash(p)] = imports
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func importsOf(file string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("read import of %s: %w", file, err)
		}
		imports = append(imports, imp)
	}
	return imports, nil
}

func hasPackageComment(t *testing.T, room string) bool {
	t.Helper()
	entries, err := os.ReadDir(room)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(room, e.Name()), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err == nil && f.Doc != nil {
			return true
		}
	}
	return false
}
