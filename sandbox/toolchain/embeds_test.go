package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// embedData are the files beside the programs of these tests.
var embedData = []sandbox.File{
	{Name: "testdata/hello.txt", Content: "hello\n"},
	{Name: "testdata/in/one.json", Content: "1"},
	{Name: "testdata/in/two.json", Content: "2"},
}

func embedding(text string) sandbox.Job {
	job := program(text)
	job.Files = append(job.Files, embedData...)
	return job
}

// TestEmbed embeds files of testdata in each way that there is, and reads one
// when the program runs.
func TestEmbed(t *testing.T) {
	r := runJob(t, embedding(`package main

import (
	"embed"
	"fmt"
	"os"
)

//go:embed testdata/hello.txt
var text string

//go:embed "testdata/in/two.json"
var two []byte

//go:embed testdata/in/*.json testdata/hello.txt
var some embed.FS

//go:embed all:testdata
var all embed.FS

func main() {
	fmt.Print(text, string(two), "\n")
	in, err := some.ReadDir("testdata/in")
	fmt.Println(len(in), err)
	data, err := all.ReadFile("testdata/in/one.json")
	fmt.Println(string(data), err)
	beside, err := os.ReadFile("testdata/in/one.json")
	fmt.Println(string(beside), err)
}
`))
	if want := "hello\n2\n2 <nil>\n1 <nil>\n1 <nil>\n"; r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != want {
		t.Errorf("%s %q %+v", r.Status, printed(r, sandbox.Stdout), r.Diagnostics)
	}
}

// TestEmbedTwice sees that a program with other data is another program.
func TestEmbedTwice(t *testing.T) {
	job := embedding("package main\n\nimport _ \"embed\"\n\n//go:embed testdata/hello.txt\nvar s string\n\nfunc main() { print(s) }\n")
	for _, want := range []string{"hello\n", "goodbye\n"} {
		job.Files[1].Content = want
		if r := runJob(t, job); printed(r, sandbox.Stderr) != want {
			t.Errorf("%s %q, want %q", r.Status, printed(r, sandbox.Stderr), want)
		}
	}
}

// TestEmbedInTests embeds in a package, in the tests in it and in those beside
// it.
func TestEmbedInTests(t *testing.T) {
	embed := func(pack, test string) string {
		return "package " + pack + "\n\nimport (\n\t_ \"embed\"\n\t\"testing\"\n)\n\n//go:embed testdata/hello.txt\nvar s string\n\nfunc " + test +
			"(t *testing.T) {\n\tif s != \"hello\\n\" {\n\t\tt.Error(s)\n\t}\n}\n"
	}
	job := program("")
	job.Kind = sandbox.KindCover
	job.Files = append([]sandbox.File{
		{Name: "w.go", Content: "package w\n\nimport _ \"embed\"\n\n//go:embed testdata/in/one.json\nvar One string\n\nfunc F() string { return One }\n"},
		{Name: "in_test.go", Content: strings.Replace(embed("w", "TestIn"), "if s", "if F() != \"1\" || s", 1)},
		{Name: "beside_test.go", Content: embed("w_test", "TestBeside")},
	}, embedData...)
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || len(r.Tests) != 2 || r.Cover == nil {
		t.Errorf("%s %+v %+v", r.Status, r.Tests, r.Diagnostics)
	}
}

// TestEmbedMistakes compares what is said of patterns that find nothing with
// what go build says.
func TestEmbedMistakes(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"testdata/none.txt", "../testdata/hello.txt", "/etc/passwd", "testdata/[", "testdata/in/../hello.txt", "*.txt", "."} {
		job := embedding("package main\n\nimport _ \"embed\"\n\n//go:embed " + pattern + "\nvar s string\n\nfunc main() {}\n")
		r := runJob(t, job)
		dir := t.TempDir()
		for _, f := range append(job.Files, sandbox.File{Name: "go.mod", Content: "module m\n\ngo 1.26\n"}) {
			name := filepath.Join(dir, f.Name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(f.Content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(l.tool.Command, "build", "-o", os.DevNull, ".")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		said, err := cmd.CombinedOutput()
		if err == nil || r.Status != sandbox.StatusCompileError || len(r.Diagnostics) == 0 {
			t.Errorf("%s: %s %+v, go build %v %s", pattern, r.Status, r.Diagnostics, err, said)
			continue
		}
		d := r.Diagnostics[0]
		if ours := at(d) + ":" + itoa(d.Col) + ": " + d.Message; !slices.Contains(strings.Split(string(said), "\n"), ours) {
			t.Errorf("%s: %s, go build: %s", pattern, ours, said)
		}
	}
}

// TestEmbedWithoutData sees that what has no files is refused as before, and
// what has them elsewhere.
func TestEmbedWithoutData(t *testing.T) {
	const text = "package main\n\nimport _ \"embed\"\n\n//go:embed main.go\nvar s string\n\nfunc main() {}\n"
	if r := runJob(t, program(text)); r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:embed" {
		t.Errorf("%s %+v", r.Status, r.Diagnostics)
	}
	for _, name := range []string{"hello.txt", "data/hello.txt", "testdata/../main.txt", "testdata/.hidden", "testdata/a/b/c/d/e/f"} {
		job := program(text)
		job.Files = append(job.Files, sandbox.File{Name: name, Content: "x"})
		if r := runJob(t, job); r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:name" {
			t.Errorf("%s: %s %+v", name, r.Status, r.Diagnostics)
		}
	}
}

// TestTestdataIsNotFormatted sees that files of testdata stay as they are, and
// are no reason not to check a program.
func TestTestdataIsNotFormatted(t *testing.T) {
	e := needsEngine(t)
	files := []sandbox.File{
		{Name: "main.go", Content: "package main\n\nimport _ \"embed\"\n\n//go:embed testdata/a.go\nvar  s string\n\nfunc main() { _ = s }\n"},
		{Name: "main_test.go", Content: "package main\n\nvar  t int\n"},
		{Name: "testdata/a.go", Content: "no  Go"},
	}
	formatted, problems, err := e.Format(t.Context(), files)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%+v %v", problems, err)
	}
	if !strings.Contains(formatted[0].Content, "\nvar s string") || !strings.Contains(formatted[1].Content, "\nvar t int") || formatted[2] != files[2] {
		t.Errorf("%+v", formatted)
	}
	told, err := e.Diagnose(t.Context(), "test", slices.Delete(files, 1, 2))
	if err != nil || len(told) > 0 {
		t.Errorf("%+v %v", told, err)
	}
}
