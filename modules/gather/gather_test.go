package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAddFiles holds what of a module goes into its archive, and which modules
// cannot be in the set.
func TestAddFiles(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		holds string // names in the archive
		says  string
	}{
		"plain":    {map[string]string{"a.go": "package a\n", "LICENSE": "free\n", "README.md": "# a\n", "b/b.go": "package b\n", "below/c.go": "package c\n"}, "LICENSE a.go b/b.go", ""},
		"assembly": {map[string]string{"a.go": "package a\n", "a_amd64.s": "TEXT\n"}, "", "a_amd64.s: only modules of plain Go can be in the set"},
		"cgo":      {map[string]string{"a.go": "package a\n\nimport \"C\"\n"}, "", "a.go: it uses cgo"},
		"embed":    {map[string]string{"a.go": "package a\n\n//go:embed x\nvar s string\n"}, "", "a.go: it embeds files"},
		"a marker": {map[string]string{"a.go": "package a\n\n/*\n-- x --\n*/\n"}, "", "a.go: the file cannot stand in a txtar archive"},
		"no end":   {map[string]string{"a.go": "package a"}, "", "a.go: the file cannot stand in a txtar archive"},
	} {
		dir := t.TempDir()
		for file, text := range test.files {
			path := filepath.Join(dir, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var a txtar.Archive
		err := addFiles(&a, dir, map[string]bool{dir: true, filepath.Join(dir, "below"): true})
		var holds []string
		for _, f := range a.Files {
			holds = append(holds, f.Name)
		}
		switch {
		case test.says == "" && (err != nil || strings.Join(holds, " ") != test.holds):
			t.Errorf("%s: %v %v", name, holds, err)
		case test.says != "" && (err == nil || !strings.HasPrefix(err.Error(), test.says)):
			t.Errorf("%s: %v, want %s", name, err, test.says)
		}
	}
}
