package grade

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/exercises"
)

// fault says why a trace is no evidence of the run it claims to be: our word is
// not in it exactly once, or its times contradict the CPU that the process
// really used. A trace that a learner made up fails here.
func fault(m *exectrace.Metrics, word string, run *tracedRun) string {
	call := spanOf(m.Regions, "tutor:"+word)
	if loggedOf(m.Logs, "tutor", word) != 1 || call.N != 1 {
		return "the mark that the call leaves in it is missing or doubled."
	}
	if run.open {
		return "it ends in the middle of a call that answered."
	}
	used := run.part.Usage.CPUMS
	busy := m.RunningMS + m.SyscallMS + m.GC.MarkMS*float64(max(m.Procs, 1))
	if claims := m.RunningMS; claims > 500 && used < claims/200 {
		return fmt.Sprintf("it shows %.0f ms of running, and the process used %.0f ms of CPU.", claims, used)
	}
	if used > 500+4*busy {
		return fmt.Sprintf("the process used %.0f ms of CPU, and it shows %.0f ms of running.", used, m.RunningMS)
	}
	return ""
}

// tellRule fills r with a clause that does not hold: the author's sentence,
// the clause, the numbers it read, and the lines behind them.
func (s *session) tellRule(c exercises.Check, clause exercises.Clause, run *tracedRun, r *CheckResult) error {
	message, err := exercises.ParseMessage(c.Message, exercises.TraceScope())
	if err != nil {
		return fmt.Errorf("read the message of check %s: %w", c.ID, err)
	}
	r.Status, r.Expected = Failed, clause.Text
	r.Message = message.Fill(run.env)
	if r.Message == "" {
		r.Message = fmt.Sprintf("The trace does not fit: %s.", clause.Text)
	}
	r.Got = readings(clause, run.env)
	r.Evidence = append(r.Evidence, s.lines(clause, run.trace)...)
	r.Evidence = append(r.Evidence, s.rows(clause, run, s.traceOf(c, run))...)
	r.Evidence = append(r.Evidence, Evidence{Kind: "trace", TraceID: s.traceOf(c, run), ToMS: run.trace.Metrics.WallMS,
		Text: callText(c.Call, run.args)})
	return nil
}

// traceOf is the check under which the verdict keeps the trace of run. The
// reader of a verdict finds the trace by it.
func (s *session) traceOf(c exercises.Check, run *tracedRun) string {
	for _, t := range s.traces {
		if len(t.Data) > 0 && len(run.data) > 0 && &t.Data[0] == &run.data[0] {
			return t.Check
		}
	}
	return c.ID
}

// readings are the values that a clause read, one a line.
func readings(clause exercises.Clause, env map[string]any) string {
	var lines []string
	for _, name := range clause.Names {
		lines = append(lines, fmt.Sprintf("%s = %s", name, exercises.FormatValue(lookup(env, name))))
	}
	for _, call := range clause.Calls {
		if v, err := call.Value(env); err == nil {
			lines = append(lines, fmt.Sprintf("%s = %s", call.Text, exercises.FormatValue(v)))
		}
	}
	return strings.Join(lines, "\n")
}

// lines are the learner's lines that a clause is about: where goroutines that
// never ended were started, where all were, or where they spent their time.
func (s *session) lines(clause exercises.Clause, t *exectrace.Trace) []Evidence {
	reads := func(part string) bool {
		return slices.ContainsFunc(clause.Names, func(name string) bool { return strings.Contains(name, part) })
	}
	switch {
	case reads("at_end"):
		return s.leakLines(t.Metrics.Leaks)
	case reads("goroutines."):
		return s.startLines(t.Goroutines)
	case reads("waiting_ms") || reads("running_ms") || reads("cpu_ms") || reads("parallelism") || reads("utilisation"):
		return s.costLines(t.Metrics.Lines, exectrace.LineCost.Ran, waitingMS)
	case reads("runnable_ms") || reads("latency."):
		return s.costLines(t.Metrics.Lines, func(l exectrace.LineCost) float64 { return l.RunnableMS })
	}
	return nil
}

func waitingMS(l exectrace.LineCost) float64 {
	sum := 0.0
	for _, ms := range l.WaitingMS {
		sum += ms
	}
	return sum
}

// mine is the name of a file of the learner's package, or "".
func (s *session) mine(file string) string {
	name := path.Base(file)
	for _, f := range s.files {
		if f.Name == name && slices.Contains(s.ex.Edit, name) {
			return name
		}
	}
	return ""
}

func (s *session) leakLines(leaks []exectrace.Leak) []Evidence {
	var out []Evidence
	for _, l := range leaks {
		if name := s.mine(l.File); name != "" && len(out) < 3 {
			out = append(out, Evidence{Kind: "line", File: name, Line: l.Line,
				Text: fmt.Sprintf("%s started here still waiting at the end (%s)", count(l.N, "goroutine"), l.Reason)})
		}
	}
	return out
}

func (s *session) startLines(all []exectrace.Goroutine) []Evidence {
	started := map[exectrace.Frame]int{}
	for _, g := range all {
		if name := s.mine(g.CreatedAt.File); name != "" && !g.System {
			started[exectrace.Frame{File: name, Line: g.CreatedAt.Line}]++
		}
	}
	most := slices.SortedFunc(maps.Keys(started), func(a, b exectrace.Frame) int {
		return cmp.Or(cmp.Compare(started[b], started[a]), cmp.Compare(a.Line, b.Line))
	})
	var out []Evidence
	for _, at := range most[:min(3, len(most))] {
		out = append(out, Evidence{Kind: "line", File: at.File, Line: at.Line, Text: "started " + count(started[at], "goroutine")})
	}
	return out
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// costLines are the two lines of the learner's that weigh most by each measure.
func (s *session) costLines(lines []exectrace.LineCost, measures ...func(exectrace.LineCost) float64) []Evidence {
	var out []Evidence
	for _, weight := range measures {
		mine := slices.DeleteFunc(slices.Clone(lines), func(l exectrace.LineCost) bool { return s.mine(l.File) == "" || weight(l) < 1 })
		slices.SortStableFunc(mine, func(a, b exectrace.LineCost) int { return cmp.Compare(weight(b), weight(a)) })
		for _, l := range mine[:min(2, len(mine))] {
			e := Evidence{Kind: "line", File: s.mine(l.File), Line: l.Line, Text: costText(l)}
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

func costText(l exectrace.LineCost) string {
	var parts []string
	if l.Ran() >= 0.1 {
		parts = append(parts, fmt.Sprintf("ran for at least %.1f ms", l.Ran()))
	}
	if l.RunnableMS >= 0.1 {
		parts = append(parts, fmt.Sprintf("wanted a P for %.1f ms", l.RunnableMS))
	}
	for _, reason := range slices.Sorted(maps.Keys(l.WaitingMS)) {
		if ms := l.WaitingMS[reason]; ms >= 0.1 {
			parts = append(parts, fmt.Sprintf("waited for %.1f ms (%s)", ms, reason))
		}
	}
	return "goroutines at this line " + strings.Join(parts, ", ")
}
