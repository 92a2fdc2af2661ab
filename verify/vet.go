package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/modules"
	"course/tutor/sandbox"
)

// vetTime bounds one go vet.
const vetTime = 3 * time.Minute

// module is a folder of Go files to be vetted: text by file name, and where
// what is said about a file belongs.
type module struct {
	files  map[string]string
	origin map[string]func(line int, message string, typeError bool)
}

func newModule(gomod string) *module {
	return &module{map[string]string{"go.mod": gomod}, map[string]func(int, string, bool){}}
}

func (m *module) add(name, text string, told func(line int, message string, typeError bool)) {
	m.files[name], m.origin[name] = text, told
}

// bring adds the vendored modules, if any file imports one.
func (m *module) bring() {
	gomod, files := modules.Vendored().Local(slices.Collect(maps.Values(m.files)))
	m.files["go.mod"] += gomod
	for _, f := range files {
		m.files[f.Name] = f.Text
	}
}

// vet lets go vet look at the listings and at the exercises. It also
// type-checks what is never run.
func (r *run) vet() error {
	cells := newModule("module cells\n\ngo 1.26\n")
	for i, c := range r.vetted() {
		if c.Foldered() {
			if err := r.vetModule("listing "+c.ID, r.cellModule(c)); err != nil {
				return err
			}
			continue
		}
		r.addCell(cells, c, fmt.Sprintf("c%03d", i))
	}
	if err := r.vetModule("listings", cells); err != nil {
		return err
	}
	for _, ex := range r.exercisesAsked() {
		if err := r.vetModule("exercise "+ex.ID, r.exerciseModule(ex)); err != nil {
			return err
		}
	}
	return nil
}

// vetted lists the cells that are whole programs, of the standard library and
// the vendored modules, and claim to compile.
func (r *run) vetted() []*content.Cell {
	var cells []*content.Cell
	for _, p := range r.course.Pages() {
		for _, c := range p.Cells {
			if c.Exercise == "" && c.Options["expect"] != "compile_error" && r.wants(inContent(p.File)) && wholeProgram(c) {
				cells = append(cells, c)
			}
		}
	}
	return cells
}

func wholeProgram(c *content.Cell) bool {
	if c.GoMod() != "" && c.Options["expect"] == string(sandbox.StatusRefused) {
		return false
	}
	own, files := modfile.ModulePath([]byte(c.GoMod())), c.Source()
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Content, parser.ImportsOnly)
		if err != nil {
			return false
		}
		for _, imp := range parsed.Imports {
			to, err := strconv.Unquote(imp.Path.Value)
			first, _, _ := strings.Cut(to, "/")
			if own != "" && strings.HasPrefix(to+"/", own+"/") {
				continue
			}
			if err != nil || strings.Contains(first, ".") && modules.Vendored().Package(to) == nil {
				return false
			}
		}
	}
	return len(files) > 0
}

func (r *run) addCell(m *module, c *content.Cell, dir string) {
	for _, f := range c.Testdata() {
		m.files[dir+"/"+f.Name] = f.Content // which it may embed
	}
	for _, f := range c.Source() {
		m.add(dir+"/"+f.Name, r.importsAt("cells/"+dir, f), r.cellTold(c, f))
	}
}

// cellModule is a listing of several packages, which is a module by itself.
func (r *run) cellModule(c *content.Cell) *module {
	gomod := c.GoMod()
	if gomod == "" {
		gomod = "module " + sandbox.ModulePath + "\n\ngo 1.26\n"
	}
	m := newModule(gomod)
	for _, f := range c.Testdata() {
		m.files[f.Name] = f.Content
	}
	for _, f := range c.Source() {
		m.add(f.Name, f.Content, r.cellTold(c, f))
	}
	return m
}

func (r *run) cellTold(c *content.Cell, f content.File) func(int, string, bool) {
	return func(line int, message string, typeError bool) {
		rule := "vet"
		if typeError {
			if c.Runs() && r.cfg.Runner != nil {
				return // its run says so
			}
			rule = "compile"
		}
		r.at(c, c.FileLine(f.Name, line), rule, f.Name+": "+message, "correct the program")
	}
}

// importsAt is the text of a file in which tests that stand beside a package
// import it from the folder where it lies here: in a listing its path is its
// name.
func (r *run) importsAt(dir string, f content.File) string {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, f.Name, f.Content, parser.ImportsOnly)
	if err != nil {
		return f.Content
	}
	under, beside := strings.CutSuffix(parsed.Name.Name, "_test")
	if !beside || !strings.HasSuffix(f.Name, "_test.go") {
		return f.Content
	}
	for _, imp := range parsed.Imports {
		to, err := strconv.Unquote(imp.Path.Value)
		if err != nil || path.Base(to) != under || modules.Vendored().Package(to) != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(r.cfg.GOROOT, "src", filepath.FromSlash(to))); err == nil {
			continue // it is of the standard library
		}
		from, end := fset.Position(imp.Path.Pos()).Offset, fset.Position(imp.Path.End()).Offset
		return f.Content[:from] + strconv.Quote(dir) + f.Content[end:]
	}
	return f.Content
}

