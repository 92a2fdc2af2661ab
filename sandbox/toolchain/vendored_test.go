package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"course/tutor/modules"
	"course/tutor/sandbox"
)

// vendoredPrograms use each package of the modules.
var vendoredPrograms = map[string]struct{ text, prints string }{
	"golang.org/x/sync/errgroup": {`package main

import (
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	var g errgroup.Group
	g.SetLimit(2)
	for i := range 4 {
		g.Go(func() error {
			if i == 3 {
				return errors.New("the third")
			}
			return nil
		})
	}
	fmt.Println(g.Wait())
}
`, "the third\n"},
	"golang.org/x/sync/semaphore": {`package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"
)

func main() {
	s := semaphore.NewWeighted(3)
	fmt.Println(s.Acquire(context.Background(), 2), s.TryAcquire(2), s.TryAcquire(1))
}
`, "<nil> false true\n"},
	"golang.org/x/sync/singleflight": {`package main

import (
	"fmt"

	"golang.org/x/sync/singleflight"
)

func main() {
	var g singleflight.Group
	fmt.Println(g.Do("k", func() (any, error) { return 7, nil }))
}
`, "7 <nil> false\n"},
	"golang.org/x/exp/trace": {`package main

import (
	"fmt"
	"strings"

	"golang.org/x/exp/trace"
)

func main() {
	_, err := trace.NewReader(strings.NewReader("no trace"))
	fmt.Println(err != nil)
}
`, "true\n"},
	"golang.org/x/perf/benchmath": {`package main

import (
	"fmt"

	"golang.org/x/perf/benchmath"
)

func main() {
	s := benchmath.NewSample([]float64{1, 2, 3}, &benchmath.DefaultThresholds)
	fmt.Println(benchmath.AssumeNothing.Summary(s, 0.95).Center)
}
`, "2\n"},
	"go.uber.org/goleak": {`package main

import (
	"fmt"

	"go.uber.org/goleak"
)

func main() {
	fmt.Println(goleak.Find())
	go func() { select {} }()
	fmt.Println(goleak.Find() != nil)
}
`, "<nil>\ntrue\n"},
}

// TestVendored runs a program that imports each package which programs may.
func TestVendored(t *testing.T) {
	needsEngine(t)
	for _, path := range modules.Vendored().Allowed() {
		t.Run(path, func(t *testing.T) {
			p, ok := vendoredPrograms[path]
			if !ok {
				t.Fatal("no program here imports it")
			}
			r := runJob(t, program(p.text))
			if r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != p.prints {
				t.Errorf("%s %q %+v", r.Status, printed(r, sandbox.Stdout), r.Diagnostics)
			}
		})
	}
}

// TestVendoredOnTheFakeClock runs one from the set of the fake clock.
func TestVendoredOnTheFakeClock(t *testing.T) {
	job := program(vendoredPrograms["golang.org/x/sync/semaphore"].text)
	job.Clock = sandbox.ClockFake
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || len(r.Varies) == 0 {
		t.Errorf("%s, varies %v %+v", r.Status, r.Varies, r.Diagnostics)
	}
}

// TestVendoredRace sees that the race detector follows what modules do.
func TestVendoredRace(t *testing.T) {
	needsEngine(t)
	text := `package main

import "golang.org/x/sync/errgroup"

var n int

func main() {
	var g errgroup.Group
	for range 2 {
		g.Go(func() error {
			n++
			return nil
		})
	}
	_ = g.Wait()
	println(n)
}
`
	job := program(text)
	job.Race = true
	if r := runJob(t, job); r.Status != sandbox.StatusRace || len(r.Diagnostics) == 0 || r.Diagnostics[0].Line != 11 {
		t.Errorf("%s %+v", r.Status, r.Diagnostics)
	}
	job.Files[0].Content = strings.Replace(text, "for range 2", "for range 1", 1)
	if r := runJob(t, job); r.Status != sandbox.StatusOK {
		t.Errorf("without a race: %s %+v %s", r.Status, r.Diagnostics, printed(r, sandbox.Stderr))
	}
}

// TestVendoredInTests runs tests with goleak, one of which leaks.
func TestVendoredInTests(t *testing.T) {
	job := program("")
	job.Kind = sandbox.KindTest
	job.Files = []sandbox.File{{Name: "work.go", Content: "package work\n\nfunc Leak() { go func() { select {} }() }\n"},
		{Name: "work_test.go", Content: `package work_test

import (
	"testing"

	"example.org/course/work"
	"go.uber.org/goleak"
)

func TestTidy(t *testing.T) { defer goleak.VerifyNone(t) }

func TestLeak(t *testing.T) {
	defer goleak.VerifyNone(t)
	work.Leak()
}
`}}
	r := runJob(t, job)
	if r.Status != sandbox.StatusTestFailed || len(r.Tests) != 2 {
		t.Fatalf("%s %+v %+v", r.Status, r.Tests, r.Diagnostics)
	}
	if tidy, leak := r.Tests[0], r.Tests[1]; tidy.Status != sandbox.TestPassed || leak.Status != sandbox.TestFailed ||
		!strings.Contains(leak.Output, "work.Leak") {
		t.Errorf("%+v %+v", tidy, leak)
	}
}

