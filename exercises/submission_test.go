package exercises_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

func load(t *testing.T) *exercises.Exercise {
	t.Helper()
	all, probs, err := exercises.Load(folder(goodFront, nil))
	if err != nil || len(probs) > 0 {
		t.Fatal(probs, err)
	}
	return all[0]
}

type entry struct {
	name, text string
	mode       fs.FileMode
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode | 0o644)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadZIP(t *testing.T) {
	ex := load(t)
	many := make([]entry, 65)
	for i := range many {
		many[i] = entry{name: fmt.Sprintf("f%d.go", i)}
	}
	for _, c := range []struct {
		name    string
		entries []entry
		refused string // part of the sentence; "" when it is taken
		files   []string
		ignored []string
	}{
		{"plain", []entry{{name: "sum.go", text: "package sums"}, {name: "answers.json", text: `{"q":"3","p":"1"}`}, {name: "notes.txt"}},
			"", []string{"sum.go"}, []string{"answers.json: p", "notes.txt"}},
		{"in a folder", []entry{{name: "work/", mode: fs.ModeDir}, {name: "work/sum.go"}, {name: "work/go.mod"}}, "", []string{"sum.go"}, []string{"go.mod"}},
		{"a second package", []entry{{name: "sum.go"}, {name: "more/sum.go"}}, "", []string{"sum.go"}, []string{"more/sum.go"}},
		{"tests and shown files", []entry{{name: "sum.go"}, {name: "given.go"}, {name: "sum_test.go"}}, "", []string{"sum.go"}, []string{"given.go", "sum_test.go"}},
		{"nothing", nil, "", nil, nil},
		{"out of the archive", []entry{{name: "../sum.go"}}, `the name "../sum.go" leads out of the archive`, nil, nil},
		{"absolute", []entry{{name: "/etc/sum.go"}}, "leads out", nil, nil},
		{"backslash", []entry{{name: `..\sum.go`}}, "leads out", nil, nil},
		{"hidden below", []entry{{name: "a/../../sum.go"}}, "leads out", nil, nil},
		{"link", []entry{{name: "sum.go", text: "/etc/passwd", mode: fs.ModeSymlink}}, "links are not taken", nil, nil},
		{"twice", []entry{{name: "sum.go"}, {name: "sum.go"}}, "the name comes twice", nil, nil},
		{"not UTF-8", []entry{{name: "sum.go", text: "package sums\n// \xff\n"}}, "line 2 is not UTF-8", nil, nil},
		{"large", []entry{{name: "sum.go", text: strings.Repeat("x", exercises.MaxFile+1)}}, "more than 65536 bytes", nil, nil},
		{"many", many, "more than 64 files", nil, nil},
	} {
		sub, err := exercises.ReadZIP(ex, "work.zip", archive(t, c.entries...))
		if c.refused != "" {
			var refused *exercises.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.refused) || !strings.HasPrefix(err.Error(), "work.zip") {
				t.Errorf("%s: error %v, want %q", c.name, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := names(sub.Files); !slices.Equal(got, c.files) || !slices.Equal(sub.Ignored, c.ignored) {
			t.Errorf("%s: files %v, ignored %v, want %v and %v", c.name, got, sub.Ignored, c.files, c.ignored)
		}
	}
}

func names(files []sandbox.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Name)
	}
	return out
}

// A small archive that unpacks to much is stopped at the bound of one file.
func TestReadZIPBomb(t *testing.T) {
	data := archive(t, entry{name: "sum.go", text: strings.Repeat("\x00", 64<<20)})
	if len(data) > exercises.MaxZIP {
		t.Fatalf("the archive itself has %d bytes", len(data))
	}
	if _, err := exercises.ReadZIP(load(t), "bomb.zip", data); err == nil {
		t.Error("a bomb was taken")
	}
	if _, err := exercises.ReadZIP(load(t), "big.zip", make([]byte, exercises.MaxZIP+1)); err == nil {
		t.Error("too large an archive was taken")
	}
	if _, err := exercises.ReadZIP(load(t), "no.zip", []byte("hello")); err == nil {
		t.Error("text was taken for an archive")
	}
}

