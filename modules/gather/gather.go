package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/modules"
)

// gather asks the go command for the modules of a list and returns their
// archives by name.
func gather(list string) (map[string][]byte, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	wants, err := modules.ReadWants(string(text))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "gather-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := vendor(dir, wants); err != nil {
		return nil, err
	}
	return pack(dir)
}

// vendor makes a module in dir that imports the packages wanted, and has the
// go command copy them and what they need below dir/vendor.
func vendor(dir string, wants []modules.Want) error {
	source := "package set\n\nimport (\n"
	args := []string{"mod", "edit"}
	for _, w := range wants {
		args = append(args, "-require="+w.Module+"@"+w.Version)
		for _, p := range w.Packages {
			source += fmt.Sprintf("\t_ %q\n", p)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module set\n\ngo 1.26.0\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "set.go"), []byte(source+")\n"), 0o644); err != nil {
		return err
	}
	for _, args := range [][]string{args, {"mod", "tidy"}, {"mod", "vendor"}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

var (
	moduleLine = regexp.MustCompile(`(?m)^# (\S+) (v\S+)$\n## .*\bgo (1\.[0-9]+)`)
	licence    = regexp.MustCompile(`^(AUTHORS|CONTRIBUTORS|COPYING|COPYLEFT|COPYRIGHT|LEGAL|LICEN[CS]E|NOTICE|PATENTS)`)
)

// pack makes an archive of each module below dir/vendor.
func pack(dir string) (map[string][]byte, error) {
	list, err := os.ReadFile(filepath.Join(dir, "vendor", "modules.txt"))
	if err != nil {
		return nil, err
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		return nil, err
	}
	found := moduleLine.FindAllStringSubmatch(string(list), -1)
	roots := map[string]bool{}
	for _, m := range found {
		roots[filepath.Join(dir, "vendor", filepath.FromSlash(m[1]))] = true
	}
	archives := map[string][]byte{}
	for _, m := range found {
		path, version, language := m[1], m[2], m[3]
		_, rest, ok := strings.Cut(string(sums), path+" "+version+" ")
		if !ok {
			return nil, fmt.Errorf("go.sum has no line for %s %s", path, version)
		}
		sum, _, _ := strings.Cut(rest, "\n")
		a := &txtar.Archive{Comment: fmt.Appendf(nil, "module %s %s %s\ngo %s\n", path, version, sum, language)}
		if err := addFiles(a, filepath.Join(dir, "vendor", filepath.FromSlash(path)), roots); err != nil {
			return nil, fmt.Errorf("%s %s: %w", path, version, err)
		}
		archives[strings.NewReplacer("/", "_").Replace(path)+".txtar"] = txtar.Format(a)
	}
	if n := bytes.Count(list, []byte("\n# ")) + 1; n != len(archives) {
		return nil, fmt.Errorf("modules.txt names %d modules, of which %d were understood", n, len(archives))
	}
	return archives, nil
}

// addFiles adds the Go files and the licences of a module, not those of one
// that lies below it; roots are the folders of all.
func addFiles(a *txtar.Archive, root string, roots map[string]bool) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if file != root && roots[file] {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case filepath.Ext(name) == ".go":
			if why := unfit(text); why != "" {
				return fmt.Errorf("%s: %s", name, why)
			}
		case filepath.Ext(name) == ".s", filepath.Ext(name) == ".S", filepath.Ext(name) == ".syso", filepath.Ext(name) == ".c":
			return fmt.Errorf("%s: only modules of plain Go can be in the set", name)
		case !licence.MatchString(filepath.Base(name)):
			return nil
		}
		if err := roundTrip(name, text); err != nil {
			return err
		}
		a.Files = append(a.Files, txtar.File{Name: name, Data: text})
		return nil
	})
}

// unfit says what keeps a file from being compiled as one of the set is.
func unfit(text []byte) string {
	switch {
	case regexp.MustCompile(`(?m)^(import)?\s*"C"$`).Match(text):
		return "it uses cgo: only modules of plain Go can be in the set"
	case regexp.MustCompile(`(?m)^//go:embed `).Match(text):
		return "it embeds files, which modules of the set cannot"
	}
	return ""
}

// roundTrip sees that a file comes out of an archive as it went in.
func roundTrip(name string, text []byte) error {
	a := txtar.Parse(txtar.Format(&txtar.Archive{Files: []txtar.File{{Name: name, Data: text}}}))
	if len(a.Files) != 1 || !bytes.Equal(a.Files[0].Data, text) {
		return errors.New(name + ": the file cannot stand in a txtar archive as it is")
	}
	return nil
}
