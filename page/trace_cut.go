package page

import (
	"time"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
)

// cutWords say where a trace ends that is not whole.
var cutWords = map[string]string{
	"cap":     "The trace ends here: it was as large as it may be. The program ran on.",
	"idle":    "The trace ends here: nothing ran for 1 s. The program went on.",
	"killed":  "The trace ends here: the program was stopped.",
	"cut":     "The end of this trace is missing. What there is of it is shown.",
	"damaged": "This trace is damaged. What could be read of it is shown.",
	// By runtime.StopTrace, or by reading it away.
	"stopped": "The trace ends here: the program stopped the runtime’s tracer itself.",
}

// endWords say what ended a program before its trace was written to the end.
var endWords = map[sandbox.Status]string{
	sandbox.StatusOK:           "The trace ends here: the time of the run was nearly up. The program went on.",
	sandbox.StatusRuntimeError: endedItself,
	sandbox.StatusTestFailed:   endedItself,
	sandbox.StatusTimeLimit:    "The trace ends here: the program’s time was up.",
	sandbox.StatusMemoryLimit:  "The trace ends here: the program was stopped at its memory limit.",
	sandbox.StatusOutputLimit:  "The trace ends here: the program was stopped when it had printed all that it may.",
	sandbox.StatusProcessLimit: "The trace ends here: the program was stopped when it had as many threads as it may.",
	sandbox.StatusDiskLimit:    "The trace ends here: the program was stopped when it had written all that it may.",
	sandbox.StatusForbidden:    "The trace ends here: the program made a system call that it may not make.",
}

const endedItself = "The trace ends here: the program panicked, or the runtime ended it."

// TraceCut says that the trace of a run is not all of it, and how much it
// covers, or why there is none; "" of one that is whole. t is the trace; it may
// be nil, and how much is left out is not said then.
func TraceCut(r *sandbox.Result, t *exectrace.Trace) string {
	switch {
	case r.Trace == nil:
		return ""
	case r.Trace.Problem != "":
		return r.Trace.Problem
	case r.TraceCut() == "idle" && r.Status == sandbox.StatusDeadlock:
		return "" // nothing came after it
	case r.TraceCut() == "":
		return ""
	case t == nil:
		t = &exectrace.Trace{Run: exectrace.Run{Status: string(r.Status)}}
	}
	return cutSays(r.TraceCut(), t)
}

// FileCut says the same of a trace by itself; "" of one that is whole.
func FileCut(t *exectrace.Trace) string {
	if t.Metrics.Truncated == nil {
		return ""
	}
	return cutSays(*t.Metrics.Truncated, t)
}

// cutSays says how a trace was cut, what the run came to, and how much of it
// the trace covers.
func cutSays(how string, t *exectrace.Trace) string {
	words, known := cutWords[how]
	if !known {
		words = "The trace was cut: " + how + "."
	}
	if ended, known := endWords[sandbox.Status(t.Run.Status)]; known && how == "killed" {
		words = ended
	}
	if how == "idle" && t.Metrics.Leaks != nil {
		return "The trace ends here: nothing ran for 1 s, and nothing ever ran again."
	}
	if covers, ran := span(float64(t.Wall)), span(float64(t.Run.Wall)); t.Run.Wall > time.Duration(t.Wall) && covers != ran {
		words += " It covers the first " + covers + " of " + ran + "."
	}
	if t.Damage != "" {
		words += " (" + t.Damage + ")"
	}
	return words
}
