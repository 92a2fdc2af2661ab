package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"course/tutor/modules"
)

// The modules that the course vendors are compiled once for each set, beside
// its standard library, when a program first imports one:
//
//	DATA/toolchain/go1.26.8-linux-amd64-HASH/
//	  modules-HASH/golang.org/x/sync/errgroup.a ...
//	  modules-HASH/manifest.json                    written last

// modulesDir is their folder in that of a library; it changes with any byte of
// them.
func modulesDir() string { return "modules-" + modules.Vendored().Hash }

// modulesManifest says what is in the folder.
type modulesManifest struct {
	Packages []string `json:"packages"` // those that programs may not import too
	Net      []string `json:"net"`      // those of them with which a program can reach a network
}

// vendored is the package of the modules with a path, or nil. The modules are
// not read for a path of the standard library, whose first part has no dot.
func vendored(path string) *modules.Package {
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return nil
	}
	return modules.Vendored().Package(path)
}

// folderOf is the folder of a library in which the archive of a package is.
func folderOf(path string) string {
	if vendored(path) != nil {
		return modulesDir()
	}
	return "std"
}

// anyVendored says whether any of these packages is of the modules.
func anyVendored(paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return vendored(p) != nil })
}

// reloadModules reads what is there of the modules, if anything is. It is asked
// for when a program imports one.
func (l *library) reloadModules() error {
	if has, _, _, _, _ := l.state(); has.modules {
		return nil
	}
	text, err := os.ReadFile(l.modulesManifest())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the manifest of the modules: %w", err)
	}
	var m modulesManifest
	if json.Unmarshal(text, &m) != nil {
		return nil // it is written anew
	}
	l.update(func() { l.has = l.has.with(m) })
	return nil
}

// with is a manifest of the standard library and of the modules. What others
// have read of the old one stays as it is.
func (m manifest) with(also modulesManifest) manifest {
	m.modules = true
	m.All = append(slices.Clip(m.All), also.Packages...)
	m.Net = append(slices.Clip(m.Net), also.Net...)
	m.Public = slices.Clip(m.Public)
	for _, path := range also.Packages {
		if p := vendored(path); p != nil && p.Allowed {
			m.Public = append(m.Public, path)
		}
	}
	m.index()
	return m
}

// withoutModules is the standard library alone.
func (m manifest) withoutModules() manifest {
	gone := func(path string) bool { return vendored(path) != nil }
	m.modules = false
	m.All = slices.DeleteFunc(slices.Clone(m.All), gone)
	m.Net = slices.DeleteFunc(slices.Clone(m.Net), gone)
	m.Public = slices.DeleteFunc(slices.Clone(m.Public), gone)
	m.index()
	return m
}

func (l *library) modulesManifest() string {
	return filepath.Join(l.dir, modulesDir(), "manifest.json")
}

// warmModules has the modules compiled while nobody waits for them. Who does
// later is told what is wrong.
func (e *Engine) warmModules(l *library) {
	if has, _, _, _, _ := l.state(); !has.Complete || e.config.Remember {
		return // a command is over before it would pay
	}
	build := modulesBuild{library: l, progress: func(int, int) {}, behind: true}
	_ = build.prepare(e.ctx)
}

// modulesBuild compiles the modules for a library.
type modulesBuild struct {
	library  *library
	progress func(done, total int)
	behind   bool // others are served first
}

// prepare compiles the modules, once the standard library is complete, unless
// somebody has done it.
func (b *modulesBuild) prepare(ctx context.Context) error {
	l := b.library
	err := l.reloadModules() // which a folder that only can be read is enough for
	if has, _, _, _, _ := l.state(); err == nil && !has.modules {
		err = b.prepareLocked(ctx)
	}
	return trouble("the modules that come with the course cannot be prepared", l.dir, err)
}

