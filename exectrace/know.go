package exectrace

import "time"

// leastBusy is how much must have run before on_cpu means anything, in ns.
const leastBusy = 30e6

// CutWords say in a clause how a trace was cut: how is Metrics.Truncated.
func CutWords(how string) string {
	switch how {
	case "cap":
		return "it was as large as it may be"
	case "idle":
		return "nothing ran for a while"
	case "killed":
		return "the program was killed"
	case "stopped":
		return "the program ended it"
	case "cut":
		return "the file ends in the middle"
	case "damaged":
		return "the rest is damaged"
	}
	return how
}

// Know adds to the metrics what the trace itself does not tell: how it was cut
// (cap, idle, killed; "" leaves what Parse found), and what the process used of
// CPUs while it was traced (0: not known). over says that the program did
// nothing after the end of an idle trace: Go found a deadlock then. Parse does so
// with its Options; who learns it later may call this once more.
func (t *Trace) Know(truncated string, over bool, cpu time.Duration) {
	if t.Metrics.Why == nil {
		t.Metrics.Why = map[string]string{}
	}
	if truncated != "" {
		t.Metrics.Truncated = &truncated
	}
	t.knowEnd(over)
	t.knowCPU(cpu)
}

// knowEnd takes back what is only known when the end of the trace is that of
// the program, or of all it would ever do.
func (t *Trace) knowEnd(over bool) {
	m := &t.Metrics
	if m.Truncated == nil || over && *m.Truncated == "idle" {
		return
	}
	m.Leaks, m.Unfinished, m.Goroutines.BlockedAtEnd = nil, nil, nil
	m.Why["leaks"] = "the trace was cut, and who would have been left at the program's end is not known"
	m.Why["unfinished"] = "the trace was cut, and who would still have been at it at the program's end is not known"
	m.Why["goroutines.blocked_at_end"] = "the trace was cut, and who would still have waited at the program's end is not known"
}

// knowCPU says how much of the time that goroutines "ran" the process had a
// CPU: running means that an M holds a P, and the system may not run the M.
func (t *Trace) knowCPU(cpu time.Duration) {
	m := &t.Metrics
	m.OnCPU = nil
	switch {
	case cpu <= 0:
		m.Why["on_cpu"] = "the CPU time of the process is not known"
	case m.Truncated != nil:
		m.Why["on_cpu"] = "the CPU time is of the whole run, and the trace only of a part of it"
	case t.Busy < leastBusy:
		m.Why["on_cpu"] = "too little ran to say"
	default:
		on := min(float64(cpu)/t.Busy, 1)
		m.OnCPU = &on
		delete(m.Why, "on_cpu")
	}
}

// KnowRace says that the program was built with the race detector: where
// goroutines came from was then inferred for nothing. It is Options.Race for
// who learns of it late.
func (t *Trace) KnowRace() {
	if t.Metrics.Why == nil {
		t.Metrics.Why = map[string]string{}
	}
	t.Metrics.Steals = Steals{Inferred: true}
	t.Metrics.noSteals(raceWhy)
}

// raceWhy is why the replay of the run queues says nothing of such a program.
const raceWhy = "the race detector makes the scheduler choose at random"

// noSteals says why there is nothing known of steals.
func (m *Metrics) noSteals(why string) {
	for _, name := range []string{"confidence", "stolen", "local", "global", "unknown", "global_share", "queue_peak"} {
		m.Why["steals."+name] = why
	}
}
