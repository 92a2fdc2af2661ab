package grade

import (
	"context"
	"fmt"
	"slices"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// What a cpu check goes by.
const (
	// certain is the chance of a wrong refusal of work that needs exactly as
	// much as is allowed; of work that needs less it is smaller by far.
	certain = 0.05
	// leastCPU is the least that a call of the reference must use, in ms:
	// below, the clock and not the work is compared.
	leastCPU = 2
)

// pair is one call of the learner's code and of the reference, of the same
// input, one right after the other.
type pair struct {
	args      []any
	got, want observation
	ours      float64 // ms of CPU
	theirs    float64
}

// cpu compares CPU time with the reference's, in interleaved untraced pairs.
// The supervisor measures both from outside. Every pair has an input of its
// own, or remembering answers would win.
func (s *session) cpu(ctx context.Context, c exercises.Check, r *CheckResult) error {
	if s.broken != "" {
		r.Status, r.Message = Failed, s.broken
		return nil
	}
	factor, err := exercises.CPUFactor(c.Rule)
	if err != nil {
		return fmt.Errorf("read the rule of check %s: %w", c.ID, err)
	}
	res, pairs, err := s.pairs(ctx, c)
	if err != nil || !s.builds(partOf(res, learnerPart), r) || s.tooLate(res, r) {
		return err
	}
	if err := referenceTrouble(partOf(res, referencePart)); err != nil {
		return err
	}
	for _, p := range pairs {
		if p.want.none != "" {
			return fmt.Errorf("%w: %s: %s", errReference, callText(c.Call, p.args), noAnswer(p.want.none))
		}
		same, why, err := agree(c.Compare, p.got, p.want, p.args)
		if err != nil {
			return err
		}
		if !same {
			s.tellCase(exercises.Check{Func: c.Call}, callCase{args: p.args}, p.got, p.want, why, partOf(res, learnerPart), r)
			return nil
		}
	}
	return s.judgeCPU(c, factor, pairs, r)
}

// pairs calls the learner's package and the reference in turns, each call in a
// fresh process.
func (s *session) pairs(ctx context.Context, c exercises.Check) (*sandbox.Result, []pair, error) {
	random := chance(s.seed, "cpu "+c.ID)
	list := make([]pair, c.Runs)
	d := &sandbox.Dialogue{}
	for i := range list {
		list[i].args = generate(c.Gen, random, i+2) // the first two would be the edges
		d.Calls = append(d.Calls, sandbox.Call{N: i + 1, Func: c.Call, Args: list[i].args, Alone: true, TimeoutMS: int(s.ex.Limits.Wall.Milliseconds())})
	}
	job := s.job(d, s.learner(), s.reference())
	job.Alone = true // time is compared
	res, err := s.g.cfg.Runner.Run(ctx, job, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("run the pairs of %s: %w", c.Call, err)
	}
	ours, theirs := repliesOf(res, learnerPart), repliesOf(res, referencePart)
	for i := range list {
		a, b := replyTo(ours, i+1), replyTo(theirs, i+1)
		list[i].got, list[i].want, list[i].ours, list[i].theirs = observe(a), observe(b), a.CPUMS, b.CPUMS
	}
	return res, list, nil
}

// judgeCPU refuses when the learner's CPU time is above factor times the
// reference's, as far as that can be told from chance.
func (s *session) judgeCPU(c exercises.Check, factor float64, pairs []pair, r *CheckResult) error {
	ours, allowed, theirs := []float64{}, []float64{}, []float64{}
	for _, p := range pairs {
		ours, theirs, allowed = append(ours, p.ours), append(theirs, p.theirs), append(allowed, factor*p.theirs)
	}
	if median(theirs) < leastCPU {
		return fmt.Errorf("%w: a call of %s uses %.2f ms of CPU, too little to be compared", errReference, c.Call, median(theirs))
	}
	if greater(ours, allowed) >= certain {
		r.Status, r.Message = Passed, fmt.Sprintf("It used %.0f ms of CPU, the reference %.0f ms.", median(ours), median(theirs))
		return nil
	}
	message, err := exercises.ParseMessage(c.Message, exercises.TraceScope())
	if err != nil {
		return fmt.Errorf("read the message of check %s: %w", c.ID, err)
	}
	r.Status, r.Expected = Failed, c.Rule
	r.Got = fmt.Sprintf("cpu_ms = %.1f\nreference.cpu_ms = %.1f\nmedians of %d pairs of runs", median(ours), median(theirs), len(pairs))
	r.Message = message.Fill(map[string]any{"cpu_ms": median(ours), "reference": map[string]any{"cpu_ms": median(theirs)}})
	if r.Message == "" {
		r.Message = fmt.Sprintf("It used %.1f times the CPU of the reference; %.3g times is allowed. What is done more often than needed?", median(ours)/median(theirs), factor)
	}
	return nil
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// greater is the chance that x would lie as far above y as it does, or
// farther, if both came from the same source: the exact one-sided test of Mann
// and Whitney. It counts in how many of all ways to choose len(x) of the values
// x would win as many of the duels or more; a tie is half a duel.
func greater(x, y []float64) float64 {
	all := slices.Concat(x, y)
	won := duels(x, y)
	asMuch, ways := 0, 0
	choose(len(all), len(x), func(mine []bool) {
		var a, b []float64
		for i, v := range all {
			if mine[i] {
				a = append(a, v)
			} else {
				b = append(b, v)
			}
		}
		ways++
		if duels(a, b) >= won {
			asMuch++
		}
	})
	return float64(asMuch) / float64(ways)
}

// duels is twice the number of pairs in which x is above y.
func duels(x, y []float64) int {
	won := 0
	for _, a := range x {
		for _, b := range y {
			if a > b {
				won += 2
			} else if a == b {
				won++
			}
		}
	}
	return won
}

// choose calls f with every choice of k of n.
func choose(n, k int, f func(mine []bool)) {
	mine := make([]bool, n)
	var from func(i, left int)
	from = func(i, left int) {
		if left == 0 {
			f(mine)
			return
		}
		for ; i <= n-left; i++ {
			mine[i] = true
			from(i+1, left-1)
			mine[i] = false
		}
	}
	from(0, k)
}
