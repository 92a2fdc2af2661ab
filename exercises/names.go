package exercises

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr/types"
)

// Span is what rules see of the tasks or regions of one name.
type Span struct {
	N       int     `expr:"n"`
	Open    int     `expr:"open"` // began and never ended
	TotalMS float64 `expr:"total_ms"`
}

// Wait is what rules see of one reason for waiting.
type Wait struct {
	N       int     `expr:"n"`
	TotalMS float64 `expr:"total_ms"`
}

// TraceNames are the dotted names of all numbers of a trace, sorted: those of
// `tutor trace --json`, and call_ms and cpu_ms, which the grader measures.
func TraceNames() []string {
	var out []string
	collect(traceNames(), "", &out)
	slices.Sort(out)
	return out
}

func collect(m types.Map, prefix string, out *[]string) {
	for name, t := range m {
		if inner, ok := t.(types.Map); ok {
			collect(inner, prefix+name+".", out)
		} else if t == types.Float64 {
			*out = append(*out, prefix+name)
		}
	}
}

// traceNames are those numbers, and functions. What a function does not find
// has happened 0 times.
//
//	task("name") region("name")        .n .open .total_ms
//	logs("category")                   how many logs of that category
//	logged("category", "message")      how many of exactly that message
//	waited("sleep")                    .n .total_ms
//	waiters("work.go")                 the most goroutines that waited at one
//	                                   moment in that file
//	most_waited()                      the reason that took the most time
func traceNames() types.Map {
	f := types.Float64
	group := func(names ...string) types.Map {
		m := types.Map{}
		for _, name := range names {
			m[name] = f
		}
		return m
	}
	m := group("wall_ms", "procs", "events", "utilisation", "parallelism", "on_cpu",
		"running_ms", "runnable_ms", "waiting_ms", "syscall_ms", "call_ms", "cpu_ms")
	m["goroutines"] = group("created", "peak", "at_end", "blocked_at_end", "system")
	latency := group("n", "p50_us", "p95_us", "p99_us", "max_us", "total_ms")
	latency["by_cause"] = types.Map{types.Extra: types.Any}
	m["latency"] = latency
	m["switches"] = group("total", "per_s")
	m["steals"] = group("confidence", "stolen", "local", "global", "unknown", "global_share", "queue_peak")
	m["gc"] = group("cycles", "assist_ms", "stw_ms", "mark_ms", "worker_ms")
	m["heap"] = group("peak_bytes")
	maps.Copy(m, traceFunctions())
	return m
}

func traceFunctions() types.Map {
	return types.Map{
		"task":        types.TypeOf(func(string) Span { return Span{} }),
		"region":      types.TypeOf(func(string) Span { return Span{} }),
		"logs":        types.TypeOf(func(string) int { return 0 }),
		"logged":      types.TypeOf(func(string, string) int { return 0 }),
		"waiters":     types.TypeOf(func(string) int { return 0 }),
		"waited":      types.TypeOf(func(string) Wait { return Wait{} }),
		"most_waited": types.TypeOf(func() string { return "" }),
	}
}

// TraceScope is the scope of a trace check: the learner's trace, reference.
// with the same names, the arguments of the call and its units of work.
func TraceScope() Scope {
	m := traceNames()
	m["reference"] = traceNames()
	m["args"] = types.Array(types.Any)
	m["n"] = types.Float64
	return Scope{m}
}

// AnswerScope is the scope of a question: the trace of the check that the
// predict check needs first, and traces.ID of every traced check.
func AnswerScope(traced []string) Scope {
	m, all := traceNames(), types.Map{}
	for _, id := range traced {
		all[id] = traceNames()
	}
	m["traces"] = all
	return Scope{m}
}

// AnswerMessageScope adds the learner's answer and the right one.
func AnswerMessageScope(traced []string) Scope {
	s := AnswerScope(traced)
	s.names["answer"] = types.String
	return s
}

// CompareScope is the scope of a call check with compare: rule: both answers
// as JSON values and the arguments.
func CompareScope() Scope {
	return Scope{types.Map{"got": types.Any, "want": types.Any, "args": types.Array(types.Any)}}
}

// Traced are the ids of the checks of kind trace.
func (ex *Exercise) Traced() []string {
	var ids []string
	for _, c := range ex.Checks {
		if c.Kind == "trace" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
