package toolchain

import (
	"embed"
	"io/fs"
	"path"
	"slices"
)

// harnessFS holds our own code that is compiled into learners' programs. The
// underscore keeps it out of this module's build: it imports packages that
// only the standard library may.
//
//go:embed all:_harness
var harnessFS embed.FS

// added holds the files that are added to packages of the standard library
// when it is compiled, each as tutor_NAME.
var added = map[string]string{"runtime": "_harness/runtime", "runtime/pprof": "_harness/pprof"}

// The import paths of the harness.
const (
	crashPath  = "tutor/crash"
	wirePath   = "tutor/wire"
	tracerPath = "tutor/tracer"
	runPath    = "tutor/run"
	tracePath  = "tutor/trace"

	profilePath = "tutor/profile"
)

// harnessPackage is one package of ours.
type harnessPackage struct {
	path  string
	files map[string][]byte
}

// harnessPackages are listed so that each comes after those it imports.
func harnessPackages(goos, goarch string) ([]harnessPackage, error) {
	var list []harnessPackage
	for _, p := range []string{crashPath, wirePath, tracerPath, runPath, tracePath, profilePath} {
		dir := path.Join("_harness", path.Base(p))
		entries, err := fs.ReadDir(harnessFS, dir)
		if err != nil {
			return nil, err
		}
		pkg := harnessPackage{path: p, files: map[string][]byte{}}
		for _, entry := range entries {
			text, err := fs.ReadFile(harnessFS, path.Join(dir, entry.Name()))
			if err != nil {
				return nil, err
			}
			if included(entry.Name(), text, goos, goarch) {
				pkg.files[entry.Name()] = text
			}
		}
		list = append(list, pkg)
	}
	return list, nil
}

// harnessHash is over every byte of the harness, in a fixed order.
func harnessText() ([]byte, error) {
	var names []string
	err := fs.WalkDir(harnessFS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []byte
	for _, name := range names {
		text, err := fs.ReadFile(harnessFS, name)
		if err != nil {
			return nil, err
		}
		all = append(all, name...)
		all = append(all, text...)
	}
	return all, nil
}