// exerciseModule lays an exercise out so that everything in it compiles: the
// solution with its tests at the top, every other variant in a folder.
func (r *run) exerciseModule(ex *exercises.Exercise) *module {
	m := newModule("module exercise\n\ngo 1.26\n\nrequire tutor v0.0.0\n\nreplace tutor => ./kit\n")
	m.files["kit/go.mod"] = "module tutor\n\ngo 1.26\n"
	for importPath, files := range grade.Kit() {
		for _, f := range files {
			m.files[path.Join("kit", strings.TrimPrefix(importPath, "tutor/"), f.Name)] = f.Content
		}
	}
	add := func(dir, folder, rule string, files []sandbox.File) {
		for _, f := range files {
			if path.Ext(f.Name) == ".go" {
				m.add(path.Join(dir, f.Name), f.Content, r.exerciseTold(path.Join(ex.Dir, folder, f.Name), rule))
			}
		}
	}
	shown := slices.DeleteFunc(slices.Clone(ex.Starter), func(f sandbox.File) bool { return slices.Contains(ex.Edit, f.Name) })
	add("", "_starter", "starter", shown)
	add("", "_solution", "solution", ex.Solution)
	add("", "_tests", "compile", ex.Tests)
	add("starter", "_starter", "starter", ex.Starter)
	add("probe", "_probe", "compile", ex.Probe)
	add("judge", "_judge", "compile", ex.Judge)
	for _, w := range ex.Wrong {
		if c, ok := ex.Check(w.Want); !ok || c.Kind != "build" {
			add("wrong-"+w.Name, "_starter", "starter", shown)
			add("wrong-"+w.Name, "_wrong/"+w.Name, "wrong", w.Files)
		}
	}
	return m
}

func (r *run) exerciseTold(file, typeRule string) func(int, string, bool) {
	return func(line int, message string, typeError bool) {
		rule := "vet"
		if typeError {
			rule = typeRule
		}
		r.add(inExercises(file), line, rule, message, "correct the file")
	}
}

// vetModule vets a module, unless just this one was found clean before.
func (r *run) vetModule(what string, m *module) error {
	if len(m.origin) == 0 {
		return nil
	}
	m.bring()
	parts := []string{"vet", r.goVersion}
	for _, name := range sortedNames(m.files) {
		parts = append(parts, name, m.files[name])
	}
	key, clean := keyOf(parts...), false
	if r.cache.load(key, &clean) && clean {
		return nil
	}
	r.progress("go vet: %s", what)
	out, err := r.goVet(m)
	if err != nil {
		return fmt.Errorf("vet the %s: %w", what, err)
	}
	said, err := m.tell(out)
	if err != nil {
		return fmt.Errorf("vet the %s: %w", what, err)
	}
	if said == 0 {
		r.cache.store(key, true)
	}
	return nil
}

func sortedNames(m map[string]string) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// goVet writes the module to a folder of its own and gives what go vet prints.
func (r *run) goVet(m *module) ([]byte, error) {
	dir, err := os.MkdirTemp("", "tutor-vet-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	src := filepath.Join(dir, "src")
	for name, text := range m.files {
		full := filepath.Join(src, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(r.ctx, vetTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(r.cfg.GOROOT, "bin", "go"), "vet", "./...")
	cmd.Dir, cmd.WaitDelay = src, 5*time.Second
	cmd.Env = append(os.Environ(), "GOROOT="+r.cfg.GOROOT, "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOTOOLCHAIN=local", "GO111MODULE=on", "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if _, err := os.UserCacheDir(); err != nil && os.Getenv("GOCACHE") == "" {
		keep := dir // no home: go would refuse to work
		if r.cfg.CacheDir != "" {
			keep = r.cfg.CacheDir
		}
		cmd.Env = append(cmd.Env, "GOCACHE="+filepath.Join(keep, "go-build"))
	}
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || len(out) == 0) {
		return nil, err
	}
	return out, nil
}

var vetLine = regexp.MustCompile(`^(vet: )?(?:\./)?([^\s:]+\.go):(\d+)(?::\d+)?: (.+)$`)

// tell hands each line of go vet's to the file it belongs to, and counts them.
// Output that names none of our files is trouble of ours.
func (m *module) tell(out []byte) (said int, err error) {
	compiling := false // go vet builds packages that others import, and heads what it says itself with # [PACKAGE]
	for _, line := range bytes.Split(out, []byte("\n")) {
		if head, ok := bytes.CutPrefix(line, []byte("# ")); ok {
			compiling = !bytes.HasPrefix(head, []byte("["))
		}
		f := vetLine.FindStringSubmatch(string(line))
		if f == nil {
			continue
		}
		told := m.origin[filepath.ToSlash(f[2])]
		if told == nil {
			continue
		}
		n, _ := strconv.Atoi(f[3])
		told(n, f[4], compiling || f[1] != "")
		said++
	}
	if text := strings.TrimSpace(string(out)); said == 0 && text != "" {
		return 0, fmt.Errorf("go vet said: %s", clip(text))
	}
	return said, nil
}
