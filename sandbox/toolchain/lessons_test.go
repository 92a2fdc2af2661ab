package toolchain

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
)

// proof is what a lesson is proven by: a program that provokes it and a near
// miss.
type proof struct {
	wrong, near sandbox.Job
}

// proofs reads a file of testdata.
func proofs(t *testing.T, file string) map[string]*proof {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]*proof{}
	for _, f := range archive.Files {
		name, rest, isWrong := strings.Cut(f.Name, "/wrong")
		if !isWrong {
			var isNear bool
			if name, rest, isNear = strings.Cut(f.Name, "/near"); !isNear {
				t.Fatalf("%s: %s is neither wrong nor near", file, f.Name)
			}
		}
		if list[name] == nil {
			list[name] = &proof{}
		}
		job := &list[name].near
		if isWrong {
			job = &list[name].wrong
		}
		addFile(job, strings.TrimPrefix(rest, "/"), string(f.Data))
	}
	return list
}

// addFile puts a file into a job: main.go, a file of the program or, in a
// folder, of a package. Those that come after a go.mod are the files of its
// module.
func addFile(job *sandbox.Job, name, text string) {
	folder, file := path.Split(name)
	if file == "" {
		file = "main.go"
	}
	f := sandbox.File{Name: file, Content: text}
	if len(job.Files) > 0 && job.Files[0].Name == "go.mod" {
		f.Name, folder = name, ""
	}
	if folder == "" {
		job.Files = append(job.Files, f)
		return
	}
	if job.Parts == nil {
		job.Parts = []sandbox.Part{{Name: "main"}}
	}
	part := &job.Parts[0]
	folder = strings.TrimSuffix(folder, "/")
	part.Packages = append(part.Packages, sandbox.Package{Path: folder, Files: []sandbox.File{f}})
}

// proofFiles are the files of proofs.
var proofFiles = []string{"testdata/lessons-compile.txtar", "testdata/lessons-run.txtar", "testdata/lessons-vet.txtar"}

// TestEveryLessonIsProven: no lesson without a program that provokes it and a
// near miss, no program without its lesson.
func TestEveryLessonIsProven(t *testing.T) {
	proven := map[string]bool{}
	for _, file := range proofFiles {
		for name, p := range proofs(t, file) {
			if proven[name] {
				t.Errorf("%s: %s is proven twice", file, name)
			}
			proven[name] = true
			for which, job := range map[string]sandbox.Job{"wrong": p.wrong, "near": p.near} {
				if len(job.Files)+len(job.Parts) == 0 {
					t.Errorf("%s: %s has no %s program", file, name, which)
				}
			}
		}
	}
	names := map[string]bool{}
	for _, l := range lessons() {
		if names[l.name] {
			t.Errorf("there are two lessons %s", l.name)
		}
		names[l.name] = true
		if !proven[l.name] {
			t.Errorf("the lesson %s is not proven", l.name)
		}
	}
	for name := range proven {
		if !names[name] {
			t.Errorf("there is no lesson %s to prove", name)
		}
	}
}

// TestLessonsAreShort: at most three sentences of a length that is read.
func TestLessonsAreShort(t *testing.T) {
	for _, l := range lessons() {
		if n := sentences(l.text); n > 3 || len(l.text) > 300 || !strings.HasSuffix(l.text, ".") && !strings.HasSuffix(l.text, "?") && !strings.HasSuffix(l.text, ")") {
			t.Errorf("%s has %d sentences in %d bytes: %s", l.name, n, len(l.text), l.text)
		}
	}
}

func sentences(text string) int {
	n := 0
	for _, end := range []string{". ", "? "} {
		n += strings.Count(text, end)
	}
	return n + 1
}

// proofLimits are those of programs that must meet one.
var proofLimits = map[string]sandbox.Limits{
	"runtime:endless-loop":   {Wall: 2 * time.Second},
	"runtime:waiting":        {Wall: 2 * time.Second},
	"runtime:slow-benchmark": {Wall: 2 * time.Second},
	"runtime:out-of-memory":  {Memory: 64 << 20},
	"runtime:threads":        {Processes: 20},
}

// whileWritten are codes that only go/types gives, while the reader types.
var whileWritten = map[string]bool{"UnexportedName": true}

// TestLessons builds and runs every program of the proofs.
func TestLessons(t *testing.T) {
	e := needsEngine(t)
	for _, file := range proofFiles {
		for name, p := range proofs(t, file) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				limits := proofLimits[name]
				p.wrong.Limits, p.near.Limits = limits, limits
				prove := proofRun
				if whileWritten[name] {
					prove = func(t *testing.T, job sandbox.Job) *sandbox.Result {
						told, err := e.Diagnose(t.Context(), "lessons", job.Files)
						if err != nil {
							t.Fatal(err)
						}
						return &sandbox.Result{Diagnostics: told}
					}
				}
				wrong := prove(t, p.wrong)
				if !taught(wrong, name) {
					t.Errorf("not taught by its own program: %s %s", wrong.Status, told(wrong))
				}
				if near := prove(t, p.near); taught(near, name) {
					t.Errorf("taught by the near miss: %s", told(near))
				}
			})
		}
	}
}

func proofRun(t *testing.T, job sandbox.Job) *sandbox.Result {
	t.Helper()
	job.Vet = true
	if hasTests(job.Files) {
		job.Kind = sandbox.KindTest
	}
	r := runJob(t, job)
	if part := r.Parts["main"]; part != nil {
		return part
	}
	return r
}

// taught says whether a lesson follows one of the messages of a run, with the
// lesson's code.
func taught(r *sandbox.Result, name string) bool {
	all := lessons()
	i := slices.IndexFunc(all, func(l lesson) bool { return l.name == name })
	return i >= 0 && slices.ContainsFunc(r.Diagnostics, func(d sandbox.Diagnostic) bool {
		return d.Explain == all[i].text && d.Code == all[i].code && d.Message != ""
	})
}

func told(r *sandbox.Result) string {
	var b strings.Builder
	for _, d := range r.Diagnostics {
		b.WriteString("\n" + d.Code + " " + said(d) + " | " + d.Explain)
	}
	return b.String()
}
