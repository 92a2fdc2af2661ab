package toolchain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"course/tutor/modules"
	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// Report is what there is to run programs with.
type Report struct {
	Go      Go
	Problem string // why programs cannot be built; "" when they can
	// Isolation is the measured level, Mends say how to raise it.
	Isolation sandbox.Isolation
	Mends     []jail.Mend
	Sets      []Set
	// Linker is what programs are linked with: LinkerTuned or LinkerGo; "" where
	// no Go was found.
	Linker string
	// Modules are those that programs may import beyond the standard library.
	Modules  []Vendored
	Programs int64 // bytes of the cache of programs
}

// The values of Report.Linker.
const (
	LinkerGo    = "go"    // as it comes with Go
	LinkerTuned = "tuned" // compiled here for speed; see Engine.Tune
)

// Go is the Go that was found; the zero value is none.
type Go struct {
	Version string // "go1.26.8"
	Path    string // the go command
}

// Set is a prepared standard library.
type Set struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"` // complete
	Bytes int64  `json:"bytes"`
	// Problem is why it cannot be prepared here; "" when it can or is ready.
	Problem string `json:"problem,omitempty"`
	// Current says that it is of the Go and the flags in use; others are left
	// over.
	Current bool `json:"-"`
	dir     string
}

// Vendored is a module that comes with tutor.
type Vendored struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	// Packages are the import paths that programs may use.
	Packages []string `json:"packages"`
	// Ready says that it is compiled for plain programs; else it is when one
	// first imports it.
	Ready bool `json:"ready"`
}

// vendoredModules lists the modules of which programs may import something.
func vendoredModules(l *library) []Vendored {
	list := []Vendored{}
	ready := false
	if l != nil {
		_, err := os.Stat(l.modulesManifest())
		ready = err == nil
	}
	for _, m := range modules.Vendored().Modules {
		v := Vendored{Path: m.Path, Version: m.Version, Ready: ready}
		for _, p := range m.Packages {
			if p.Allowed {
				v.Packages = append(v.Packages, p.Path)
			}
		}
		if len(v.Packages) > 0 {
			list = append(list, v)
		}
	}
	return list
}

// Doctor reports on the toolchain. It waits until Go was looked for and the
// isolation is measured, not until the standard library is compiled.
func (e *Engine) Doctor(ctx context.Context) Report {
	var r Report
	l, err := e.standard(ctx)
	if err != nil {
		r.Problem = err.Error()
	} else {
		r.Go = Go{Version: l.tool.Version, Path: l.tool.Command}
		r.Linker = LinkerTuned
		if l.linker() == l.tool.tool("link") {
			r.Linker = LinkerGo
		}
	}
	r.Isolation, r.Mends = e.Isolation(ctx)
	r.Sets = e.sets(l)
	r.Modules = vendoredModules(l)
	r.Programs = size(e.binaries.dir)
	return r
}

// GoVersion is the version of the Go that was found, "" when none was.
func (e *Engine) GoVersion() string {
	l, err := e.standard(e.ctx)
	if err != nil {
		return ""
	}
	return l.tool.Version
}

// GOROOT is the folder of the Go that was found.
func (e *Engine) GOROOT(ctx context.Context) (string, error) {
	l, err := e.standard(ctx)
	if err != nil {
		return "", err
	}
	return l.tool.Root, nil
}

// Problem is why programs cannot be built, nil when they can.
func (e *Engine) Problem() error {
	_, err := e.standard(e.ctx)
	return err
}

// sets lists what is in the data folder: the library in use, and those of
// other versions of Go or of tutor, which tutor clean removes.
func (e *Engine) sets(current *library) []Set {
	sets := e.currentSets(current)
	folders, _ := filepath.Glob(filepath.Join(e.config.DataDir, "toolchain", "*", "std"))
	for _, f := range folders {
		dir := filepath.Dir(f)
		if slices.ContainsFunc(sets, func(s Set) bool { return s.dir == dir }) {
			continue
		}
		set := Set{Name: filepath.Base(dir) + " (no longer used)", Bytes: size(dir)}
		if has, err := readManifest(dir); err == nil {
			set.Ready = has.Complete
		}
		sets = append(sets, set)
	}
	return sets
}

// currentSets are those of the Go in use, prepared or not.
func (e *Engine) currentSets(standard *library) []Set {
	sets := []Set{}
	if standard == nil {
		return sets
	}
	for _, s := range allSets {
		dir, err := libraryDir(e.config.DataDir, standard.tool, s)
		if err != nil {
			continue // the harness is part of our binary: Run says the same
		}
		set := Set{Name: s.title + " (" + filepath.Base(dir) + ")", Current: true, Bytes: size(dir), dir: dir}
		if has, err := readManifest(dir); err == nil {
			set.Ready = has.Complete
		}
		set.Problem = s.problem(standard.tool, set.Ready)
		sets = append(sets, set)
	}
	return sets
}

// size is the number of bytes in a folder, as far as they can be counted.
func size(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}

// Clean removes what can be made again: prepared libraries and the cache of
// programs. It returns how many bytes that were. No engine may be using them.
func Clean(dataDir string) (int64, error) {
	var total int64
	for _, dir := range []string{filepath.Join(dataDir, "toolchain"), filepath.Join(dataDir, "cache", "programs")} {
		total += size(dir)
		if err := os.RemoveAll(dir); err != nil {
			return total, err
		}
	}
	if err := os.Remove(isolationFile(dataDir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return total, err
	}
	return total, nil
}
