package toolchain

import (
	"encoding/json"
	"go/build"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// embedded is what a package embeds: the files by each pattern of its
// //go:embed lines. All of them are the job's own.
type embedded map[string][]string

// findEmbedded resolves the patterns of a package as the go command would. A
// pattern that finds nothing is a problem at its place.
func (in *inspected) findEmbedded(p *build.Package) {
	in.embeds = embedded{}
	var problems []sandbox.Diagnostic
	for _, patterns := range []map[string][]token.Position{p.EmbedPatternPos, p.TestEmbedPatternPos, p.XTestEmbedPatternPos} {
		for pattern, at := range patterns {
			files, why := in.match(pattern)
			in.embeds[pattern] = files
			if why != "" {
				problems = append(problems, sandbox.Diagnostic{File: path.Base(at[0].Filename), Line: at[0].Line, Col: at[0].Column,
					Message: "pattern " + pattern + ": " + why})
			}
		}
	}
	slices.SortFunc(problems, func(a, b sandbox.Diagnostic) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	in.problems = append(in.problems, problems...)
}

// match finds the files that a pattern names, itself or by a folder they are
// in, among those of the package and its testdata.
func (in *inspected) match(pattern string) (files []string, why string) {
	// None of our names begins with a dot or an underscore, so that all: finds
	// the same.
	glob := strings.TrimPrefix(pattern, "all:")
	if _, err := path.Match(glob, ""); err != nil || glob == "." || !fs.ValidPath(glob) {
		return nil, "invalid pattern syntax"
	}
	for _, f := range slices.Concat(in.Files, in.Data) {
		for name := f.Name; name != "."; name = path.Dir(name) {
			if ok, _ := path.Match(glob, name); ok { // the pattern is well formed
				files = append(files, f.Name)
				break
			}
		}
	}
	if len(files) == 0 {
		return nil, "no matching files found"
	}
	slices.Sort(files)
	return files, ""
}

// config is what the compiler is told: where the files are that the patterns
// mean. dir is the folder of the package.
func (e embedded) config(dir string) []byte {
	text := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{e, map[string]string{}}
	for _, names := range e {
		for _, name := range names {
			text.Files[name] = dir + "/" + name
		}
	}
	data, err := json.Marshal(text)
	if err != nil {
		panic(err) // there is nothing in it that has no JSON
	}
	return data
}

// names are all files that are embedded.
func (e embedded) names() []string {
	all := map[string]bool{}
	for _, names := range e {
		for _, name := range names {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
