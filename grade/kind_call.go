package grade

import (
	"context"
	"fmt"
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
// reference, feeds both the same cases, and compares what they did.
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
	res, err := s.exchange(ctx, c.Func, cases)
	if err != nil {
		return err
	}
	if !s.builds(partOf(res, learnerPart), r) {
		return nil
	}
	return s.compareCases(c, cases, res, r)
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

// exchange runs the cases. A learner's call that ran out of time is tried once
// more, all cases in fresh processes: the machine may have been busy.
func (s *session) exchange(ctx context.Context, name string, cases []callCase) (*sandbox.Result, error) {
	d := &sandbox.Dialogue{}
	for i, one := range cases {
		args := one.args
		if args == nil {
			args = []any{}
		}
		d.Calls = append(d.Calls, sandbox.Call{N: i + 1, Func: name, Args: args, TimeoutMS: int(s.ex.Limits.Wall.Milliseconds())})
	}
	for attempt := 1; ; attempt++ {
		res, err := s.g.cfg.Runner.Run(ctx, s.job(d, s.learner(), s.reference()), nil)
		if err != nil {
			return nil, fmt.Errorf("run the calls of %s: %w", name, err)
		}
		if err := referenceTrouble(res); err != nil {
			return nil, err
		}
		if attempt == 2 || !timedOut(res) {
			return res, nil
		}
	}
}

func timedOut(res *sandbox.Result) bool {
	for _, e := range res.Exchanges {
		if e.Replies[learnerPart].None == "timeout" {
			return true
		}
	}
	return false
}

// compareCases counts the cases that agree and tells the first that does not.
func (s *session) compareCases(c exercises.Check, cases []callCase, res *sandbox.Result, r *CheckResult) error {
	replies := map[int]map[string]sandbox.Reply{}
	for _, e := range res.Exchanges {
		replies[e.N] = e.Replies
	}
	passed := 0
	for i, one := range cases {
		got := observe(replyOf(replies[i+1], learnerPart))
		want, err := wanted(one, replies[i+1])
		if err != nil {
			return fmt.Errorf("case %d of check %s: %w", i+1, c.ID, err)
		}
		same, why, err := s.agrees(c, got, want, one.args)
		if err != nil {
			return err
		}
		if same {
			passed++
		} else if r.Status != Failed {
			s.tellCase(c, one, got, want, why, res, r)
		}
	}
	if passed == len(cases) {
		r.Status, r.Message = Passed, fmt.Sprintf("Right in all %d cases.", passed)
		return nil
	}
	r.Message += fmt.Sprintf(" %d of %d cases are right.", passed, len(cases))
	if !c.AllOrNo && r.Seal != Advisory {
		r.Points = r.MaxPoints * passed / len(cases)
	}
	return nil
}

// replyOf is a reply that is there: a call that was never relayed has none.
func replyOf(replies map[string]sandbox.Reply, part string) sandbox.Reply {
	if reply, ok := replies[part]; ok {
		return reply
	}
	return sandbox.Reply{None: "died"}
}

// wanted is what the case wants: its own value, or what the reference did.
func wanted(one callCase, replies map[string]sandbox.Reply) (observation, error) {
	if one.want != nil {
		return *one.want, nil
	}
	want := observe(replyOf(replies, referencePart))
	if want.none != "" {
		return want, fmt.Errorf("%w: %s", errReference, noAnswer(want.none))
	}
	return want, nil
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

func (s *session) tellCase(c exercises.Check, one callCase, got, want observation, why string, res *sandbox.Result, r *CheckResult) {
	r.Status = Failed
	call := callText(c.Func, one.args)
	r.Message = fmt.Sprintf("%s: %s", call, sentence(why))
	if got.none == "died" || got.none == "timeout" {
		r.Message += " " + howItEnded(partOf(res, learnerPart))
	}
	if c.Message != "" {
		r.Message = strings.TrimSpace(r.Message) + " " + c.Message
	}
	r.Expected, r.Got = want.String(), got.String()
	if c.Compare == "rule" {
		r.Expected += ", so that " + c.Rule
	}
	r.Evidence = append(r.Evidence, Evidence{Kind: "case", Text: clip(call)})
	r.Evidence = append(r.Evidence, crashLines(partOf(res, learnerPart), s.files)...)
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
