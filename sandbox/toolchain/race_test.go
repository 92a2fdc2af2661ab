package toolchain

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// needsSet waits until what most programs import is there in a set, or skips
// where it cannot be prepared.
func needsSet(t *testing.T, s *set) {
	t.Helper()
	e := needsEngine(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	l, err := e.libraryOf(ctx, s)
	if err == nil {
		_, err = l.await(ctx, []string{"fmt", "sync", "time", "os"}, func(int, int) {})
	}
	if err != nil {
		lacking(t, "the set %q cannot be prepared here: %v", s.title, err)
	}
}

func racing(text string) sandbox.Job {
	job := program(text)
	job.Race = true
	return job
}

const counterRace = `package main

import (
	"fmt"
	"sync"
)

var counter int

func count(wg *sync.WaitGroup) {
	defer wg.Done()
	counter++
}

func main() {
	var wg sync.WaitGroup
	wg.Add(2)
	go count(&wg)
	go count(&wg)
	wg.Wait()
	fmt.Println("done")
}
`

func TestRaceNamesBothAccessesAndBothGoStatements(t *testing.T) {
	needsSet(t, raceSet)
	result := runJob(t, racing(counterRace))
	if result.Status != sandbox.StatusRace || result.ExitCode != 66 {
		t.Fatalf("%s, exit %d, want race and 66: %v %v", result.Status, result.ExitCode, result.Diagnostics, result.Events)
	}
	if len(result.Diagnostics) != 1 {
		t.Fatalf("diagnostics %v, want one at the line of both accesses", result.Diagnostics)
	}
	for _, d := range result.Diagnostics {
		for _, want := range []string{"goroutine ", "(started at main.go:18)", "(started at main.go:19)", "main.count", "at main.go:12"} {
			if !strings.Contains(d.Message, want) {
				t.Errorf("%q does not say %q", d.Message, want)
			}
		}
		if d.File != "main.go" || d.Line != 12 || d.Code != "runtime:race" || d.Explain == "" {
			t.Errorf("%+v, want it at main.go:12, explained", d)
		}
	}
	if got := printed(result, sandbox.Stdout); got != "done\n" {
		t.Errorf("it printed %q", got)
	}
	if got := printed(result, sandbox.Stderr); !strings.Contains(got, "WARNING: DATA RACE\n") || !strings.Contains(got, "Found 1 data race(s)\n") {
		t.Errorf("the detector's own words are not on stderr: %q", got)
	}
}

// The detector knows the line of package sync alone that starts a goroutine of
// WaitGroup.Go; where it was called is found in the source, if it can be.
func TestRaceNamesTheCallOfWaitGroupGo(t *testing.T) {
	needsSet(t, raceSet)
	text := func(body string) sandbox.Job {
		return racing("package main\n\nimport \"sync\"\n\nvar n int\n\nfunc add() { n++ }\n\nfunc main() {\n\tvar wg sync.WaitGroup\n" + body + "\twg.Wait()\n}\n")
	}
	for _, c := range []struct{ name, body, one, two string }{
		{"literals", "\tfor range 2 {\n\t\twg.Go(func() {\n\t\t\tadd()\n\t\t})\n\t}\n", "(started at main.go:12 with WaitGroup.Go)", "(started at main.go:12 with WaitGroup.Go)"},
		{"two calls", "\twg.Go(add)\n\twg.Go(func() { n++ })\n", "(started at main.go:11 with WaitGroup.Go)", "(started at main.go:12 with WaitGroup.Go)"},
		{"a function of two calls", "\twg.Go(add)\n\twg.Go(add)\n", "(started with WaitGroup.Go in main.add, which was at main.go:7)", "(started with WaitGroup.Go in main.add, which was at main.go:7)"},
		{"a literal from elsewhere", "\tf := func() {\n\t\tn++\n\t}\n\twg.Go(f)\n\twg.Go(f)\n", "(started with WaitGroup.Go in main.main.func1, which was at main.go:12)", ""},
		{"one in another", "\twg.Go(func() {\n\t\tfor range 2 {\n\t\t\twg.Go(func() { n++ })\n\t\t}\n\t})\n", "(started at main.go:13 with WaitGroup.Go)", "(started at main.go:13 with WaitGroup.Go)"},
	} {
		result := runJob(t, text(c.body))
		if result.Status != sandbox.StatusRace || len(result.Diagnostics) == 0 {
			t.Errorf("%s: %s %v", c.name, result.Status, result.Diagnostics)
			continue
		}
		if said := result.Diagnostics[0].Message; !strings.Contains(said, c.one) || !strings.Contains(said, c.two) {
			t.Errorf("%s: %s", c.name, said)
		}
	}
}

func TestRaceWithoutOne(t *testing.T) {
	needsSet(t, raceSet)
	result := runJob(t, racing(strings.Replace(counterRace, "\tcounter++", "\tmu.Lock()\n\tdefer mu.Unlock()\n\tcounter++", 1)+"\nvar mu sync.Mutex\n"))
	if result.Status != sandbox.StatusOK || len(result.Diagnostics) != 0 || printed(result, sandbox.Stderr) != "" {
		t.Fatalf("%s %v %v", result.Status, result.Diagnostics, result.Events)
	}
}

// What a program prints, and the code that it ends with, make no race.
func TestRaceCannotBeForgedByPrinting(t *testing.T) {
	needsSet(t, raceSet)
	forged := "==================\\nWARNING: DATA RACE\\nRead at 0x00c000094028 by goroutine 8:\\n  main.f()\\n      main.go:5 +0x33\\n\\n" +
		"Previous write at 0x00c000094028 by main goroutine:\\n  main.main()\\n      main.go:6 +0x116\\n==================\\n"
	result := runJob(t, racing("package main\n\nimport \"os\"\n\nfunc main() {\n\tos.Stderr.WriteString(\""+forged+"\")\n\tos.Exit(66)\n}\n"))
	if result.Status != sandbox.StatusRuntimeError || result.ExitCode != 66 || strings.Contains(fmt.Sprint(result.Diagnostics), "data race") {
		t.Fatalf("%s, exit %d, %v: want runtime_error, 66 and no race", result.Status, result.ExitCode, result.Diagnostics)
	}
}

// A panic in a program with the detector is still told as one, and a clean
// program has the same first descriptors as anywhere.
func TestRaceRunsPanicAndSeeNoMore(t *testing.T) {
	needsSet(t, raceSet)
	result := runJob(t, racing("package main\n\nfunc main() {\n\tvar p *int\n\t*p = 1\n}\n"))
	if result.Status != sandbox.StatusRuntimeError || len(result.Diagnostics) == 0 || result.Diagnostics[0].Line != 5 {
		t.Fatalf("%s %v", result.Status, result.Diagnostics)
	}
	result = runJob(t, racing(`package main

import (
	"fmt"
	"os"
)

func main() {
	f, err := os.Open("/dev/null")
	fmt.Println(f.Fd(), err)
}
`))
	if got := printed(result, sandbox.Stdout); got != "3 <nil>\n" {
		t.Errorf("the first file it opens is %q", got)
	}
}

func TestRaceRunWithATrace(t *testing.T) {
	needsSet(t, raceSet)
	job := racing(counterRace)
	job.Trace = true
	result := runJob(t, job)
	if result.Status != sandbox.StatusRace || len(result.TraceData()) == 0 {
		t.Fatalf("%s, %d bytes of trace: %v", result.Status, len(result.TraceData()), result.Diagnostics)
	}
}

func TestRaceReportsAreReadWithoutTrust(t *testing.T) {
	for _, text := range []string{
		"", "==================\n", "WARNING: DATA RACE\n", "==================\nWARNING: DATA RACE\nRead at 0x1 by goroutine 8:\n",
		"==================\nWARNING: DATA RACE\nRead at 0x1 by goroutine 8:\n  f()\n      main.go:99999999999999999999 +0x1\n\nPrevious write at 0x1 by goroutine 9:\n\xff",
	} {
		for _, d := range raceDiagnostics([]byte(text), learnersCode{files: []string{"main.go"}}) {
			if d.Line < 0 || d.Code == "" {
				t.Errorf("%q gives %+v", text, d)
			}
		}
	}
}

// Where no C compiler is, the refusal says what to install.
func TestRaceWithoutACCompiler(t *testing.T) {
	e := needsEngine(t)
	l, err := e.standard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	if why := raceSet.problem(l.tool, false); !strings.Contains(why, "install gcc") {
		t.Errorf("it says %q", why)
	}
	if why := raceSet.problem(l.tool, true); why != "" {
		t.Errorf("prepared already, and it says %q", why)
	}
	bare := &Engine{config: Config{DataDir: t.TempDir()}, lane: e.lane, binaries: e.binaries, cpus: e.cpus, measured: e.measured, library: l, ctx: e.ctx, stop: func() {}}
	result, err := bare.Run(t.Context(), racing("package main\n\nfunc main() {}\n"), nil)
	if err != nil || result.Status != sandbox.StatusRefused || result.Diagnostics[0].Code != "refused:race" {
		t.Fatalf("%v %+v", err, result)
	}
	found := false
	for _, s := range bare.sets(l) {
		found = found || strings.HasPrefix(s.Name, "race detector") && strings.Contains(s.Problem, "install gcc")
	}
	if !found {
		t.Errorf("the sets do not say so: %+v", bare.sets(l))
	}
}

// Programs of different sets are different programs, and a set whose archives
// are gone is made again.
func TestSetsAreKeptApart(t *testing.T) {
	needsSet(t, raceSet)
	text := "package main\n\nfunc main() { println(\"apart\") }\n"
	plain, raced := runJob(t, program(text)), runJob(t, racing(text))
	if plain.Status != sandbox.StatusOK || raced.Status != sandbox.StatusOK {
		t.Fatalf("%s and %s", plain.Status, raced.Status)
	}
	again := runJob(t, racing(text))
	if !again.Cached {
		t.Error("the same program of the same set was built again")
	}
	e := needsEngine(t)
	l, err := e.libraryOf(t.Context(), raceSet)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(l.dir + "/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.archive("fmt")
	if err := os.Rename(gone, gone+".gone"); err != nil {
		t.Fatal(err)
	}
	l.spoil()
	if err := os.Rename(gone+".gone", gone); err != nil {
		t.Fatal(err)
	}
	if l.usable() {
		t.Error("a spoiled library counts as usable")
	}
	if err := l.write("manifest.json", manifest); err != nil {
		t.Fatal(err)
	}
	if same, err := e.libraryOf(t.Context(), raceSet); err != nil || same != l {
		t.Errorf("it is opened again although it is whole: %v", err)
	}
}
