package sandbox_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
)

// hostile is one program of testdata/hostile: what it tries is in its first
// line, what must come of it in the lines "key: value" that follow.
type hostile struct {
	name    string
	keys    map[string]string
	files   []sandbox.File
	archive bool // a txtar archive: about being built, and never run on its own
}

// knownKeys are what a header may say.
var knownKeys = map[string]string{
	"status":          "how it must end; several with commas where the kernel decides",
	"without cgroups": "the same where no cgroup can be made",
	"says":            "what its output or a diagnostic must hold; | separates the two cases",
	"dump":            "what the runtime must have said at its end",
	"limits":          "wall=, cpu=",
	"times":           "how many of it run at once",
	"trace":           "on: with an execution trace",
	"only":            "the one architecture it is for",
	"control":         "plain: unconfined it does harm; root: if root runs it; none, with the reason",
}

func loadHostile(t *testing.T) []hostile {
	t.Helper()
	paths, err := filepath.Glob("testdata/hostile/*")
	if err != nil {
		t.Fatal(err)
	}
	say, err := os.ReadFile("testdata/hostile/say.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []hostile
	for _, path := range paths {
		base := filepath.Base(path)
		if base == "say.go" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h := hostile{name: strings.TrimSuffix(base, filepath.Ext(base)), archive: filepath.Ext(base) == ".txtar"}
		if h.archive {
			a := txtar.Parse(data)
			h.keys = header(t, path, string(a.Comment), "")
			for _, f := range a.Files {
				h.files = append(h.files, sandbox.File{Name: f.Name, Content: string(f.Data)})
			}
		} else {
			h.keys = header(t, path, string(data), "// ")
			h.files = []sandbox.File{{Name: base, Content: string(data)}, {Name: "say.go", Content: string(say)}}
		}
		list = append(list, h)
	}
	return append(list, grown()...)
}

// header reads the keys, and refuses one that nothing would look at.
func header(t *testing.T, path, text, prefix string) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		line, ok := strings.CutPrefix(line, prefix)
		if !ok || line == "" {
			break
		}
		key, value, ok := strings.Cut(line, ": ")
		if i == 0 {
			continue
		}
		if !ok || knownKeys[key] == "" {
			t.Fatalf("%s:%d: unknown key %q", path, i+1, key)
		}
		keys[key] = value
	}
	if keys["status"] == "" {
		t.Fatalf("%s: no status", path)
	}
	return keys
}

// grown are programs too long to keep.
func grown() []hostile {
	nested := strings.Repeat("func() {", 3000) + strings.Repeat("}()", 3000)
	parens := "package main\n\nfunc main() { println(" + strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000) + ") }\n"
	var many []sandbox.File
	for i := range 200 {
		many = append(many, sandbox.File{Name: "f" + strconv.Itoa(i) + ".go", Content: "package main\n"})
	}
	one := func(text string) []sandbox.File { return []sandbox.File{{Name: "main.go", Content: text}} }
	status := func(s string) map[string]string { return map[string]string{"status": s} }
	return []hostile{
		{name: "nested_functions", archive: true,
			// Where RLIMIT_DATA stands in for a cgroup the compiler may crash instead of saying that memory is out.
			keys:  map[string]string{"status": "compile_limit", "without cgroups": "compile_limit, compile_error"},
			files: one("package main\n\nfunc main() {\n" + nested + "\n}\n")},
		{name: "parentheses", archive: true, keys: status("refused"), files: one(parens)},
		{name: "many_sources", archive: true, keys: status("refused"), files: many},
		{name: "long_name", archive: true, keys: status("refused"),
			files: []sandbox.File{{Name: strings.Repeat("x", 300) + ".go", Content: "package main\n"}}},
	}
}
