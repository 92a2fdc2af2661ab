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
	answers map[string]observation
}

// maxReferences bounds the cache; when it is full it starts anew.
const maxReferences = 1024

func (r *references) get(key string) (observation, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, found := r.answers[key]
	return o, found
}

func (r *references) put(key string, o observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil || len(r.answers) >= maxReferences {
		r.answers = map[string]observation{}
	}
	r.answers[key] = o
}

// referenceAnswer is what the reference does with one call. It runs in a Job
// of its own: beside the learner's it would take part of its processors.
func (s *session) referenceAnswer(ctx context.Context, name string, args []any) (observation, error) {
	key := s.ex.Hash + " " + callKey(name, args)
	if o, found := s.g.refs.get(key); found {
		return o, nil
	}
	d := &sandbox.Dialogue{Calls: []sandbox.Call{{N: 1, Func: name, Args: args, TimeoutMS: int(s.ex.Limits.Wall.Milliseconds())}}}
	res, err := s.g.cfg.Runner.Run(ctx, s.job(d, s.reference()), nil)
	if err != nil {
		return observation{}, fmt.Errorf("run the reference: %w", err)
	}
	part := partOf(res, referencePart)
	if part.Status == sandbox.StatusCompileError || part.Status == sandbox.StatusRefused {
		return observation{}, fmt.Errorf("%w: %s", errReference, firstDiagnostic(part))
	}
	o := observe(firstReply(res, referencePart))
	if o.none != "" {
		return o, fmt.Errorf("%w: %s: %s", errReference, callText(name, args), noAnswer(o.none))
	}
	s.g.refs.put(key, o)
	return o, nil
}

// firstReply is the reply of a part in a Job of one call.
func firstReply(res *sandbox.Result, part string) sandbox.Reply {
	if len(res.Exchanges) == 0 {
		return sandbox.Reply{None: "died"}
	}
	return replyOf(res.Exchanges[0].Replies, part)
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
