package site

import (
	"fmt"
	"strconv"
	"strings"

	"course/tutor/exercises"
	"course/tutor/learner"
	"course/tutor/page"
)

// fillSolution says whether the learner may see the solution, and shows it
// when they may and asked.
func (s *Server) fillSolution(v *page.ExerciseView, p learner.Progress, asked bool) {
	v.MayAsk, v.AskingSays = maySee(v.Exercise.Policy, p)
	if v.MayAsk && asked {
		v.Solution = v.Exercise.Solution
	}
}

// maySee says whether the policy of an exercise shows its solution to a
// learner who is so far, and in one sentence why. A learner alone has no due
// date, so that policy waits for a pass.
func maySee(policy exercises.Policy, p learner.Progress) (may bool, says string) {
	if p.State == learner.Passed {
		return true, "You have passed; compare it with yours."
	}
	rule, n, _ := strings.Cut(policy.Solution, ":")
	switch rule {
	case "always":
		return true, "It costs no points. You learn more when you try first."
	case "attempts":
		need, err := strconv.Atoi(n)
		if err == nil && p.Attempts >= need {
			return true, fmt.Sprintf("You have checked it %s, so it is open to you. It costs no points.", times(p.Attempts))
		}
		return false, fmt.Sprintf("It opens when you pass, or after %d checks. You have done %d.", need, p.Attempts)
	}
	return false, "It opens when you pass."
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
