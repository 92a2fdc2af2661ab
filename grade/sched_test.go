package grade_test

import (
	"slices"
	"strings"
	"testing"

	"course/tutor/exercises"
	"course/tutor/grade"
)

func TestSchedSolution(t *testing.T) {
	ex := builtIn(t, "03-01")
	v := gradeWork(t, grader(t, ""), ex, grade.Work{Files: ex.Solution, Answers: ex.Answers})
	logVerdict(t, v)
	if v.Status != grade.Passed || v.Points != v.MaxPoints || len(v.Traces) != 2 || v.Traces[0].Check != "cpu" || v.Traces[1].Check != "io" {
		t.Errorf("%s, %d of %d points, %d traces", v.Status, v.Points, v.MaxPoints, len(v.Traces))
	}
}

// The starter compiles and earns nothing.
func TestSchedStarter(t *testing.T) {
	ex := builtIn(t, "03-01")
	v := gradeWork(t, grader(t, ""), ex, grade.Work{Files: ex.Starter, Answers: ex.Answers})
	if v.Checks[0].Status != grade.Passed || v.Points != 0 || v.Status != grade.Failed {
		logVerdict(t, v)
		t.Errorf("%s, %d points, build %s", v.Status, v.Points, v.Checks[0].Status)
	}
}

// Each wrong solution fails at the check it names, with the message it names,
// and every check that one needs passes.
func TestSchedWrong(t *testing.T) {
	ex, g := builtIn(t, "03-01"), grader(t, "") // one grader for many at once
	for _, w := range ex.Wrong {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			v := gradeWork(t, g, ex, grade.Work{Files: w.Files, Answers: w.Answers})
			logVerdict(t, v)
			refusedAt(t, ex, w, v)
			citesRows(t, v)
		})
	}
}

// citesRows holds that a verdict about waiting names the rows of the trace it
// was read from: a goroutine, a line and a time, within the trace it points at.
func citesRows(t *testing.T, v *grade.Verdict) {
	t.Helper()
	io := checkOf(v, "io")
	if io.Status != grade.Failed || io.Expected == "" {
		return // not refused by its rule
	}
	at := slices.IndexFunc(io.Evidence, func(e grade.Evidence) bool { return e.Goroutine != 0 })
	if at < 0 {
		t.Errorf("io cites no row of the trace: %+v", io.Evidence)
		return
	}
	row := io.Evidence[at]
	trace := slices.IndexFunc(v.Traces, func(f grade.TraceFile) bool { return f.Check == row.TraceID })
	if trace < 0 || row.FromMS < 0 || row.ToMS <= row.FromMS || row.ToMS > v.Traces[trace].Trace.Metrics.WallMS || !strings.Contains(row.Text, ".go:") {
		t.Errorf("io cites %+v of trace %d", row, trace)
	}
}

func refusedAt(t *testing.T, ex *exercises.Exercise, w exercises.Wrong, v *grade.Verdict) {
	t.Helper()
	at := map[string]grade.CheckResult{}
	for _, c := range v.Checks {
		at[c.ID] = c
	}
	if got := at[w.Want]; got.Status != grade.Failed || !strings.Contains(got.Message, w.Message) || got.MaxPoints > 0 && got.Points >= got.MaxPoints {
		t.Errorf("check %s is %s with %d points: %q, want failed with %q", w.Want, got.Status, got.Points, got.Message, w.Message)
	}
	check, _ := ex.Check(w.Want)
	for _, need := range check.Needs {
		if at[need].Status != grade.Passed {
			t.Errorf("check %s, which %s needs, is %s: %s", need, w.Want, at[need].Status, at[need].Message)
		}
	}
}
