package grade

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"course/tutor/sandbox"
)

// build checks that the learner's package compiles under the exercise's
// policy. What it prints or how it exits does not matter.
func (s *session) build(ctx context.Context, r *CheckResult) error {
	if s.broken != "" {
		r.Status, r.Message = Failed, s.broken
		return nil
	}
	part := s.learner()
	if s.ex.Main {
		part = s.program(learnerPart, s.files)
	}
	job := s.job(&sandbox.Dialogue{}, part)
	if s.ex.Main { // it is run as well, and how that goes does not matter
		job.Dialogue, job.Limits.Wall = nil, 100*time.Millisecond
	}
	res, err := s.g.cfg.Runner.Run(ctx, job, nil)
	if err != nil {
		return fmt.Errorf("build the work: %w", err)
	}
	if !s.builds(partOf(res, learnerPart), r) {
		return nil
	}
	r.Status, r.Message = Passed, "It compiles."
	return nil
}

// builds is false, with the reason in r, when the learner's part was not
// built. Every kind asks it first.
func (s *session) builds(part *sandbox.Result, r *CheckResult) bool {
	switch part.Status {
	case sandbox.StatusCompileError:
		r.Message = "It does not compile. " + s.firstError(part)
	case sandbox.StatusRefused:
		r.Message = "It was not built. " + s.firstError(part)
	case sandbox.StatusCompileLimit:
		r.Message = "Compiling it took more time or memory than there is. Look for a very large constant or type."
	default:
		return true
	}
	r.Status = Failed
	for _, d := range part.Diagnostics {
		if len(r.Evidence) < 10 && s.isLearners(d.File) {
			text := strings.TrimSpace(d.Message + "\n" + d.Explain)
			r.Evidence = append(r.Evidence, Evidence{Kind: "line", File: d.File, Line: d.Line, Text: text})
		}
	}
	return false
}

// firstError is the first message of the compiler, with its explanation. One
// about our own file is about what it calls in the learner's.
func (s *session) firstError(part *sandbox.Result) string {
	if len(part.Diagnostics) == 0 {
		return "Nobody said why."
	}
	d := part.Diagnostics[0]
	text := fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Message)
	switch {
	case d.File == "":
		text = d.Message
	case !s.isLearners(d.File):
		return fmt.Sprintf("The checks call your package %s as the starter has it, and that is no longer possible: %s. Keep the names and types of the starter's functions.", s.ex.Package, d.Message)
	}
	if d.Explain != "" {
		text += ". " + d.Explain
	}
	return text
}

func (s *session) isLearners(file string) bool {
	return slices.ContainsFunc(s.files, func(f sandbox.File) bool { return f.Name == path.Base(file) })
}
