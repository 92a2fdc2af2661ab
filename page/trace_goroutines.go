package page

import (
	"cmp"

	"course/tutor/exectrace"
)

// goroutineTable has a row for each goroutine of the program, at most most.
func goroutineTable(t *exectrace.Trace, most int) *table {
	out := &table{caption: "Goroutines, in the order they were made", shown: true}
	states := statesOf(t)
	out.heads = append(out.heads, "Goroutine", "Function", "Made at")
	for _, s := range states {
		out.heads = append(out.heads, "="+s.String())
	}
	left := t.Unlisted
	for _, g := range t.Goroutines {
		if g.System {
			continue
		}
		if len(out.rows) >= most {
			left++
			continue
		}
		row := []string{laneName("G", g.ID), "`" + cmp.Or(functionName(g.Func), "?"), cmp.Or(place(g.CreatedAt), "–")}
		for _, s := range states {
			row = append(row, spanOrDash(float64(g.Times[s])/1e6))
		}
		out.rows = append(out.rows, row)
	}
	if left > 0 {
		out.foot = plural(left, "more goroutine is", "more goroutines are") + " not listed."
	}
	return out
}

// originTable sums the goroutines by the line that made them and the function
// they run: a thousand of one kind are one row.
func originTable(t *exectrace.Trace) *table {
	type origin struct{ fn, at string }
	type sum struct {
		n, stuck int
		times    [exectrace.NumStates]int64
	}
	sums := map[origin]*sum{}
	var order []origin
	for _, g := range t.Goroutines {
		if g.System {
			continue
		}
		o := origin{functionName(g.Func), place(g.CreatedAt)}
		if sums[o] == nil {
			sums[o] = &sum{}
			order = append(order, o)
		}
		s := sums[o]
		s.n++
		if stuck(t, g) != "" {
			s.stuck++
		}
		for i, d := range g.Times {
			s.times[i] += d
		}
	}
	out := &table{caption: "Goroutines, by the line that made them", shown: true, heads: []string{"Function", "made at", "how many"}}
	states := statesOf(t)
	for _, s := range states {
		out.heads = append(out.heads, "="+s.String())
	}
	whole := t.Metrics.Leaks != nil // else nobody knows who would have been left
	if whole {
		out.heads = append(out.heads, "left waiting")
	}
	const most = 20
	for _, o := range order[:min(len(order), most)] {
		s := sums[o]
		row := []string{"`" + cmp.Or(o.fn, "?"), cmp.Or(o.at, "–"), thousands(int64(s.n))}
		for _, st := range states {
			row = append(row, spanOrDash(float64(s.times[st])/1e6))
		}
		if whole {
			row = append(row, orDash(s.stuck))
		}
		out.rows = append(out.rows, row)
	}
	if len(order) > most {
		out.foot = plural(len(order)-most, "more kind is", "more kinds are") + " left out."
	}
	return out
}

// statesOf are the states that goroutines of the program were in, in the order
// of the legend; also GC work when the runtime's workers did it.
func statesOf(t *exectrace.Trace) []exectrace.State {
	var seen [exectrace.NumStates]bool
	for _, g := range t.Goroutines {
		for s, d := range g.Times {
			seen[s] = seen[s] || (d > 0 && (!g.System || exectrace.State(s) == exectrace.GC))
		}
	}
	var out []exectrace.State
	for s, ok := range seen {
		if ok {
			out = append(out, exectrace.State(s))
		}
	}
	return out
}
