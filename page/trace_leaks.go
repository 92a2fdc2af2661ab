package page

import (
	"cmp"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
)

// blindSpots say what the collector cannot know. The trace decides; this is
// evidence next to it.
const blindSpots = "The collector only proves leaks. It does not see goroutines that sleep, that wait for something a package variable " +
	"or a running goroutine still holds, and it misses some that send a variable of their closure or wait for a small lock. " +
	"The trace says who was left waiting."

// leakProof is what the garbage collector says of leaked goroutines, for the
// place below the table of those that the trace left waiting.
func leakProof(v *TraceView) string {
	p := v.Leaks
	if p == nil || v.Trace == nil {
		return ""
	}
	blocked := v.Trace.Metrics.Goroutines.BlockedAtEnd
	left := blocked != nil && *blocked > 0
	switch {
	case p.Why != "" && left:
		return note(p.Why)
	case p.N > 0:
		return `<p class="tnote"><span class="tag">proved by the garbage collector</span> ` +
			esc(plural(p.N, "goroutine", "goroutines")+" can never go on: nothing that could still run can reach what they wait for.") + `</p>` +
			looked(p) + proofTable(p).html()
	case p.Why == "" && left:
		return note("The garbage collector proves no goroutine of this run to be leaked. " + blindSpots)
	}
	return ""
}

// looked says how many of the goroutines the table below is about.
func looked(p *sandbox.LeakProfile) string {
	n := 0
	for _, s := range p.Stacks {
		n += s.N
	}
	if n >= p.N {
		return ""
	}
	return note("Of these, " + thousands(int64(n)) + " were looked at. Where they wait:")
}

func note(text string) string { return `<p class="tnote">` + esc(text) + `</p>` }

// proofTable has a row for each place where goroutines wait for ever.
func proofTable(p *sandbox.LeakProfile) *table {
	t := &table{caption: "Proved to be leaked", heads: []string{"Made at", "how many", "waiting in", "at"}, foot: blindSpots}
	for _, s := range p.Stacks {
		at := waitsAt(s.Frames)
		t.rows = append(t.rows, []string{
			cmp.Or(framePlace(s.Made), "the start of the program"), thousands(int64(s.N)), "`" + functionName(at.Func), cmp.Or(framePlace(at), "not known"),
		})
	}
	return t
}

// waitsAt is the innermost frame that is not of the runtime or the standard
// library's locks, which every goroutine that waits has.
func waitsAt(frames []sandbox.LeakFrame) sandbox.LeakFrame {
	for _, f := range frames {
		if !strings.HasPrefix(f.Func, "runtime.") && !strings.HasPrefix(f.Func, "sync.") && !strings.HasPrefix(f.Func, "internal/") {
			return f
		}
	}
	return sandbox.LeakFrame{}
}

func framePlace(f sandbox.LeakFrame) string {
	return place(exectrace.Frame{Func: f.Func, File: f.File, Line: f.Line})
}

// OtherTrace leads to a trace that a run left besides its own.
type OtherTrace struct{ URL, Text, Says string }

// otherTraces are the traces that the program of a run wrote itself, and the
// end of its own one when that was cut.
func otherTraces(r *sandbox.Result) []OtherTrace {
	var list []OtherTrace
	for _, a := range r.Artifacts {
		switch {
		case a.ID == "":
		case a.Kind == "trace-end":
			if end := TraceEnd(r); end != nil {
				list = append(list, *end)
			}
		case a.Kind == "trace-file":
			list = append(list, OtherTrace{"/traces/" + a.ID, "Open the trace that the program wrote", a.Name + ", " + size(int64(a.Bytes)) + "."})
		}
	}
	return list
}

// TraceEnd leads to the end of a run's trace, when that was cut and its end
// kept apart; nil when not.
func TraceEnd(r *sandbox.Result) *OtherTrace {
	if r.Trace == nil || r.Trace.End == nil || r.Trace.End.ID == "" {
		return nil
	}
	return &OtherTrace{"/traces/" + r.Trace.End.ID, "Open the end of the trace", r.Trace.End.Says}
}