func TestReadSubmission(t *testing.T) {
	ex, dir := load(t), t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("ann/sum.go", "package sums")
	write("ann/answers.json", "{")
	write("ann/sub/x.go", "package x")
	write("ben.zip", string(archive(t, entry{name: "sum.go"})))
	text := write("cat.txt", "hello")
	write("dan/notes.md", "")

	sub, err := exercises.ReadSubmission(ex, filepath.Join(dir, "ann"))
	if err != nil || len(sub.Files) != 1 || sub.AnswersWrong == "" || !slices.Equal(sub.Ignored, []string{"sub"}) {
		t.Errorf("ann: %+v, %v", sub, err)
	}
	found, err := exercises.Submissions(ex, dir)
	if want := []string{filepath.Join(dir, "ann"), filepath.Join(dir, "ben.zip"), filepath.Join(dir, "dan")}; err != nil || !slices.Equal(found, want) {
		t.Errorf("found %v, %v, want %v", found, err, want)
	}
	if found, err := exercises.Submissions(ex, filepath.Join(dir, "ann")); err != nil || len(found) != 1 {
		t.Errorf("ann holds %v, %v", found, err)
	}
	for _, bad := range []string{text, filepath.Join(dir, "nobody")} {
		if _, err := exercises.ReadSubmission(ex, bad); err == nil || !strings.HasPrefix(err.Error(), bad) {
			t.Errorf("%s: error %v does not name it", bad, err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "dan", "sum.go")); err != nil {
		if os.Getenv("TUTOR_CI") == "1" {
			t.Fatal(err)
		}
		t.Skip("no symbolic links here:", err)
	}
	if _, err := exercises.ReadSubmission(ex, filepath.Join(dir, "dan")); err == nil || !strings.Contains(err.Error(), "not a link") {
		t.Errorf("a link was read: %v", err)
	}
}

func TestAccept(t *testing.T) {
	ex := load(t)
	sub, err := exercises.Accept(ex, []sandbox.File{{Name: "sum.go", Content: "package sums"}, {Name: "x_test.go"}}, map[string]string{"q": "4", "z": "1"})
	if err != nil || len(sub.Files) != 1 || !reflect.DeepEqual(sub.Answers, map[string]string{"q": "4"}) || len(sub.Ignored) != 2 {
		t.Errorf("%+v, %v", sub, err)
	}
	for _, name := range []string{"../x.go", "", "a\x00.go", `C:\x.go`} {
		if _, err := exercises.Accept(ex, []sandbox.File{{Name: name}}, nil); err == nil {
			t.Errorf("the name %q was taken", name)
		}
	}
	if _, err := exercises.Accept(ex, []sandbox.File{{Name: "sum.go", Content: "\xff"}}, nil); err == nil {
		t.Error("bytes that are no text were taken")
	}
	if _, err := exercises.Accept(ex, make([]sandbox.File, 65), nil); err == nil {
		t.Error("65 files were taken")
	}
}

func TestParseAnswers(t *testing.T) {
	for text, want := range map[string]map[string]string{
		`{"a":"x","b":2.50,"c":true,"d":null}`: {"a": "x", "b": "2.50", "c": "true"},
		`{}`:                                   {},
	} {
		if got, why := exercises.ParseAnswers([]byte(text)); why != "" || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseAnswers(%s) = %v, %q", text, got, why)
		}
	}
	for _, text := range []string{`[]`, `{`, `{"a":[1]}`, `{"a":{}}`, ``} {
		if got, why := exercises.ParseAnswers([]byte(text)); why == "" {
			t.Errorf("ParseAnswers(%s) = %v", text, got)
		}
	}
}

func TestModule(t *testing.T) {
	ex := load(t)
	mine := []sandbox.File{{Name: "sum.go", Content: "mine"}, {Name: "given.go", Content: "forged"}}
	got := map[string]string{}
	for _, f := range ex.Module(mine, map[string]string{"q": `4"`}) {
		got[f.Name] = f.Content
	}
	if got["sum.go"] != "mine" || got["given.go"] == "forged" || !strings.HasPrefix(got["go.mod"], "module exercise\n") || got["answers.json"] != "{\n  \"q\": \"4\\\"\"\n}\n" {
		t.Errorf("module %q", got)
	}
}

// TestModuleVendored sees that a module whose files import a vendored package
// can be built without a network.
func TestModuleVendored(t *testing.T) {
	ex := load(t)
	dir := t.TempDir()
	mine := []sandbox.File{{Name: "sum.go", Content: "package " + ex.Package + "\n\nimport _ \"golang.org/x/sync/errgroup\"\n"}}
	for _, f := range ex.Module(mine, nil) {
		if filepath.Ext(f.Name) == ".go" && filepath.Dir(f.Name) == "." && f.Name != "sum.go" {
			continue // what else is there does not build with it
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f.Content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off", "GOMODCACHE="+t.TempDir(), "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "golang.org/x/sync/errgroup\n") {
		t.Errorf("%v: %s", err, out)
	}
}

func FuzzReadZIP(f *testing.F) {
	all, _, err := exercises.Load(exercises.FS())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sub, err := exercises.ReadZIP(all[0], "x.zip", data)
		if (sub == nil) == (err == nil) {
			t.Errorf("%v, %v", sub, err)
		}
	})
}
