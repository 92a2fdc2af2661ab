package sandbox

import (
	"strings"
	"testing"
)

// TestPathProblem is one sentence for each way in which a path is none of a
// program, and the paths next to them that are.
func TestPathProblem(t *testing.T) {
	deep := strings.Repeat("a/", maxFolders)
	for name, want := range map[string]string{
		"main.go": "", "greet/greet.go": "", "internal/x/x.go": "", deep + "x.go": "", "testdata/a.b/c.txt": "", "console.go": "",
		"":                            "is empty",
		"/etc/passwd":                 "is absolute",
		"C:/x.go":                     "is absolute",
		`a\x.go`:                      "has a backslash",
		"../x.go":                     "has the folder ..",
		"a/../x.go":                   "has the folder ..",
		"./x.go":                      "has the folder .",
		"a//x.go":                     "has an empty name",
		"a/":                          "has an empty name",
		"a\x00.go":                    "holds a zero byte",
		"a\xff.go":                    "is not UTF-8",
		deep + "a/x.go":               "lies 9 folders deep; at most 8",
		strings.Repeat("a", 201):      "has 201 bytes; at most 200",
		strings.Repeat("a", 65) + "/": "has a name of 65 bytes; at most 64",
		"aux/x.go":                    "a device, aux",
		"a/NUL.go":                    "a device, NUL.go",
	} {
		if got := PathProblem(name); want == "" && got != "" || !strings.HasPrefix(got, want) && !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestClash names what cannot lie beside each other on every system.
func TestClash(t *testing.T) {
	for names, want := range map[string]string{
		"a.go b.go a/x.go a/y.go A.go/x.go": "A.go",
		"greet/a.go Greet/b.go":             "Greet",
		"a/b/c.go a/B/d.go":                 "a/B",
		"a.go A.go":                         "A.go",
		"a.go a.go":                         "a.go",
		"a a/x.go":                          "a",
		"a/x.go b/x.go a/b/x.go":            "",
	} {
		var files []File
		for _, name := range strings.Fields(names) {
			files = append(files, File{Name: name})
		}
		if got := Clash(files); got != want {
			t.Errorf("%s: %q, want %q", names, got, want)
		}
	}
}
