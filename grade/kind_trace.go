package grade

import (
	"context"
	"fmt"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// tracedRun is one traced call of the learner's code and what is known of it.
type tracedRun struct {
	part  *sandbox.Result
	reply observation
	want  observation
	cpuMS float64
	data  []byte
	trace *exectrace.Trace
	env   map[string]any
	// fault says why the trace is no evidence; "" when it is.
	fault string
	// open says that the trace ends within the call, and that the call answered.
	open bool
	args []any
	busy bool // it may only have been late because the machine was busy
}

// endsEarly says that it was us who ended the trace before the call was over: on a
// busy machine the end of a run may come too late for its trace. What the
// program itself ended, or filled, is no such case.
func (run *tracedRun) endsEarly() bool {
	cut := run.part.TraceCut()
	return run.open && (cut == "killed" || cut == "idle")
}

// trace runs one traced call and asks the rule about its trace. The answer of
// the call must be right as well: a shape without the work is worth nothing.
func (s *session) trace(ctx context.Context, c exercises.Check, r *CheckResult) error {
	if s.broken != "" {
		r.Status, r.Message = Failed, s.broken
		return nil
	}
	rule, err := exercises.ParseRule(c.Rule, exercises.TraceScope())
	if err != nil {
		return fmt.Errorf("read the rule of check %s: %w", c.ID, err)
	}
	good, judged := 0, 0
	for i := range max(c.Runs, 1) {
		one := *r
		run, err := s.tracedRun(ctx, c, i)
		if err != nil {
			return err
		}
		if err := s.judgeRun(ctx, c, rule, run, &one); err != nil {
			return err
		}
		judged++
		if one.Status == Passed {
			good++
		}
		if i == 0 || one.Status != Passed {
			*r = one
		}
		if 2*good > c.Runs || 2*(judged-good) >= c.Runs {
			break
		}
	}
	if 2*good > c.Runs {
		r.Status, r.Message, r.Expected, r.Got, r.Evidence = Passed, "The trace shows it.", "", "", []Evidence{}
	}
	return nil
}

// tracedRun runs the call once for all checks that trace it.
func (s *session) tracedRun(ctx context.Context, c exercises.Check, i int) (*tracedRun, error) {
	args := s.traceArgs(c)
	key := fmt.Sprintf("%d %s", i, callKey(c.Call, args))
	if run, done := s.runs[key]; done {
		return run, nil
	}
	run, err := s.traceOnce(ctx, c.Call, args, s.learner())
	if err != nil {
		return nil, err
	}
	if run.busy {
		if run, err = s.traceOnce(ctx, c.Call, args, s.learner()); err != nil {
			return nil, err
		}
	}
	want, err := s.referenceAnswers(ctx, c.Call, []callCase{{args: args}})
	if err != nil {
		return nil, err
	}
	run.want = want[0]
	s.runs[key] = run
	if len(run.data) > 0 && i == 0 {
		s.traces = append(s.traces, TraceFile{Check: c.ID, Title: callText(c.Call, args), Data: run.data, Trace: run.trace})
	}
	s.noteNoise(run)
	return run, nil
}

func (s *session) traceOnce(ctx context.Context, name string, args []any, part sandbox.Part) (*tracedRun, error) {
	word := nonce()
	part.Trace = true
	marked := append([]any{map[string]string{"tutor:nonce": word}}, args...)
	d := &sandbox.Dialogue{Calls: []sandbox.Call{{N: 1, Func: name, Args: marked, Alone: true, TimeoutMS: int(s.ex.Limits.Wall.Milliseconds())}}}
	res, err := s.g.cfg.Runner.Run(ctx, s.job(d, part), nil)
	if err != nil {
		return nil, fmt.Errorf("run the traced call %s: %w", name, err)
	}
	reply := replyTo(repliesOf(res, part.Name), 1)
	run := &tracedRun{part: partOf(res, part.Name), reply: observe(reply), cpuMS: reply.CPUMS, args: args, busy: s.maybeBusy(res)}
	run.data = run.part.TraceData()
	return run, s.readTrace(ctx, run, word)
}

// readTrace fills what the trace says. A run that gave no answer needs none.
func (s *session) readTrace(ctx context.Context, run *tracedRun, word string) error {
	if len(run.data) == 0 {
		if run.reply.ok || run.reply.err != nil {
			return fmt.Errorf("read the trace: the run answered and left none (it ended %s)", run.part.Status)
		}
		return nil
	}
	t, err := s.g.cfg.Analyse(ctx, run.data)
	if err != nil {
		return fmt.Errorf("read the trace: %w", err)
	}
	t.Know(run.part.TraceCut(), run.part.Status == sandbox.StatusDeadlock, run.part.Usage.CPU())
	if run.env, err = environment(&t.Metrics); err != nil {
		return err
	}
	run.trace = t
	run.open = spanOf(t.Metrics.Regions, "tutor:"+word).Open != 0 && (run.reply.ok || run.reply.err != nil)
	run.fault = fault(&t.Metrics, word, run)
	run.env["cpu_ms"] = run.cpuMS
	run.env["call_ms"] = spanOf(t.Metrics.Regions, "tutor:"+word).TotalMS
	run.env["args"] = loose(run.args)
	run.env["waiters"] = func(file string) int { return waiters(segmentsOf(t), file) }
	return nil
}

// noteNoise keeps the smallest share of the time that the learner's goroutines
// had a processor while they thought they had one.
func (s *session) noteNoise(run *tracedRun) {
	if run.trace == nil || run.trace.Metrics.OnCPU == nil {
		return
	}
	if on := *run.trace.Metrics.OnCPU; s.onCPU == nil || on < *s.onCPU {
		s.onCPU = &on
	}
}

// judgeRun decides one traced run.
func (s *session) judgeRun(ctx context.Context, c exercises.Check, rule *exercises.Rule, run *tracedRun, r *CheckResult) error {
	if !s.builds(run.part, r) {
		return nil
	}
	if run.busy && overloaded() {
		r.Status, r.Message = NotJudged, tooBusy
		return nil
	}
	same, why, err := agree(c.Compare, run.reply, run.want, run.args)
	if err != nil {
		return err
	}
	if !same {
		s.tellCase(exercises.Check{Func: c.Call}, callCase{args: run.args}, run.reply, run.want, why, run.part, r)
		return nil
	}
	if run.endsEarly() {
		r.Status, r.Message = NotJudged, "This could not be judged: your code answered, but its trace was ended before that ("+
			exectrace.CutWords(run.part.TraceCut())+"). Nothing was counted; check again in a moment."
		return nil
	}
	if run.fault != "" {
		r.Status, r.Message = Failed, "The trace of this run is no evidence: "+run.fault
		return nil
	}
	run.env["n"] = float64(c.N)
	if err := s.addReference(ctx, c, rule, run); err != nil {
		return err
	}
	return s.applyRule(c, rule, run, r)
}

// addReference traces the reference as well when the rule asks about it.
func (s *session) addReference(ctx context.Context, c exercises.Check, rule *exercises.Rule, run *tracedRun) error {
	if !strings.Contains(rule.Text, "reference.") && !strings.Contains(c.Message, "reference.") {
		run.env["reference"] = run.env // never read, but a scope needs it
		return nil
	}
	ref, err := s.traceOnce(ctx, c.Call, run.args, s.reference())
	if err != nil {
		return err
	}
	if ref.trace == nil || ref.fault != "" {
		return fmt.Errorf("%w: its trace: %s", errReference, ref.fault)
	}
	run.env["reference"] = ref.env
	return nil
}

// applyRule asks each clause in turn and tells the first that does not hold.
func (s *session) applyRule(c exercises.Check, rule *exercises.Rule, run *tracedRun, r *CheckResult) error {
	cut := run.trace.Metrics.Truncated
	for _, clause := range rule.Clauses {
		if cut != nil && unknown(clause.Names, run.env) != "" {
			r.Status, r.Message = Failed, cutTrace(*cut) // no other run of it would tell
			return nil
		}
	}
	for _, clause := range rule.Clauses {
		if name := unknown(clause.Names, run.env); name != "" {
			r.Status = NotJudged
			r.Message = fmt.Sprintf("This could not be judged: %s is unknown, because %s. It is tried again.", name, whyUnknown(run, name))
			return nil
		}
		v, err := clause.Value(run.env)
		if err != nil {
			return fmt.Errorf("check %s: %w", c.ID, err)
		}
		if v != true {
			return s.tellRule(c, clause, run, r)
		}
	}
	if cut != nil {
		r.Status, r.Message = Failed, cutTrace(*cut)
		return nil
	}
	r.Status = Passed
	return nil
}

// unknown is the first name whose value is null, or "".
func unknown(names []string, env map[string]any) string {
	for _, name := range names {
		if lookup(env, name) == nil {
			return name
		}
	}
	return ""
}

func lookup(env map[string]any, name string) any {
	var at any = env
	for part := range strings.SplitSeq(name, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[part]
	}
	return at
}

func whyUnknown(run *tracedRun, name string) string {
	if why := run.trace.Metrics.Why[strings.TrimPrefix(name, "reference.")]; why != "" {
		return why
	}
	return "the trace does not tell"
}

// cutTrace explains a trace that has no end. It is never enough to pass: what
// came after the cut is unknown.
func cutTrace(how string) string {
	switch how {
	case "cap":
		return "The run made a trace larger than it may be, so its end is missing. Do far fewer things: fewer goroutines, fewer logs."
	case "idle":
		return "Nothing ran for so long that the trace was ended. Is something waiting for what never comes?"
	}
	return "The trace has no end: the program ended in the middle of the run."
}
