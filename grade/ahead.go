package grade

import (
	"slices"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// Programs is a Job whose parts are the programs that the checks of an exercise
// build for its starter, as far as they can be named before anybody asked:
// built ahead, the first check of a learner costs only the runs. It is not to
// be run.
func Programs(ex *exercises.Exercise) sandbox.Job {
	s := &session{ex: ex}
	s.files, s.broken = learnerFiles(ex, ex.Starter)
	if ex.Main {
		return s.job(nil, s.program(learnerPart, s.files))
	}
	parts := []sandbox.Part{s.learner(), s.reference()}
	if slices.ContainsFunc(ex.Checks, func(c exercises.Check) bool { return c.Kind == "trace" }) {
		for _, p := range parts[:2] {
			p.Trace = true
			parts = append(parts, p)
		}
	}
	if len(ex.Judge) > 0 {
		parts = append(parts, s.judge())
	}
	return s.job(&sandbox.Dialogue{}, parts...)
}
