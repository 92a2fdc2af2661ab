package toolchain

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// TestEnvironment: what is asked for stands for what every program has, and what
// can't be had is refused.
func TestEnvironment(t *testing.T) {
	job := sandbox.Job{
		Files: mainFile("package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"runtime\"\n)\n\nfunc main() {\n\tfmt.Println(os.Getenv(\"HOME\"), os.Getenv(\"PATH\"), os.Getenv(\"TZ\"), runtime.GOMAXPROCS(0), len(os.Environ()))\n}\n"),
		Env:   []string{"HOME=/x", "PATH=/y", "GOMAXPROCS=3", "A=1"}}
	r := runJob(t, job)
	if got := printed(r, "stdout"); got != "/x /y UTC 3 8\n" || r.Procs != 3 {
		t.Errorf("%s with %d: %v", got, r.Procs, r.Diagnostics)
	}
	job.Procs = 2
	if r := runJob(t, job); r.Status != sandbox.StatusRefused || !strings.Contains(r.Diagnostics[0].Message, "leave one out") {
		t.Errorf("given twice: %s %v", r.Status, r.Diagnostics)
	}
	job.Procs, job.Clock = 0, sandbox.ClockFake
	if r := runJob(t, job); r.Status != sandbox.StatusRefused || !strings.Contains(r.Diagnostics[0].Message, "always 1") {
		t.Errorf("on the fake clock: %s %v", r.Status, r.Diagnostics)
	}
}
