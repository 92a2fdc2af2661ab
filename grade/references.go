package grade

import (
	"context"
	"fmt"
	"sync"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// references keeps what references answered: the same exercise, function and
// arguments always give the same answer.
type references struct {
	mu      sync.Mutex
	answers map[string][]observation
}

// maxReferences bounds the cache; when it is full it starts anew.
const maxReferences = 1024

func (r *references) get(key string) ([]observation, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, found := r.answers[key]
	return o, found
}

func (r *references) put(key string, o []observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil || len(r.answers) >= maxReferences {
		r.answers = map[string][]observation{}
	}
	r.answers[key] = o
}

// referenceAnswers is what the reference does with the cases, in their order.
func (s *session) referenceAnswers(ctx context.Context, name string, cases []callCase) ([]observation, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	key := s.ex.Hash + " " + name
	for _, one := range cases {
		key += oneLine(one.args)
	}
	if known, found := s.g.refs.get(key); found {
		return known, nil
	}
	answers, err := s.askReference(ctx, name, cases)
	if err == nil {
		s.g.refs.put(key, answers)
	}
	return answers, err
}

func (s *session) askReference(ctx context.Context, name string, cases []callCase) ([]observation, error) {
	res, err := s.g.cfg.Runner.Run(ctx, s.job(s.dialogue(name, cases), s.reference()), nil)
	if err != nil {
		return nil, fmt.Errorf("run the reference: %w", err)
	}
	if err := referenceTrouble(partOf(res, referencePart)); err != nil {
		return nil, err
	}
	replies := repliesOf(res, referencePart)
	var out []observation
	for i, one := range cases {
		o := observe(replyTo(replies, i+1))
		if o.none == "timeout" || o.none == "died" && partOf(res, referencePart).Status == sandbox.StatusTimeLimit {
			return nil, fmt.Errorf("ask the reference for %s: it was out of time: the machine may be too busy", callText(name, one.args))
		}
		if o.none != "" {
			return nil, fmt.Errorf("%w: %s: %s", errReference, callText(name, one.args), noAnswer(o.none))
		}
		out = append(out, o)
	}
	return out, nil
}

func callKey(name string, args []any) string { return name + oneLine(args) }

// traceArgs are the arguments of a traced call: as written, or made from the
// seed. Checks that trace the same call share its arguments and its run.
func (s *session) traceArgs(c exercises.Check) []any {
	if c.Gen != nil {
		return generate(c.Gen, chance(s.seed, "trace "+c.Call), 2)
	}
	if c.Args == nil {
		return []any{}
	}
	return c.Args
}
