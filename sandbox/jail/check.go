package jail

import (
	"errors"
	"fmt"
	"os"
	"path"
)

// check refuses a Spec that could not be carried out, or not safely.
func (s *Spec) check() error {
	switch {
	case len(s.Steps) > 0 && s.Profile != Build:
		return errors.New("check spec: only a Build has steps")
	case len(s.Steps) == 0 && s.Path == "":
		return errors.New("check spec: no path and no steps")
	case len(s.Steps) == 0 && len(s.Collect) > 0:
		return errors.New("check spec: files are collected after steps, of which there are none")
	case len(s.Steps) == 0 && len(s.Args) == 0:
		return errors.New("check spec: no arguments: argv[0] is missing")
	case len(s.Steps) > 0 && len(s.Extra) > 0:
		return errors.New("check spec: steps get no extra descriptors")
	}
	return errors.Join(s.checkPaths(), s.checkStreams())
}

func (s *Spec) checkPaths() error {
	var paths []string
	for _, b := range s.Binds {
		if !path.IsAbs(b.Host) {
			return fmt.Errorf("check spec: bind %s: not an absolute path", b.Host)
		}
		paths = append(paths, b.Inside)
	}
	for _, f := range s.Files {
		if !inside(f.Path) {
			return fmt.Errorf("check spec: file %s: not below /src, /tmp, /etc or /run", f.Path)
		}
		paths = append(paths, f.Path)
	}
	for _, p := range paths {
		if !path.IsAbs(p) || path.Clean(p) != p || p == "/" {
			return fmt.Errorf("check spec: %q is not a clean absolute path", p)
		}
	}
	return nil
}

// checkStreams refuses regular files: through /proc/self/fd the target would
// see where they lie, and it could seek in them and truncate them.
func (s *Spec) checkStreams() error {
	for i, f := range append(s.streams(), s.Extra...) {
		if f == nil {
			continue
		}
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("check descriptor %d: %w", i, err)
		}
		if info.Mode().IsRegular() {
			return fmt.Errorf("check descriptor %d: %s is a regular file; use a pipe", i, f.Name())
		}
	}
	return nil
}

func (s *Spec) streams() []*os.File { return []*os.File{s.Stdin, s.Stdout, s.Stderr} }
