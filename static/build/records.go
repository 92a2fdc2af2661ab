package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// licences gathers the licence of every package that is bundled, and of the
// fonts, into one file that travels with the bundles.
func licences(dir string) (map[string][]byte, error) {
	lock, err := readLock(dir)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, "Licences of what is in these bundles beside tutor itself.")
	for _, path := range lock {
		text, err := os.ReadFile(filepath.Join(dir, path, "LICENSE"))
		if err != nil {
			return nil, fmt.Errorf("read licence: %w", err)
		}
		fmt.Fprintf(&b, "\n--- %s ---\n\n%s", strings.TrimPrefix(path, "node_modules/"), text)
	}
	text, err := os.ReadFile(filepath.Join(dir, "fonts", "LICENSE.txt"))
	if err != nil {
		return nil, fmt.Errorf("read licence: %w", err)
	}
	fmt.Fprintf(&b, "\n--- the fonts ---\n\n%s", text)
	return map[string][]byte{"licences.txt": b.Bytes()}, nil
}

// readLock lists the folders of the packages that are not for development
// only, from package-lock.json.
func readLock(dir string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return nil, fmt.Errorf("read lock file: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Dev bool `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, fmt.Errorf("read lock file: %w", err)
	}
	var paths []string
	for path, p := range lock.Packages {
		if path != "" && !p.Dev {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// sources records the hash of every source, so that a test without Node can
// tell that a source was changed and the bundles were not built again.
func sources(dir string) (map[string][]byte, error) {
	var b bytes.Buffer
	for _, root := range []string{"css", "fonts", "img", "package-lock.json", "src"} {
		err := filepath.WalkDir(filepath.Join(dir, root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), filepath.ToSlash(rel))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("hash sources: %w", err)
		}
	}
	return map[string][]byte{"sources.txt": b.Bytes()}, nil
}
