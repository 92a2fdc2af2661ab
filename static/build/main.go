// Command build makes the bundles in static/dist from static/src, static/css,
// static/fonts and the packages that `npm ci` puts into static/node_modules.
//
//	go run ./static/build          write the bundles
//	go run ./static/build -check   fail when a committed bundle is stale
//
// It exits 0 when all is well, 1 when a bundle is stale or does not build.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail when a bundle is stale")
	dir := flag.String("dir", "static", "the folder of the assets")
	flag.Parse()
	if err := run(os.Stdout, *dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "static/build:", err)
		os.Exit(1)
	}
}

// run bundles dir and compares with or replaces what is in dir/dist.
func run(out io.Writer, dir string, check bool) error {
	files, err := bundle(dir)
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if check {
		return compare(dist, files)
	}
	if err := os.RemoveAll(dist); err != nil {
		return fmt.Errorf("clear dist: %w", err)
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return fmt.Errorf("make dist: %w", err)
	}
	for _, name := range names(files) {
		if err := os.WriteFile(filepath.Join(dist, name), files[name], 0o644); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		fmt.Fprintf(out, "%-24s %8d bytes, %7d gzipped\n", name, len(files[name]), gzipped(files[name]))
	}
	return nil
}

// compare says which committed bundle differs from what the sources give.
func compare(dist string, files map[string][]byte) error {
	for _, name := range names(files) {
		have, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			return fmt.Errorf("read bundle: %w; run `go run ./static/build`", err)
		}
		if !bytes.Equal(have, files[name]) {
			return fmt.Errorf("dist/%s is stale: run `go run ./static/build` and commit it", name)
		}
	}
	entries, err := os.ReadDir(dist)
	if err != nil {
		return fmt.Errorf("list dist: %w", err)
	}
	for _, entry := range entries {
		if _, known := files[entry.Name()]; !known {
			return fmt.Errorf("dist/%s comes from no source: remove it", entry.Name())
		}
	}
	return nil
}

func names(files map[string][]byte) []string {
	all := make([]string, 0, len(files))
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
