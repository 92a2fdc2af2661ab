package grade

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"course/tutor/exercises"
)

// predict compares the learner's answer with what the learner's own trace
// says. It traces nothing itself: the checks it needs did.
func (s *session) predict(c exercises.Check, r *CheckResult) error {
	q, found := s.ex.Question(c.Question)
	if !found {
		return fmt.Errorf("judge check %s: no question %q", c.ID, c.Question)
	}
	answer := strings.TrimSpace(s.work.Answers[q.ID])
	if s.work.AnswersWrong != "" {
		r.Status, r.Message = Failed, sentence(s.work.AnswersWrong)
		return nil
	}
	env, main := s.answerEnvironment(c)
	if main == nil {
		return fmt.Errorf("judge check %s: no trace was taken by the checks it needs", c.ID)
	}
	value, err := exercises.ParseValue(q.From, exercises.AnswerScope(s.ex.Traced()))
	if err != nil {
		return fmt.Errorf("read the question %s: %w", q.ID, err)
	}
	if name := unknown(value.Names, env); name != "" {
		r.Status, r.Message = NotJudged, fmt.Sprintf("This could not be judged: %s is unknown in your trace, because %s.", name, whyUnknown(main, name))
		return nil
	}
	want, err := value.Value(env)
	if err != nil {
		return fmt.Errorf("answer the question %s: %w", q.ID, err)
	}
	return s.judgeAnswer(c, q, answer, want, env, r)
}

// answerEnvironment has the trace of the first trace check that c needs, and
// all others below traces.
func (s *session) answerEnvironment(c exercises.Check) (map[string]any, *tracedRun) {
	env, all := map[string]any{}, map[string]any{}
	var main *tracedRun
	for _, id := range s.ex.Traced() {
		traced, _ := s.ex.Check(id)
		run := s.runs[fmt.Sprintf("%d %s", 0, callKey(traced.Call, s.traceArgs(traced)))]
		if run == nil || run.env == nil {
			continue
		}
		all[id] = run.env
		if main == nil && slices.Contains(c.Needs, id) {
			main = run
			for name, v := range run.env {
				env[name] = v
			}
		}
	}
	env["traces"] = all
	return env, main
}

func (s *session) judgeAnswer(c exercises.Check, q exercises.Question, answer string, want any, env map[string]any, r *CheckResult) error {
	right, why := matches(q, answer, want)
	if answer == "" {
		right, why = false, fmt.Sprintf("Not answered yet: “%s”", q.Prompt)
	}
	if right {
		r.Status, r.Message = Passed, fmt.Sprintf("Right: your trace says %s.", exercises.FormatValue(loose(want)))
		return nil
	}
	message, err := exercises.ParseMessage(c.Message, exercises.AnswerMessageScope(s.ex.Traced()))
	if err != nil {
		return fmt.Errorf("read the message of check %s: %w", c.ID, err)
	}
	env["answer"] = answer
	r.Status, r.Got = Failed, answer
	r.Message = strings.TrimSpace(why + " " + message.Fill(env))
	return nil
}

// matches compares an answer with the trace's. The right answer is never told:
// it is in the learner's own trace.
func matches(q exercises.Question, answer string, want any) (bool, string) {
	if q.Kind != "number" {
		right := strings.EqualFold(strings.Join(strings.Fields(answer), " "), strings.Join(strings.Fields(fmt.Sprint(want)), " "))
		return right, fmt.Sprintf("Your trace does not say “%s”.", clip(answer))
	}
	got, err := strconv.ParseFloat(strings.ReplaceAll(answer, ",", ""), 64)
	if err != nil {
		return false, fmt.Sprintf("“%s” is not a number.", clip(answer))
	}
	target, ok := number(want)
	allowed, err := exercises.ParseTolerance(q.Tolerance)
	if !ok || err != nil {
		return false, "The question has no number for an answer."
	}
	if got > target {
		return allowed.Holds(got, target), fmt.Sprintf("%s is too much.", answer)
	}
	return allowed.Holds(got, target), fmt.Sprintf("%s is too little.", answer)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}
