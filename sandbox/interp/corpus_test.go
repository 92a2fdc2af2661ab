// Package interp_test holds the programs that an interpreter will be measured
// by: what each prints when it is compiled is recorded beside it.
package interp_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

var update = flag.Bool("update", false, "record what the programs of the corpus print when they are compiled")

// sample is one program of the corpus and what it prints when it is compiled.
type sample struct {
	name string
	text string
	out  string // stdout
	errs string // stderr
}

// archive is one file of the corpus.
type archive struct {
	path    string
	comment []byte
	samples []*sample
}

// corpus reads testdata/corpus: each program is a section NAME.go, what it
// prints NAME.out and NAME.err (left out when empty).
func corpus(t testing.TB) []*archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/corpus/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus in testdata/corpus: %v", err)
	}
	var all []*archive
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readArchive(t, path, txtar.Parse(data)))
	}
	return all
}

func readArchive(t testing.TB, path string, from *txtar.Archive) *archive {
	t.Helper()
	a := &archive{path: path, comment: from.Comment}
	for _, f := range from.Files {
		name, ext := strings.TrimSuffix(f.Name, filepath.Ext(f.Name)), filepath.Ext(f.Name)
		if ext == ".go" {
			a.samples = append(a.samples, &sample{name: name, text: string(f.Data)})
			continue
		}
		if len(a.samples) == 0 || a.samples[len(a.samples)-1].name != name {
			t.Fatalf("%s: %s does not follow its program", path, f.Name)
		}
		last := a.samples[len(a.samples)-1]
		switch ext {
		case ".out":
			last.out = string(f.Data)
		case ".err":
			last.errs = string(f.Data)
		default:
			t.Fatalf("%s: %s is neither .go, .out nor .err", path, f.Name)
		}
	}
	return a
}

func (a *archive) write(t testing.TB) {
	t.Helper()
	to := &txtar.Archive{Comment: a.comment}
	for _, s := range a.samples {
		to.Files = append(to.Files, txtar.File{Name: s.name + ".go", Data: []byte(s.text)}, txtar.File{Name: s.name + ".out", Data: []byte(s.out)})
		if s.errs != "" {
			to.Files = append(to.Files, txtar.File{Name: s.name + ".err", Data: []byte(s.errs)})
		}
	}
	if err := os.WriteFile(a.path, txtar.Format(to), 0o644); err != nil {
		t.Fatal(err)
	}
}

// leastSamples is how many programs the corpus must have.
const leastSamples = 200

// everything asks for all that can be compared, not a sample.
var everything = os.Getenv("TUTOR_TEST_ALL") == "1"

// TestCorpusRecords holds what is recorded against programs that the installed
// toolchain makes: a sample of them, or all with TUTOR_TEST_ALL=1. -update
// records all.
func TestCorpusRecords(t *testing.T) {
	total, sampled := 0, false
	for _, a := range corpus(t) {
		total += len(a.samples)
		for chunk := range slices.Chunk(a.samples, perBuild) {
			if sampled && !everything && !*update {
				break
			}
			sampled = true
			for s, got := range compiled(t, chunk) {
				if *update {
					s.out, s.errs = got.out, got.errs
				}
				if got.out != s.out || got.errs != s.errs {
					t.Errorf("%s: %s prints\n%s%s\nrecorded is\n%s%s", a.path, s.name, got.out, got.errs, s.out, s.errs)
				}
			}
		}
		if *update {
			a.write(t)
		}
	}
	if total < leastSamples {
		t.Errorf("the corpus has %d programs, want at least %d", total, leastSamples)
	}
}

// perBuild is how many programs are linked into one: that is four times as
// fast as linking each.
const perBuild = 16

// enter lets a package main be called by another one.
const enter = "package main\n\n// Enter is func main.\nfunc Enter() { main() }\n"

var hasInit = regexp.MustCompile(`(?m)^func init\(`)

