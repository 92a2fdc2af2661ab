package modules

import (
	"fmt"
	"path"
	"strings"
)

// Want is a line of packages.txt: packages of a module that programs may
// import.
type Want struct {
	Module, Version string
	Packages        []string // their import paths
}

// ReadWants reads packages.txt.
func ReadWants(text string) ([]Want, error) {
	var list []Want
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		module, version, ok := strings.Cut(words[0], "@")
		if !ok || !strings.HasPrefix(version, "v") || len(words) < 2 {
			return nil, fmt.Errorf("packages.txt:%d: write MODULE@VERSION and then its packages, as golang.org/x/sync@v0.24.0 errgroup", n)
		}
		w := Want{Module: module, Version: version}
		for _, p := range words[1:] {
			w.Packages = append(w.Packages, path.Join(module, p))
		}
		list = append(list, w)
	}
	return list, nil
}
