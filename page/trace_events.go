package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"course/tutor/exectrace"
)

// eventTables are what else is drawn on the timeline, as tables: the critical
// path, the stolen starts, the logs, the threads, and the curves.
func eventTables(t *exectrace.Trace, threads *threadSums, steals *stolenStarts) string {
	var b strings.Builder
	for _, tab := range []*table{criticalTable(&t.Metrics), steals.table(), curveTable(t), logTable(t), threads.table()} {
		b.WriteString(tab.html())
	}
	return b.String()
}

// mostSteps is how many rows the tables of events have at most.
const mostSteps = 100

// criticalTable is the critical path from the first step to the last. Of one
// with too many steps the longest are told, in the order of time.
func criticalTable(m *exectrace.Metrics) *table {
	t := &table{caption: "The critical path: without these steps the program would have ended sooner", shown: true,
		heads: []string{"From", "for", "goroutine", "which", "at"}}
	steps := exectrace.LongestSteps(m.CriticalPath, mostSteps)
	if all := len(m.CriticalPath); all > len(steps) {
		left := took(m.CriticalPath) - took(steps)
		t.foot = fmt.Sprintf("The longest %d of %s steps. The others took %s together.", mostSteps, thousands(int64(all)), spanMS(left))
	}
	for _, s := range steps {
		does := "=" + s.State
		if s.State == exectrace.Sleep.String() && s.Reason != "" {
			does += ": " + exectrace.ReasonWords(s.Reason)
		}
		if s.N > 1 {
			does = "mostly " + cmp.Or(exectrace.ReasonWords(s.Reason), s.State) + ", in " + thousands(int64(s.N)) + " steps"
		}
		t.rows = append(t.rows, []string{
			spanMS(s.FromMS), spanMS(s.ToMS - s.FromMS), laneName("G", s.G), does,
			cmp.Or(place(exectrace.Frame{File: s.File, Line: s.Line}), "–"),
		})
	}
	return t
}

// took is the length of all steps together, in ms.
func took(steps []exectrace.PathStep) (ms float64) {
	for _, s := range steps {
		ms += s.ToMS - s.FromMS
	}
	return ms
}

// logTable lists what the program logged.
func logTable(t *exectrace.Trace) *table {
	out := &table{caption: "Logs", heads: []string{"At", "goroutine", "category", "message"}, shown: true}
	left := 0
	for _, n := range t.Notes {
		switch {
		case n.Kind != "log", strings.HasPrefix(n.Name, "tutor:"):
		case len(out.rows) == mostSteps:
			left++
		default:
			out.rows = append(out.rows, []string{span(float64(n.Start)), rowName(t, n.Row), shownName(n.Name), shownName(n.Text)})
		}
	}
	if left > 0 {
		out.foot = thousands(int64(left)) + " more logs are left out."
	}
	return out
}

// rowName is the goroutine of a row of the timeline.
func rowName(t *exectrace.Trace, row int) string {
	if row < 0 || row >= len(t.Goroutines) {
		return "–"
	}
	return laneName("G", t.Goroutines[row].ID)
}

// threadSums add up what each thread (M) did: how long it ran goroutines of the
// program, was in their system calls, and did the work of the collector, and on
// how many Ps.
type threadSums struct {
	t  *exectrace.Trace
	by map[int64]*threadSum
}

type threadSum struct {
	times [exectrace.NumStates]int64
	n     int
	ps    map[int64]bool
	lastP int64 // -1 for none
}

func newThreadSums(t *exectrace.Trace) *threadSums {
	return &threadSums{t: t, by: map[int64]*threadSum{}}
}

// Segment takes the next segment of the trace.
func (sums *threadSums) Segment(s *exectrace.Segment) {
	if s.M < 0 || (sums.t.Goroutines[s.Row].System && s.State != exectrace.GC) {
		return
	}
	m := sums.by[s.M]
	if m == nil {
		m = &threadSum{ps: map[int64]bool{}, lastP: -1}
		sums.by[s.M] = m
	}
	m.times[s.State] += s.End - s.Start
	m.n++
	if s.P >= 0 && s.P != m.lastP {
		m.ps[s.P], m.lastP = true, s.P
	}
}

func (sums *threadSums) table() *table {
	out := &table{caption: "Threads (Ms)", shown: true, heads: []string{"Thread", "=running", "=syscall", "=gc", "stretches", "on Ps"}}
	var ids []int64
	for id := range sums.by {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), mostSteps)] {
		m := sums.by[id]
		out.rows = append(out.rows, []string{
			laneName("M", id), spanOrDash(float64(m.times[exectrace.Running]) / 1e6), spanOrDash(float64(m.times[exectrace.Syscall]) / 1e6),
			spanOrDash(float64(m.times[exectrace.GC]) / 1e6), thousands(int64(m.n)), orDash(len(m.ps)),
		})
	}
	if len(ids) > mostSteps {
		out.foot = plural(len(ids)-mostSteps, "more thread is", "more threads are") + " left out."
	}
	return out
}

// curveRows is into how many parts the run is cut for the table of curves.
const curveRows = 16

// curveNames are the curves as their table names them.
var curveNames = map[string]string{
	"live": "goroutines alive", "runnable": "ready", "queue": "longest local queue", "global": "global queue", "heap": "heap",
}

// curveTable tells how the counts went over the run: the most in each of equal
// parts of it.
func curveTable(t *exectrace.Trace) *table {
	out := &table{caption: "Over the run: the most in each part", shown: true, heads: []string{"Until"}}
	if t.Wall <= 0 || len(t.Curves) == 0 {
		return out
	}
	for _, c := range t.Curves {
		out.heads = append(out.heads, cmp.Or(curveNames[c.Name], c.Name))
	}
	for i := range int64(curveRows) {
		from, to := t.Wall*i/curveRows, t.Wall*(i+1)/curveRows
		row := []string{span(float64(to))}
		for _, c := range t.Curves {
			most := c.Most(from, to)
			if c.Unit == "bytes" {
				row = append(row, size(int64(most)))
			} else {
				row = append(row, thousands(int64(most)))
			}
		}
		out.rows = append(out.rows, row)
	}
	for _, c := range t.Curves {
		if c.Name == "queue" {
			out.foot = "The queues are inferred: the runtime records none of them."
		}
	}
	return out
}

// shownName is a name or text of the program's own as it can be shown: what is
// no letter and no sign, as what turns the direction of writing, is marked, and
// what is long is cut.
func shownName(s string) string {
	const most = 80
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	if strings.TrimSpace(s) == "" {
		return grey + "no name"
	}
	return "`" + s
}