func (b *modulesBuild) prepareLocked(ctx context.Context) error {
	l := b.library
	unlock, err := lockFile(ctx, l.dir+".lock")
	if err != nil {
		return fmt.Errorf("lock the standard library: %w", err)
	}
	defer unlock()
	if err := l.reloadModules(); err != nil {
		return err
	}
	has, _, _, _, _ := l.state()
	if has.modules {
		return nil
	}
	order, err := l.modulesInOrder()
	if err != nil {
		return err
	}
	var m modulesManifest
	for i, p := range order {
		b.progress(i, len(order))
		if err := b.compile(ctx, p, slices.Concat(has.All, m.Packages)); err != nil {
			return err
		}
		m.Packages = append(m.Packages, p.Path)
		imports, err := l.importsOf(p)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(imports, func(path string) bool { return has.net[path] || path == "syscall" || slices.Contains(m.Net, path) }) {
			m.Net = append(m.Net, p.Path)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	whole := filepath.Join(l.work(), "modules.json")
	if err := os.WriteFile(whole, text, 0o644); err != nil {
		return err
	}
	if err := os.Rename(whole, l.modulesManifest()); err != nil {
		return err
	}
	l.update(func() { l.has = l.has.with(m) })
	return os.RemoveAll(l.work())
}

// modulesInOrder are the packages of the modules, each after those it imports.
func (l *library) modulesInOrder() ([]*modules.Package, error) {
	var order []*modules.Package
	seen := map[string]bool{}
	var visit func(p *modules.Package) error
	visit = func(p *modules.Package) error {
		if seen[p.Path] {
			return nil
		}
		seen[p.Path] = true
		imports, err := l.importsOf(p)
		if err != nil {
			return err
		}
		for _, path := range imports {
			if next := vendored(path); next != nil {
				if err := visit(next); err != nil {
					return err
				}
			}
		}
		order = append(order, p)
		return nil
	}
	for _, m := range modules.Vendored().Modules {
		for _, p := range m.Packages {
			if err := visit(p); err != nil {
				return nil, err
			}
		}
	}
	return order, nil
}

// importsOf are the imports of the files of a package that are built here.
func (l *library) importsOf(p *modules.Package) ([]string, error) {
	var list []string
	for _, f := range l.filesOf(p) {
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Text, parser.ImportsOnly)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p.Dir(), err)
		}
		for _, spec := range tree.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, fmt.Errorf("read %s/%s: %w", p.Dir(), f.Name, err)
			}
			list = append(list, path)
		}
	}
	return list, nil
}

// filesOf are the files of a package that are built here.
func (l *library) filesOf(p *modules.Package) []modules.File {
	return slices.DeleteFunc(slices.Clone(p.Files), func(f modules.File) bool {
		return !includedWith(f.Name, []byte(f.Text), l.tool.GOOS, l.tool.GOARCH, l.set.tags)
	})
}

// compile compiles a package of the modules. No byte of it is a learner's, so
// it needs no jail. Files are made in the folder for work: in that of the
// library they are whole from the start.
func (b *modulesBuild) compile(ctx context.Context, p *modules.Package, available []string) error {
	l := b.library
	dir := filepath.Join(l.work(), filepath.FromSlash(p.Path))
	to := l.archive(p.Path)
	for _, folder := range []string{dir, filepath.Dir(to)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	config, made := filepath.Join(dir, "importcfg"), filepath.Join(dir, "made.a")
	if err := os.WriteFile(config, importConfig(available, filepath.ToSlash(l.dir)), 0o644); err != nil {
		return err
	}
	args := slices.Concat([]string{"-o", made, "-p", p.Path, "-lang=go" + p.Module.Go, "-complete", "-trimpath", dir + "=>" + p.Dir(),
		"-dwarf=false", "-importcfg", config, "-pack"}, l.set.compile)
	for _, f := range l.filesOf(p) {
		file := filepath.Join(dir, f.Name)
		if err := os.WriteFile(file, []byte(f.Text), 0o644); err != nil {
			return err
		}
		args = append(args, file)
	}
	cmd := exec.CommandContext(ctx, l.tool.tool("compile"), args...)
	cmd.Env = cleanEnv("")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("compile %s: %w", p.Dir(), err)
	}
	if b.behind {
		lowPriority(cmd.Process.Pid)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("compile %s: %w: %s", p.Dir(), err, bytes.TrimSpace(said.Bytes()))
	}
	return os.Rename(made, to)
}

// thereAre says in words which packages programs may import beyond the
// standard library.
func thereAre() string {
	return "nothing is downloaded here; beyond the standard library there are " + strings.Join(modules.Vendored().Allowed(), ", ")
}
