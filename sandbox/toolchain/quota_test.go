package toolchain

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

const procsProgram = `package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() { fmt.Println(runtime.GOMAXPROCS(0), os.Getenv("GOMAXPROCS")) }
`

// A bound on processors leaves GOMAXPROCS to Go, unless procs says it, and the
// Result says what it was. Where nothing can bound them, the run is refused.
func TestCPULimit(t *testing.T) {
	e := needsEngine(t)
	job := sandbox.Job{Files: []sandbox.File{{Name: "main.go", Content: procsProgram}}, CPULimit: min(1.5, float64(runtime.NumCPU()))}
	bare := withLane(t, 1)
	bare.measured = &measured{done: true, level: jail.Level{Level: 2, Name: "isolated", Missing: []jail.Layer{jail.CgroupCPU},
		Mend: []jail.Mend{{Layer: jail.CgroupCPU, Command: "ask somebody"}}}}
	r, err := bare.Run(t.Context(), job, nil)
	if err != nil || r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:cpulimit" || !strings.Contains(r.Diagnostics[0].Message, "to get it: ask somebody") {
		t.Fatalf("without the controller: %v, %+v", err, r)
	}
	more := sandbox.Job{Files: job.Files, CPULimit: float64(runtime.NumCPU()) + 0.5}
	if r, err := bare.Run(t.Context(), more, nil); err != nil || r.Status != sandbox.StatusRefused || !strings.Contains(r.Diagnostics[0].Message, "ask for at most "+itoa(runtime.NumCPU())) {
		t.Errorf("more processors than there are: %v, %+v", err, r)
	}
	is, _ := e.Isolation(t.Context())
	if slices.Contains(is.Missing, string(jail.CgroupCPU)) {
		if r := runJob(t, job); r.Status != sandbox.StatusRefused || r.Diagnostics[0].Code != "refused:cpulimit" {
			t.Errorf("processors can't be bounded here, and the run ended as %s: %+v", r.Status, r.Diagnostics)
		}
		return
	}
	for procs, env := range map[int]string{0: "", 1: "1"} {
		job.Procs = procs
		r, err := e.Run(t.Context(), job, nil)
		if err != nil || r.Status != sandbox.StatusOK {
			t.Fatalf("procs %d: %v, %+v", procs, err, r)
		}
		if want := itoa(r.Procs) + " " + env + "\n"; r.Events[0].Text != want || r.CPULimit != job.CPULimit {
			t.Errorf("procs %d: the program says %q, the Result %q and %v", procs, r.Events[0].Text, want, r.CPULimit)
		}
	}
	bench := sandbox.Job{Kind: sandbox.KindBench, CPULimit: 0.1, Args: []string{"-benchtime", "100ms"}, Files: []sandbox.File{{Name: "x_test.go",
		Content: "package x\n\nimport \"testing\"\n\nfunc BenchmarkX(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}\n"}}}
	if r := runJob(t, bench); r.Status != sandbox.StatusOK || r.Usage.ThrottledMS == 0 {
		t.Errorf("a benchmark on a tenth of a processor: %s, held back for %v ms", r.Status, r.Usage.ThrottledMS)
	}
}