// compiled builds programs, several at once where that changes nothing, and
// runs each in a process of its own.
func compiled(t testing.TB, samples []*sample) map[*sample]sample {
	t.Helper()
	got := map[*sample]sample{}
	bundle := sandbox.Part{Name: "main"}
	var imports, cases bytes.Buffer
	for i, s := range samples {
		if hasInit.MatchString(s.text) { // it would run for the others
			got[s] = ranOK(t, s.name, sandbox.Job{Files: files(s.text)})
			continue
		}
		path := fmt.Sprint("sample", i)
		fmt.Fprintf(&imports, "\t%s %q\n", path, path)
		fmt.Fprintf(&cases, "\tcase %q:\n\t\t%s.Enter()\n", s.name, path)
		bundle.Packages = append(bundle.Packages, sandbox.Package{Path: path, Files: append(files(s.text), sandbox.File{Name: "enter.go", Content: enter})})
	}
	main := fmt.Sprintf("package main\n\nimport (\n\t\"os\"\n%s)\n\nfunc main() {\n\tswitch os.Args[1] {\n%s\tdefault:\n\t}\n}\n", &imports, &cases)
	bundle.Packages = append(bundle.Packages, sandbox.Package{Path: "main", Files: files(main)})
	job := sandbox.Job{Parts: []sandbox.Part{bundle}}
	job.Args = []string{""}
	if quiet := ranOK(t, "none of the bundle", job); quiet.out+quiet.errs != "" {
		t.Fatalf("a program prints before its main is called: %q; it must be built alone", quiet.out+quiet.errs)
	}
	for _, s := range samples {
		if _, alone := got[s]; !alone {
			job.Args = []string{s.name}
			got[s] = ranOK(t, s.name, job)
		}
	}
	return got
}

func files(text string) []sandbox.File { return []sandbox.File{{Name: "main.go", Content: text}} }

// ranOK runs a job compiled, which must end ok.
func ranOK(t testing.TB, name string, job sandbox.Job) sample {
	t.Helper()
	job.Key = "test"
	job.Limits = sandbox.Limits{Wall: 5 * time.Minute, CPU: time.Minute}
	result, err := needsEngine(t).Run(t.Context(), job, nil)
	if err != nil {
		t.Fatalf("run %s: %v", name, err)
	}
	whole := result
	if main := result.Parts["main"]; main != nil {
		whole = main
	}
	if whole.Status != sandbox.StatusOK {
		t.Fatalf("%s ended %s: %+v", name, whole.Status, whole.Diagnostics)
	}
	return sample{name: name, out: printed(whole, sandbox.Stdout), errs: printed(whole, sandbox.Stderr)}
}

// printed is all that a run wrote to a stream.
func printed(result *sandbox.Result, stream string) string {
	var b strings.Builder
	for _, e := range result.Events {
		if e.Stream == stream {
			b.WriteString(e.Text)
		}
	}
	return b.String()
}

// shared is one engine for all tests of the package, so that the standard
// library is compiled once. TUTOR_TEST_DATA names a folder to keep it in.
var shared struct {
	once   sync.Once
	engine *toolchain.Engine
	err    error
}

// needsEngine returns the shared engine, or skips where programs cannot be
// built and jailed.
func needsEngine(t testing.TB) *toolchain.Engine {
	t.Helper()
	shared.once.Do(func() {
		shared.engine, shared.err = toolchain.New(toolchain.Config{DataDir: testData, Slots: 2})
		if shared.err == nil {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			_, shared.err = shared.engine.Run(ctx, sandbox.Job{Files: files("package main\n\nfunc main() {}\n")}, nil)
		}
	})
	if shared.err != nil {
		lacking(t, "no program can be built and jailed here: %v", shared.err)
	}
	return shared.engine
}

// lacking skips a test, or fails it where everything is said to be there.
func lacking(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("TUTOR_CI") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
