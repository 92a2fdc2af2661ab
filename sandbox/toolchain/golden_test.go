package toolchain

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
)

// wrongPrograms are those of testdata/wrong.txtar, by name.
func wrongPrograms(t *testing.T) map[string][]sandbox.File {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/wrong.txtar")
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string][]sandbox.File{}
	for _, f := range archive.Files {
		name, file := path.Split(f.Name)
		programs[name] = append(programs[name], sandbox.File{Name: file, Content: string(f.Data)})
	}
	// These cannot stand in a text file.
	programs["not UTF-8/"] = []sandbox.File{{Name: "main.go", Content: "package main\n\nfunc main() {\n\t_ = \"\xff\"\n}\n"}}
	programs["not UTF-8 in the head/"] = []sandbox.File{{Name: "main.go", Content: "// \xff\npackage main\n\nfunc main() {}\n"}}
	return programs
}

// stated are where we mean to say more, or less, than the go command: what it
// says of paths on this machine and of modules, and where func main belongs.
var stated = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(` \(/\S+/src/\S+\)$`), ""},
	{regexp.MustCompile(`: go.mod file not found .*$`), ": " + thereAre()},
	{regexp.MustCompile(`^:0:0: runtime.main_main·f: `), "main.go:1:1: "},
	{regexp.MustCompile(`^:0:0: (found packages .*) in /.*$`), "b.go:1:1: $1: the files of one folder must be of one package"},
}

// TestSaysWhatGoBuildSays compares what we say of wrong programs with what the
// go command says: file, line, column and message.
func TestSaysWhatGoBuildSays(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range wrongPrograms(t) {
		t.Run(strings.TrimSuffix(name, "/"), func(t *testing.T) {
			t.Parallel()
			want := goBuild(t, l.tool, files)
			r := runJob(t, sandbox.Job{Files: files})
			if r.Status != statusOf(r.Diagnostics) { // a module that is not vendored is refused
				t.Errorf("status %s", r.Status)
			}
			var got []string
			for _, d := range r.Diagnostics {
				got = append(got, said(d))
			}
			if !slices.Equal(got, want) {
				t.Errorf("we say:\n%s\ngo build says:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func said(d sandbox.Diagnostic) string {
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Col, d.Message)
}

// goBuild has the go command build files, and returns what it says.
func goBuild(t *testing.T, tool *goTool, files []sandbox.File) []string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"build", "-o", os.DevNull}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Content), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, f.Name)
	}
	cmd := exec.Command(tool.Command, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("go build has nothing to say")
	}
	return readGoBuild(string(out))
}

var goLine = regexp.MustCompile(`^([^ :\t]+\.go):(\d+):(\d+): (.*)$`)

func readGoBuild(out string) []string {
	var list []string
	for line := range strings.Lines(out) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "./", "")
		if len(list) == 0 {
			line = strings.TrimPrefix(line, "\t") // after "package command-line-arguments"
		}
		switch m := goLine.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "package command-line-arguments"):
		case m != nil:
			list = append(list, fmt.Sprintf("%s:%s:%s: %s", filepath.Base(m[1]), m[2], m[3], m[4]))
		case strings.HasPrefix(line, "\t") && len(list) > 0:
			list[len(list)-1] += "\n" + line
		default:
			list = append(list, ":0:0: "+line)
		}
	}
	for i := range list {
		for _, s := range stated {
			list[i] = s.pattern.ReplaceAllString(list[i], s.instead)
		}
	}
	return list
}
