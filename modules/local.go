package modules

import (
	"fmt"
	"path"
	"strings"
)

// localDir is where the modules lie beside a go.mod.
const localDir = "third-party"

// Local is what lets the go command build, without a network, a module whose
// files import packages of the set: lines for its go.mod, and the modules as
// files below it. It is nothing when none of the files does.
func (s *Set) Local(texts []string) (gomod string, files []File) {
	if !s.imported(texts) {
		return "", nil
	}
	var lines strings.Builder
	for _, m := range s.Modules {
		dir := LocalDir(m)
		fmt.Fprintf(&lines, "\nrequire %s %s\n\nreplace %s => ./%s\n", m.Path, m.Version, m.Path, dir)
		files = append(files, File{path.Join(dir, "go.mod"), fmt.Sprintf("module %s\n\ngo %s\n", m.Path, m.Go)})
		for _, f := range m.Licences {
			files = append(files, File{path.Join(dir, f.Name), f.Text})
		}
		for _, p := range m.Packages {
			for _, f := range p.Files {
				files = append(files, File{path.Join(localDir, p.Path, f.Name), f.Text})
			}
		}
	}
	return lines.String(), files
}

// LocalDir is where Local puts a module.
func LocalDir(m *Module) string { return path.Join(localDir, m.Path) }

// imported says whether any text has the path of a package that may be
// imported, in quotes. One that has it for another reason does no harm.
func (s *Set) imported(texts []string) bool {
	for _, text := range texts {
		for path, p := range s.byPath {
			if p.Allowed && strings.Contains(text, `"`+path+`"`) {
				return true
			}
		}
	}
	return false
}
