// Command gather brings the modules that modules/packages.txt names, and what
// they need, from the module proxy into the archives beside it. It is run from
// the root of the repository, by who changes the set; nothing else needs the
// network.
//
//	go run ./modules/gather          write the archives
//	go run ./modules/gather -check   say whether they are what it would write
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail when an archive is not what would be written")
	flag.Parse()
	if err := run("modules", *check); err != nil {
		fmt.Fprintln(os.Stderr, "gather:", err)
		os.Exit(1)
	}
}

func run(dir string, check bool) error {
	archives, err := gather(filepath.Join(dir, "packages.txt"))
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return err
	}
	var stale []string
	for _, file := range old {
		if _, ok := archives[filepath.Base(file)]; !ok {
			stale = append(stale, file)
		}
	}
	for name, data := range archives {
		file := filepath.Join(dir, name)
		if text, err := os.ReadFile(file); err != nil || !bytes.Equal(text, data) {
			stale = append(stale, file)
		}
	}
	slices.Sort(stale)
	if check && len(stale) > 0 {
		return fmt.Errorf("not what go run ./modules/gather would write: %v", stale)
	}
	return write(stale, archives)
}

// write brings stale files up to date; those that are no longer wanted go.
func write(stale []string, archives map[string][]byte) error {
	for _, file := range stale {
		data, ok := archives[filepath.Base(file)]
		if !ok {
			if err := os.Remove(file); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", file)
	}
	return nil
}
