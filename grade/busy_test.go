package grade_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"course/tutor/grade"
	"course/tutor/sandbox"
)

// stalled runs the parts of one name as a machine does that has no processor
// to spare at the wrong moment: their requests take many times as long.
type stalled struct {
	grade.Runner
	part string
}

func (s stalled) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	job.Parts = slices.Clone(job.Parts)
	for i, p := range job.Parts {
		if p.Name != s.part {
			continue
		}
		p.Packages = slices.Clone(p.Packages)
		for k := range p.Packages {
			p.Packages[k].Files = slices.Clone(p.Packages[k].Files)
			for n, f := range p.Packages[k].Files {
				p.Packages[k].Files[n].Content = strings.Replace(f.Content, "time.NewTimer(d)", "time.NewTimer(5 * d)", 1)
			}
		}
		job.Parts[i] = p
	}
	return s.Runner.Run(ctx, job, sink)
}

// TestBusyMachine holds that the verdict on the I/O-bound workload does not
// come from how long anything took: neither a reference that was held up makes
// a wrong solution right, nor a learner who was held up makes a right one wrong.
func TestBusyMachine(t *testing.T) {
	ex := builtIn(t, "03-01")
	held := func(part string) *grade.Grader {
		return grade.New(grade.Config{Runner: stalled{needsEngine(t), part}, Analyse: analyse, Secret: []byte("test"), Toolchain: "go1.26"})
	}
	for _, part := range []string{"reference", "learner"} {
		v := gradeWork(t, held(part), ex, grade.Work{Files: ex.Solution, Answers: ex.Answers})
		if io := checkOf(v, "io"); io.Status != grade.Passed || checkOf(v, "answers").Status != grade.Passed {
			logVerdict(t, v)
			t.Errorf("with the %s held up, the solution is %s", part, io.Status)
		}
	}
	g := held("reference")
	for _, w := range ex.Wrong {
		if w.Want == "io" {
			refusedAt(t, ex, w, gradeWork(t, g, ex, grade.Work{Files: w.Files, Answers: w.Answers}))
		}
	}
}

func checkOf(v *grade.Verdict, id string) grade.CheckResult {
	at := slices.IndexFunc(v.Checks, func(c grade.CheckResult) bool { return c.ID == id })
	return v.Checks[at]
}
