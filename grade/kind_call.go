package grade

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// callCase is one case of a call check, with its arguments made.
type callCase struct {
	args []any
	want *observation // nil when the reference decides
}

// call runs a probe over the learner's package and the same probe over the
// reference, asks both the same, and compares what they did. Each has a Job of
// its own: a learner's package that takes all the time takes only its own.
func (s *session) call(ctx context.Context, c exercises.Check, r *CheckResult) error {
	if s.broken != "" {
		r.Status, r.Message = Failed, s.broken
		return nil
	}
	if c.Judge {
		return s.judged(ctx, c, r)
	}
	cases, err := s.cases(c)
	if err != nil {
		return err
	}
	want, err := s.wanted(ctx, c.Func, cases)
	if err != nil {
		return err
	}
	// The first case alone: when it has no answer, the others would each wait
	// for theirs as long.
	first, err := s.exchange(ctx, c.Func, cases[:1])
	if err != nil || !s.builds(partOf(first, learnerPart), r) || s.tooLate(first, r) {
		return err
	}
	got := observations(first, 1)
	part := partOf(first, learnerPart)
	if len(cases) > 1 && !(c.AllOrNo && got[0].none != "") {
		rest, err := s.exchange(ctx, c.Func, cases[1:])
		if err != nil || s.tooLate(rest, r) {
			return err
		}
		got = append(got, observations(rest, len(cases)-1)...)
		if got[0].none == "" {
			part = partOf(rest, learnerPart)
		}
	}
	return s.compareCases(c, cases, got, want, part, r)
}

// cases are the written cases, then those made from the seed.
func (s *session) cases(c exercises.Check) ([]callCase, error) {
	var out []callCase
	for _, one := range c.Cases {
		cc := callCase{args: one.Params}
		if one.HasOwn {
			want, err := plain(one.Want)
			if err != nil {
				return nil, fmt.Errorf("read what check %s wants: %w", c.ID, err)
			}
			cc.want = &observation{value: want, ok: true}
		}
		out = append(out, cc)
	}
	if c.Gen != nil {
		random := chance(s.seed, c.ID)
		for i := range c.Gen.N {
			out = append(out, callCase{args: generate(c.Gen, random, i)})
		}
	}
	return out, nil
}

// exchange asks the learner's probe. When a call ran out of time, all cases
// are tried once more in fresh processes: the machine may have been busy.
func (s *session) exchange(ctx context.Context, name string, cases []callCase) (*sandbox.Result, error) {
	for attempt := 1; ; attempt++ {
		res, err := s.g.cfg.Runner.Run(ctx, s.job(s.dialogue(name, cases), s.learner()), nil)
		if err != nil {
			return nil, fmt.Errorf("run the calls of %s: %w", name, err)
		}
		if attempt == 2 || !s.maybeBusy(res) {
			return res, nil
		}
	}
}

// tooLate is true when the machine was too busy to say anything about res.
func (s *session) tooLate(res *sandbox.Result, r *CheckResult) bool {
	if !s.maybeBusy(res) || !overloaded() {
		return false
	}
	r.Status, r.Message = NotJudged, tooBusy
	return true
}

// dialogue is one call for each case.
func (s *session) dialogue(name string, cases []callCase) *sandbox.Dialogue {
	d := &sandbox.Dialogue{}
	for i, one := range cases {
		args := one.args
		if args == nil {
			args = []any{}
		}
		d.Calls = append(d.Calls, sandbox.Call{N: i + 1, Func: name, Args: args, TimeoutMS: int(s.ex.Limits.Wall.Milliseconds())})
	}
	return d
}

// wanted is what each case wants: its own value, or what the reference does.
func (s *session) wanted(ctx context.Context, name string, cases []callCase) ([]observation, error) {
	open := slices.DeleteFunc(slices.Clone(cases), func(one callCase) bool { return one.want != nil })
	answers, err := s.referenceAnswers(ctx, name, open)
	if err != nil {
		return nil, err
	}
	out := make([]observation, 0, len(cases))
	for _, one := range cases {
		if one.want != nil {
			out = append(out, *one.want)
			continue
		}
		out, answers = append(out, answers[0]), answers[1:]
	}
	return out, nil
}

// observations are what the learner's probe did with n calls.
func observations(res *sandbox.Result, n int) []observation {
	replies, out := repliesOf(res, learnerPart), make([]observation, n)
	for i := range out {
		out[i] = observe(replyTo(replies, i+1))
	}
	return out
}

// compareCases counts the cases that agree and tells the first that does not.
// Cases beyond those that were tried do not agree.
func (s *session) compareCases(c exercises.Check, cases []callCase, got, want []observation, part *sandbox.Result, r *CheckResult) error {
	passed := 0
	for i := range got {
		same, why, err := s.agrees(c, got[i], want[i], cases[i].args)
		if err != nil {
			return err
		}
		if same {
			passed++
		} else if r.Status != Failed {
			s.tellCase(c, cases[i], got[i], want[i], why, part, r)
		}
	}
	if passed == len(cases) {
		r.Status, r.Message = Passed, fmt.Sprintf("Right in all %d cases.", passed)
		return nil
	}
	if len(got) == len(cases) {
		r.Message += fmt.Sprintf(" %d of %d cases are right.", passed, len(cases))
	}
	if !c.AllOrNo {
		r.Points = r.MaxPoints * passed / len(cases)
	}
	return nil
}

// repliesOf are the replies of one part by the number of the call.
func repliesOf(res *sandbox.Result, part string) map[int]sandbox.Reply {
	out := map[int]sandbox.Reply{}
	for _, e := range res.Exchanges {
		if reply, ok := e.Replies[part]; ok {
			out[e.N] = reply
		}
	}
	return out
}

// replyTo is a reply that is there: a call that was never relayed has none.
func replyTo(replies map[int]sandbox.Reply, n int) sandbox.Reply {
	if reply, ok := replies[n]; ok {
		return reply
	}
	return sandbox.Reply{None: "died"}
}

func (s *session) agrees(c exercises.Check, got, want observation, args []any) (bool, string, error) {
	if c.Compare != "rule" || !got.ok || !want.ok {
		return agree(c.Compare, got, want, args)
	}
	rule, err := exercises.ParseRule(c.Rule, exercises.CompareScope())
	if err != nil {
		return false, "", err
	}
	same, err := holds(rule, got.value, want.value, args)
	return same, "The answer does not fit.", err
}

func (s *session) tellCase(c exercises.Check, one callCase, got, want observation, why string, part *sandbox.Result, r *CheckResult) {
	r.Status = Failed
	call := callText(c.Func, one.args)
	r.Message = fmt.Sprintf("%s: %s", call, sentence(why))
	if got.none == "died" || got.none == "timeout" {
		r.Message += " " + howItEnded(part)
	}
	if c.Message != "" && got.ok {
		r.Message = strings.TrimSpace(r.Message) + " " + c.Message
	}
	r.Expected, r.Got = want.String(), got.String()
	if c.Compare == "rule" {
		r.Expected += ", so that " + c.Rule
	}
	r.Evidence = append(r.Evidence, Evidence{Kind: "case", Text: clip(call)})
	r.Evidence = append(r.Evidence, crashLines(part, s.files)...)
}

// callText is a call as one would write it.
func callText(name string, args []any) string {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = oneLine(a)
	}
	text := fmt.Sprintf("%s(%s)", name, strings.Join(texts, ", "))
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…)"
	}
	return text
}

func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") {
		return text
	}
	return text + "."
}
