package toolchain

import (
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
)

// TestBenchmarksInTurns: with several numbers of processors each has all counts,
// the time is that of all, and a comparison is of the same turns.
func TestBenchmarksInTurns(t *testing.T) {
	const text = "package b\n\nimport (\n\t\"os\"\n\t\"runtime\"\n\t\"testing\"\n)\n\nfunc BenchmarkA(b *testing.B) {\n" +
		"\tos.Stderr.WriteString(string(rune('0'+runtime.GOMAXPROCS(0))))\n\tfor b.Loop() {\n\t}\n}\n"
	job := sandbox.Job{Kind: sandbox.KindBench, Vary: []int{1, 2}, Args: []string{"-benchtime=10x", "-count", "4"},
		Files:   []sandbox.File{{Name: "b_test.go", Content: text}},
		Against: []sandbox.File{{Name: "b_test.go", Content: strings.Replace(text, "b.Loop() {\n", "b.Loop() {\n\t\t_ = make([]int, 8)\n", 1)}}}
	r := runJob(t, job)
	if r.Status != sandbox.StatusOK || len(r.Bench) != 2 || len(r.Baseline) != 2 {
		t.Fatalf("%s %v %+v", r.Status, r.Diagnostics, r.Bench)
	}
	for i := range r.Bench {
		if len(r.Bench[i].NsOp) != 4 || len(r.Baseline[i].NsOp) != 4 {
			t.Errorf("%+v against %+v", r.Bench[i], r.Baseline[i])
		}
	}
	if got := strings.Trim(printed(r, "stdout"), "1"); got == "" || strings.Trim(got, "2") != "" {
		t.Errorf("it ran with %s", printed(r, "stdout"))
	}
	job.Args, job.Limits.Wall, job.Against = []string{"-benchtime=100ms", "-count", "20"}, 600*time.Millisecond, nil
	r = runJob(t, job)
	if r.Status != sandbox.StatusTimeLimit || r.Limit == nil || r.Limit.Allowed != 600 || r.Limit.Used < 550 {
		t.Errorf("%s %+v %v", r.Status, r.Limit, r.Diagnostics)
	}
	for _, d := range r.Diagnostics {
		if strings.Contains(d.Message, "nothing was measured") {
			t.Error(d.Message)
		}
	}
}

// TestBenchmarkPrintsUnfinishedLines: what a benchmark prints without ending the
// line does not hide what was measured, and is kept.
func TestBenchmarkPrintsUnfinishedLines(t *testing.T) {
	r := runJob(t, sandbox.Job{Kind: sandbox.KindBench, Args: []string{"-benchtime=10x", "-count=2"}, Files: []sandbox.File{{Name: "b_test.go",
		Content: "package b\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nfunc BenchmarkA(b *testing.B) {\n\tfmt.Print(\"BenchmarkA \")\n\tfor b.Loop() {\n\t}\n}\n\n" +
			"func BenchmarkB(b *testing.B) {\n\tprintln(1)\n\tfor b.Loop() {\n\t}\n}\n"}}})
	if r.Status != sandbox.StatusOK || len(r.Bench) != 2 || len(r.Bench[0].NsOp) != 2 || len(r.Bench[1].NsOp) != 2 {
		t.Errorf("%s %v %+v", r.Status, r.Diagnostics, r.Bench)
	}
	if got := printed(r, "stdout"); got != "BenchmarkA " {
		t.Errorf("printed %q", got)
	}
}