// TestVendoredUnderTest sees that tests beside a package import that one, even
// where a module has its path, and the module where both are imported.
func TestVendoredUnderTest(t *testing.T) {
	job := program("")
	job.Kind = sandbox.KindTest
	for _, test := range []struct{ imports, prints, output string }{
		{`"golang.org/x/sync/errgroup"`, "errgroup.Name()", "own"},
		{"\"example.org/errgroup\"\n\n\ttheirs \"golang.org/x/sync/errgroup\"", "errgroup.Name(), new(theirs.Group).Wait() == nil", "own true"},
	} {
		job.Files = []sandbox.File{{Name: "own.go", Content: "package errgroup\n\nfunc Name() string { return \"own\" }\n"},
			{Name: "own_test.go", Content: "package errgroup_test\n\nimport (\n\t\"fmt\"\n\n\t" + test.imports + "\n)\n\nfunc Example() {\n\tfmt.Println(" + test.prints +
				")\n\t// Output: " + test.output + "\n}\n"}}
		if r := runJob(t, job); r.Status != sandbox.StatusOK {
			t.Errorf("%s: %s %+v %+v", test.imports, r.Status, r.Tests, r.Diagnostics)
		}
	}
}

// TestVendoredTraced sees that goleak finds no goroutine of ours in a run that
// is traced.
func TestVendoredTraced(t *testing.T) {
	job := program(vendoredPrograms["go.uber.org/goleak"].text)
	job.Trace = true
	if r := runJob(t, job); printed(r, sandbox.Stdout) != vendoredPrograms["go.uber.org/goleak"].prints {
		t.Errorf("%s %q %+v", r.Status, printed(r, sandbox.Stdout), r.Diagnostics)
	}
}

// TestVendoredRefusals holds what may not be imported, and what is said.
func TestVendoredRefusals(t *testing.T) {
	e := needsEngine(t)
	for path, want := range map[string]struct{ code, says string }{
		"github.com/stretchr/testify/assert":            {"refused:not-vendored", "golang.org/x/sync/errgroup"},
		"golang.org/x/sync/syncmap":                     {"refused:not-vendored", "golang.org/x/sync/errgroup"},
		"github.com/aclements/go-moremath/stats":        {"refused:not-vendored", "golang.org/x/perf/benchmath"},
		"golang.org/x/exp/trace/internal/tracev2":       {"build:internal", "use of internal package"},
		"course/tutor/sandbox":                          {"build:not-std", "is not in std"},
		"vendor/golang.org/x/net/http/httpguts":         {"build:not-std", "is not in std"},
		"golang.org/x/net/http/httpguts":                {"refused:not-vendored", "nothing is downloaded here"},
		"golang.org/x/sync/errgroup/../../../../std/os": {"", ""},
	} {
		job := program("package main\n\nimport _ \"" + path + "\"\n\nfunc main() {}\n")
		r := runJob(t, job)
		if r.Status != sandbox.StatusRefused && r.Status != sandbox.StatusCompileError || len(r.Diagnostics) == 0 {
			t.Errorf("%s: %s %+v", path, r.Status, r.Diagnostics)
			continue
		}
		if d := r.Diagnostics[0]; want.code != "" && (d.Code != want.code || !strings.Contains(d.Message, want.says) || d.Line != 3) {
			t.Errorf("%s: %+v", path, d)
		}
		found, err := e.Diagnose(t.Context(), "test", job.Files)
		if err != nil || len(found) == 0 || found[0].Message != r.Diagnostics[0].Message {
			t.Errorf("%s: diagnose says %+v %v, the run %+v", path, found, err, r.Diagnostics)
		}
	}
}

// TestVendoredDiagnosed sees that the checker of types knows the modules.
func TestVendoredDiagnosed(t *testing.T) {
	e := needsEngine(t)
	const text = "package main\n\nimport \"golang.org/x/sync/errgroup\"\n\nfunc main() {\n\tvar g errgroup.Group\n\tg.Go(func() {})\n}\n"
	found, err := e.Diagnose(t.Context(), "test", program(text).Files)
	if err != nil || len(found) != 1 || found[0].Line != 7 || found[0].Code != "IncompatibleAssign" {
		t.Errorf("%+v %v", found, err)
	}
}

// TestVendoredAgain sees that archives which somebody removed are made again,
// and the standard library is not.
func TestVendoredAgain(t *testing.T) {
	data := t.TempDir()
	copyLibrary(t, data)
	e, err := New(Config{DataDir: data, Remember: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	p := vendoredPrograms["golang.org/x/sync/singleflight"]
	job := program(p.text)
	job.Fresh = true
	prepared, dir := 0, ""
	for range 2 {
		r, err := e.Run(t.Context(), job, func(event sandbox.Event) {
			if event.Build != nil && event.Build.Phase == "prepare" && event.Build.Total > 0 {
				prepared++
			}
		})
		if err != nil || r.Status != sandbox.StatusOK || printed(r, sandbox.Stdout) != p.prints {
			t.Fatalf("%v %+v", err, r)
		}
		own, err := e.standard(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		dir = own.dir
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
			t.Errorf("the standard library was forgotten too: %v", err)
		}
		if err := os.RemoveAll(filepath.Join(dir, modulesDir())); err != nil {
			t.Fatal(err)
		}
	}
	if prepared == 0 {
		t.Error("nobody was told how far preparing had come")
	}
	if err := os.WriteFile(filepath.Join(dir, modulesDir()), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var machine *sandbox.MachineError
	if _, err := e.Run(t.Context(), job, nil); !errors.As(err, &machine) || !strings.Contains(machine.Says, "the modules that come with the course cannot be prepared") {
		t.Errorf("a file stands where their folder should be: %v", err)
	}
	if r, err := e.Run(t.Context(), program("package main\n\nfunc main() {}\n"), nil); err != nil || r.Status != sandbox.StatusOK {
		t.Errorf("a program without modules: %v %+v", err, r)
	}
}
