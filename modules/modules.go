// Package modules owns the third-party modules that programs of the course may
// import: their sources, with their licences, as they are embedded in our
// binary. It refuses building them: the toolchain does that. docs/modules.md
// says how one is added.
package modules

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"
)

// Module is a module of the set, one archive.
type Module struct {
	Path     string
	Version  string     // "v0.24.0"
	Go       string     // of its go.mod: the language it is compiled as, "1.26"
	Sum      string     // as in go.sum
	Packages []*Package // by path
	Licences []File     // LICENSE, PATENTS, NOTICE, ...
}

// Package is a package of a module.
type Package struct {
	Path    string // by which it is imported
	Module  *Module
	Allowed bool   // programs may import it; others are there because it needs them
	Files   []File // for all systems, no tests
}

// File is a file of a module.
type File struct{ Name, Text string }

// Dir is where a package lies, as the go command names it with -trimpath:
// golang.org/x/sync@v0.24.0/errgroup.
func (p *Package) Dir() string {
	return p.Module.Path + "@" + p.Module.Version + strings.TrimPrefix(p.Path, p.Module.Path)
}

// Set is all modules that there are.
type Set struct {
	Modules []*Module // by path
	// Hash is of every byte of them.
	Hash   string
	byPath map[string]*Package
}

//go:embed packages.txt *.txtar
var archives embed.FS

// Vendored is the set that comes with our binary.
var Vendored = sync.OnceValue(func() *Set {
	s, err := Read(archives)
	if err != nil {
		panic(err) // a slip in what gather wrote, which no test survives
	}
	return s
})

// Read reads packages.txt and the archives beside it.
func Read(fsys fs.FS) (*Set, error) {
	text, err := fs.ReadFile(fsys, "packages.txt")
	if err != nil {
		return nil, err
	}
	wants, err := ReadWants(string(text))
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(fsys, "*.txtar")
	if err != nil {
		return nil, err
	}
	s := &Set{byPath: map[string]*Package{}}
	all := sha256.New()
	all.Write(text)
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		m, err := readModule(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(all, "%d ", len(data))
		all.Write(data)
		s.add(m)
	}
	s.Hash = hex.EncodeToString(all.Sum(nil)[:6])
	return s, s.allow(wants)
}

// readModule reads an archive: its comment says MODULE VERSION SUM and the
// language, its files are named from the root of the module.
func readModule(data []byte) (*Module, error) {
	a := txtar.Parse(data)
	m := &Module{}
	if n, err := fmt.Sscanf(string(a.Comment), "module %s %s %s\ngo %s\n", &m.Path, &m.Version, &m.Sum, &m.Go); n != 4 {
		return nil, fmt.Errorf("the comment should be \"module PATH VERSION SUM\" and \"go VERSION\": %w", err)
	}
	byDir := map[string]*Package{}
	for _, f := range a.Files {
		dir, name := path.Split(f.Name)
		file := File{name, string(f.Data)}
		if path.Ext(name) != ".go" {
			file.Name = f.Name
			m.Licences = append(m.Licences, file)
			continue
		}
		p := byDir[dir]
		if p == nil {
			p = &Package{Path: path.Join(m.Path, dir), Module: m}
			byDir[dir] = p
			m.Packages = append(m.Packages, p)
		}
		p.Files = append(p.Files, file)
	}
	if len(m.Licences) == 0 {
		return nil, errors.New("there is no licence")
	}
	return m, nil
}

func (s *Set) add(m *Module) {
	s.Modules = append(s.Modules, m)
	for _, p := range m.Packages {
		s.byPath[p.Path] = p
	}
}

// allow marks the packages that programs may import.
func (s *Set) allow(wants []Want) error {
	for _, w := range wants {
		for _, path := range w.Packages {
			p := s.byPath[path]
			if p == nil || p.Module.Version != w.Version {
				return fmt.Errorf("packages.txt asks for %s %s, which was not gathered: go run ./modules/gather", path, w.Version)
			}
			p.Allowed = true
		}
	}
	return nil
}

// Package is the package with a path, nil when the set has none.
func (s *Set) Package(path string) *Package { return s.byPath[path] }

// Allowed are the paths of the packages that programs may import.
func (s *Set) Allowed() []string {
	var list []string
	for path, p := range s.byPath {
		if p.Allowed {
			list = append(list, path)
		}
	}
	slices.Sort(list)
	return list
}
