package jail

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// workplace stands in for the private root where there is none: a folder of
// the host that holds the files of a Spec. What the Spec says about paths
// inside is translated to where they really are.
type workplace struct {
	root  string
	names []name // longest first
}

// name is a path inside and where it is found on the host.
type name struct{ inside, host string }

func newWorkplace(s *Spec) (*workplace, error) {
	root, err := os.MkdirTemp("", "tutor-jail-")
	if err != nil {
		return nil, fmt.Errorf("make workplace: %w", err)
	}
	w := &workplace{root: root}
	for _, folder := range []string{"/src", "/tmp", "/etc", "/run"} {
		w.names = append(w.names, name{folder, filepath.Join(root, folder)})
	}
	for _, b := range s.Binds {
		w.names = append(w.names, name{b.Inside, b.Host})
	}
	sort.Slice(w.names, func(i, j int) bool { return len(w.names[i].inside) > len(w.names[j].inside) })
	if err := w.fill(s); err != nil {
		w.remove()
		return nil, err
	}
	return w, nil
}

func (w *workplace) fill(s *Spec) error {
	// Others may enter, since the target may be another user than we are.
	for _, folder := range []string{"", "/src", "/tmp"} {
		if err := os.MkdirAll(w.root+folder, 0o755); err != nil {
			return fmt.Errorf("make workplace: %w", err)
		}
	}
	if err := os.Chmod(w.root, 0o755); err != nil {
		return fmt.Errorf("make workplace: %w", err)
	}
	for _, f := range s.Files {
		data := f.Data
		if f.Paths {
			data = []byte(w.translate(string(data)))
		}
		at := filepath.Join(w.root, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return fmt.Errorf("make workplace: %w", err)
		}
		if err := os.WriteFile(at, data, 0o644); err != nil {
			return fmt.Errorf("fill workplace: %w", err)
		}
	}
	return nil
}

func (w *workplace) remove() {
	if w != nil {
		_ = os.RemoveAll(w.root)
	}
}

// apply is the Spec with every path where it really is.
func (w *workplace) apply(s Spec) Spec {
	s.Args, s.Env = w.all(s.Args), w.all(s.Env)
	if s.Dir == "" {
		s.Dir = "/tmp"
	}
	s.Dir = w.translate(s.Dir)
	s.Steps = append([]Step(nil), s.Steps...)
	for i := range s.Steps {
		s.Steps[i].Exe, s.Steps[i].Args = w.translate(s.Steps[i].Exe), w.all(s.Steps[i].Args)
	}
	s.Collect = append([]Collect(nil), s.Collect...)
	for i := range s.Collect {
		s.Collect[i].Path = w.translate(s.Collect[i].Path)
	}
	return s
}

func (w *workplace) all(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = w.translate(s)
	}
	return out
}

// translate replaces each path inside that stands in s as a whole or as the
// value of a flag or a line.
func (w *workplace) translate(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		if n, ok := w.at(s, i); ok {
			out.WriteString(n.host)
			i += len(n.inside)
			continue
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}

// at finds the name of a path that begins at s[i] and ends at a boundary.
func (w *workplace) at(s string, i int) (name, bool) {
	if s[i] != '/' || i > 0 && !strings.ContainsRune("=:,;> \t\n", rune(s[i-1])) {
		return name{}, false
	}
	for _, n := range w.names {
		rest, ok := strings.CutPrefix(s[i:], n.inside)
		if ok && (rest == "" || strings.ContainsRune("/=:,;> \t\n", rune(rest[0]))) {
			return n, true
		}
	}
	return name{}, false
}

// inside says whether a path lies below one of the folders that Spec.Files
// may use.
func inside(p string) bool {
	for _, folder := range []string{"/src/", "/tmp/", "/etc/", "/run/"} {
		if strings.HasPrefix(path.Clean(p), folder) {
			return true
		}
	}
	return false
}
