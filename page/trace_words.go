package page

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"course/tutor/exectrace"
)

// stateWords say what a goroutine in a state does, as in "G5 runs". Sleep is any
// wait that has no state of its own: the reason after it says for what.
var stateWords = [exectrace.NumStates]string{
	exectrace.Running:  "runs",
	exectrace.Syscall:  "is in a system call",
	exectrace.GC:       "does GC work",
	exectrace.Runnable: "is ready and wants a P",
	exectrace.Chan:     "waits for a channel",
	exectrace.Select:   "waits in select",
	exectrace.Sync:     "waits for a lock or WaitGroup",
	exectrace.Sleep:    "waits",
	exectrace.Net:      "waits for the network",
}

// stateNames are the states as the legend and the tables name them.
var stateNames = [exectrace.NumStates]string{
	exectrace.Running:  "running",
	exectrace.Syscall:  "in a system call",
	exectrace.GC:       "GC work",
	exectrace.Runnable: "runnable",
	exectrace.Chan:     "channel",
	exectrace.Select:   "select",
	exectrace.Sync:     "lock or WaitGroup",
	exectrace.Sleep:    "timer or other",
	exectrace.Net:      "network",
}

// causeWords say who made a goroutine ready.
var causeWords = []struct{ cause, words string }{
	{"create", "a go statement"},
	{"unblock", "another goroutine"},
	{"timer", "a timer"},
	{"network", "the network"},
	{"preempted", "preemption: its time slice was up"},
	{"gosched", "itself: it gave way"},
	{"syscall", "the end of a system call"},
	{"runtime", "the runtime"},
}

// span writes a length of time in ns, to three digits.
func span(ns float64) string { return exectrace.Length(ns) }

func spanMS(ms float64) string { return span(ms * 1e6) }
func spanUS(us float64) string { return span(us * 1e3) }

// percent writes a share in words that do not round to nothing or to all.
func percent(share float64) string {
	switch {
	case share <= 0:
		return "0 %"
	case share < .01:
		return "under 1 %"
	case share > .995 && share < 1:
		return "over 99 %"
	}
	return strconv.Itoa(int(math.Round(share*100))) + " %"
}

func laneName(kind string, id int64) string { return kind + strconv.FormatInt(id, 10) }

// functionName is a function as its author wrote it, without what the compiler
// put around a go statement.
func functionName(fn string) string {
	if i := strings.LastIndex(fn, ".gowrap"); i > 0 {
		return fn[:i]
	}
	return fn
}

func place(f exectrace.Frame) string {
	if f.Line == 0 {
		return ""
	}
	return f.File + ":" + strconv.Itoa(f.Line)
}

// aboutGoroutine says what it runs and who made it.
func aboutGoroutine(g exectrace.Goroutine) string {
	s := functionName(g.Func)
	if s == "" {
		s = "a goroutine that showed no function"
	}
	if at := place(g.CreatedAt); at != "" {
		s += ", made at " + at
	}
	return s
}

// stuck says why a goroutine waited at the end of a trace; "" also where the
// trace ended before the program did.
func stuck(t *exectrace.Trace, g exectrace.Goroutine) string {
	if !g.Blocked() || t.Metrics.Leaks == nil {
		return ""
	}
	return "still waits at the end: " + exectrace.ReasonWords(g.Reason)
}

// tellBar says what a bar shows, for its tooltip.
func tellBar(lane string, b traceBar) string {
	at := " from " + span(float64(b.Start)) + " for " + span(float64(b.End-b.Start))
	if b.Seg == nil {
		return fmt.Sprintf("%s: %s segments%s: %s", lane, thousands(int64(b.N)), at, tellShares(b))
	}
	s := b.Seg
	text := lane + " " + stateWords[s.State] + at
	if strings.HasPrefix(lane, "P") {
		text = laneName("G", s.G) + " " + stateWords[s.State] + " on " + lane + at
	} else if s.P >= 0 {
		text += ", on " + laneName("P", s.P)
	}
	if s.Reason != "" && s.State != exectrace.Runnable {
		text += ": " + exectrace.ReasonWords(s.Reason)
	}
	if p := place(s.At); p != "" {
		text += ", " + p
	}
	return text
}

func tellShares(b traceBar) string {
	var parts []string
	d := float64(b.End - b.Start)
	for s, t := range b.Times {
		if t > 0 && d > 0 {
			parts = append(parts, stateNames[s]+" "+percent(float64(t)/d))
		}
	}
	return strings.Join(parts, ", ")
}

// axisStep is the distance of the marks on an axis of span ns: 1, 2 or 5 times
// a power of ten, so that there are at most a dozen.
func axisStep(span int64) int64 {
	const most = 12
	for step := int64(1); ; step *= 10 {
		for _, m := range []int64{1, 2, 5} {
			if span/(m*step) <= most {
				return m * step
			}
		}
		if step > math.MaxInt64/100 {
			return step
		}
	}
}

// axisUnit gives the unit in which the marks of an axis are written.
func axisUnit(span int64) (ns float64, name string) {
	for _, u := range exectrace.LengthUnits {
		if float64(span) >= 2*u.NS {
			return u.NS, u.Name
		}
	}
	return 1, "ns"
}
