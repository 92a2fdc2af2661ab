package grade

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// finding is one line of a judge's report.
type finding struct {
	Check    string `json:"check"`
	Case     string `json:"case"`
	Pass     bool   `json:"pass"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Message  string `json:"message"`
	Done     bool   `json:"done"`
}

// judge is the part with the exercise's own judge.
func (s *session) judge() sandbox.Part {
	return sandbox.Part{Name: judgePart, Packages: []sandbox.Package{
		{Path: judgePath, Files: judgeKit(), Trusted: true},
		{Path: "main", Files: s.ex.Judge, Trusted: true},
	}}
}

// judged lets the exercise's own judge ask the probes. The judge runs in a
// jail of its own, and only what it says counts.
func (s *session) judged(ctx context.Context, c exercises.Check, r *CheckResult) error {
	job := s.job(&sandbox.Dialogue{Seed: s.seed + "|" + c.ID}, s.judge(), s.learner(), s.reference())
	res, err := s.g.cfg.Runner.Run(ctx, job, nil)
	if err != nil {
		return fmt.Errorf("run the judge of %s: %w", c.ID, err)
	}
	if err := referenceTrouble(partOf(res, referencePart)); err != nil {
		return err
	}
	if !s.builds(partOf(res, learnerPart), r) {
		return nil
	}
	if err := referenceTrouble(partOf(res, judgePart)); err != nil {
		return err
	}
	found, err := readReport(res.Report, c.ID)
	if err != nil {
		return fmt.Errorf("read the report of the judge of %s (it ended %s): %w", c.ID, partOf(res, judgePart).Status, err)
	}
	tellFindings(c, found, r)
	return nil
}

// readReport reads the findings on one check. A report that has none, or no
// end, is the judge's failure and not the learner's.
func readReport(report []byte, check string) ([]finding, error) {
	var found []finding
	lines := bufio.NewScanner(bytes.NewReader(report))
	lines.Buffer(nil, 64<<10)
	done := false
	for lines.Scan() {
		var f finding
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return nil, fmt.Errorf("line %q: %w", clip(lines.Text()), err)
		}
		done = done || f.Done
		if f.Check == check {
			found = append(found, f)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if !done || len(found) == 0 {
		return nil, fmt.Errorf("%d findings, and the judge came to its end: %t", len(found), done)
	}
	return found, nil
}

func tellFindings(c exercises.Check, found []finding, r *CheckResult) {
	passed := 0
	for _, f := range found {
		if f.Pass {
			passed++
		} else if r.Status != Failed {
			r.Status, r.Expected, r.Got = Failed, f.Expected, f.Got
			r.Message = fmt.Sprintf("%s: %s", f.Case, sentence(f.Message))
			r.Evidence = append(r.Evidence, Evidence{Kind: "case", Text: clip(f.Case)})
		}
	}
	if passed == len(found) {
		r.Status, r.Message = Passed, fmt.Sprintf("Right in all %d cases.", passed)
		return
	}
	r.Message += fmt.Sprintf(" %d of %d cases are right.", passed, len(found))
	if !c.AllOrNo {
		r.Points = r.MaxPoints * passed / len(found)
	}
}
