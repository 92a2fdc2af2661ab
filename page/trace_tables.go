package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"course/tutor/exectrace"
)

// metricRow is one line of the table of measures: what, how much, and what it
// says in plain words.
type metricRow struct {
	name     string
	inferred bool
	value    string // "" when it is not known
	unit     string // after the value, small
	says     string
}

// metricRows are the six measures of a trace, in the order of the chapter.
func metricRows(m *exectrace.Metrics) []metricRow {
	return []metricRow{
		goroutineRow(m), latencyRow(m), switchRow(m), useRow(m), stealRow(m), assistRow(m),
	}
}

func goroutineRow(m *exectrace.Metrics) metricRow {
	g := m.Goroutines
	r := metricRow{name: "Goroutines", value: thousands(int64(g.Created)), unit: "made, peak " + thousands(int64(g.Peak))}
	switch {
	case g.BlockedAtEnd == nil:
		r.says = "up to where the trace was cut"
	case *g.BlockedAtEnd == 0:
		r.says = "none left blocked at the end"
	case *g.BlockedAtEnd == 1:
		r.says = "1 still waits at the end"
	default:
		r.says = thousands(int64(*g.BlockedAtEnd)) + " still wait at the end"
	}
	return r
}

func latencyRow(m *exectrace.Metrics) metricRow {
	r := metricRow{name: "Scheduling latency"}
	if m.Latency.P50us == nil || m.Latency.P95us == nil {
		r.says = m.Why["latency.p50_us"]
		return r
	}
	r.value, r.unit = spanUS(*m.Latency.P50us), "median"
	r.says = "95 in 100 ran within " + spanUS(*m.Latency.P95us) + " of being ready"
	return r
}

func switchRow(m *exectrace.Metrics) metricRow {
	s := m.Switches
	r := metricRow{name: "Context switches", value: thousands(int64(s.Total))}
	if s.PerS == nil {
		r.says = m.Why["switches.per_s"]
		return r
	}
	r.unit = thousands(int64(*s.PerS+.5)) + " a second"
	if all := m.Goroutines.Created + 1; all > 1 {
		r.says = exectrace.Digits3(float64(s.Total)/float64(all)) + " for each goroutine"
	} else {
		r.says = "there was one goroutine only"
	}
	return r
}

func useRow(m *exectrace.Metrics) metricRow {
	r := metricRow{name: "P utilisation"}
	if m.Utilisation == nil || m.Parallelism == nil {
		r.says = cmp.Or(m.Why["utilisation"], m.Why["parallelism"])
		return r
	}
	r.value, r.unit = percent(*m.Utilisation), "of "+plural(m.Procs, "P", "Ps")
	many := exectrace.Digits3(*m.Parallelism)
	if many == "1" {
		r.says = "1 goroutine held a P at a time, on average"
	} else {
		r.says = many + " goroutines held a P at a time, on average"
	}
	return r
}

func stealRow(m *exectrace.Metrics) metricRow {
	s := m.Steals
	r := metricRow{name: "Work stealing", inferred: true}
	if s.Stolen == nil || s.Global == nil || s.Local == nil || s.Unknown == nil {
		r.says = m.Why["steals.stolen"]
		return r
	}
	all := *s.Stolen + *s.Global + *s.Local + *s.Unknown
	r.value, r.unit = thousands(int64(*s.Stolen)), "of "+plural(all, "start", "starts")
	r.says = thousands(int64(*s.Global)) + " came by the global queue"
	if s.QueuePeak != nil {
		r.says += ", the deepest queue held " + thousands(int64(*s.QueuePeak))
	}
	if s.Confidence != nil && *s.Confidence < .9 {
		r.says += "; the replay foresaw only " + percent(*s.Confidence) + " of the starts"
	}
	return r
}

func assistRow(m *exectrace.Metrics) metricRow {
	r := metricRow{name: "GC assist", value: spanMS(m.GC.AssistMS), says: "no collection ran"}
	if m.GC.Cycles > 0 {
		r.says = fmt.Sprintf("in %s; the world stood still for %s", plural(m.GC.Cycles, "collection", "collections"), spanMS(m.GC.STWMS))
	}
	return r
}

// inferredMark says of steals that nobody recorded them.
const inferredMark = `<span class="inf" title="The runtime records no steal. The run queues are replayed from the trace.">inferred</span>`

func (r metricRow) html() string {
	inferred := ""
	if r.inferred {
		inferred = " " + inferredMark
	}
	value := `<span class="nk">not known</span>`
	if r.value != "" {
		value = esc(r.value)
	}
	if r.unit != "" {
		value += ` <small>` + esc(r.unit) + `</small>`
	}
	return `<tr><th scope="row">` + esc(r.name) + inferred + `</th><td class="v">` + value + `</td><td class="w">` + esc(r.says) + `</td></tr>`
}

func metricsTable(m *exectrace.Metrics) string {
	var b strings.Builder
	b.WriteString(`<div class="tscroll" tabindex="0" role="group" aria-label="Measures of this run"><table class="metrics"><caption class="vh">Measures of this run</caption>` +
		`<thead><tr><th scope="col">Measure</th><th scope="col">This run</th><th scope="col" class="w">What it says</th></tr></thead><tbody>`)
	for _, r := range metricRows(m) {
		b.WriteString(r.html())
	}
	b.WriteString(`</tbody></table></div>`)
	return b.String()
}

// table is a table of plain cells. The first cell of a row is its header; a
// cell that begins with "=" is a swatch: the rest is a state's name.
type table struct {
	caption string
	heads   []string
	rows    [][]string
	foot    string // a sentence below
	shown   bool   // the caption is seen
}

func (t *table) html() string {
	if len(t.rows) == 0 {
		return ""
	}
	var b strings.Builder
	caption := "vh"
	if t.shown {
		caption = "sub"
	}
	b.WriteString(`<div class="tscroll" tabindex="0" role="group" aria-label="` + esc(t.caption) + `"><table class="metrics keepw"><caption class="` + caption + `">` + esc(t.caption) + `</caption><thead><tr>`)
	for _, h := range t.heads {
		b.WriteString(`<th scope="col">` + cell(h) + `</th>`)
	}
	b.WriteString(`</tr></thead><tbody>`)
	for _, row := range t.rows {
		b.WriteString(`<tr><th scope="row">` + cell(row[0]) + `</th>`)
		for _, c := range row[1:] {
			b.WriteString(`<td>` + cell(c) + `</td>`)
		}
		b.WriteString(`</tr>`)
	}
	b.WriteString(`</tbody></table></div>`)
	if t.foot != "" {
		b.WriteString(`<p class="tnote">` + esc(t.foot) + `</p>`)
	}
	return b.String()
}

// grey begins a cell that says that there is little to see.
const grey = "\x00"

// cell writes "=chan" as the swatch and name of a state, "=sleep: GC" as the
// swatch and those words, "`f" as code, and what begins with grey in grey.
func cell(text string) string {
	if little, ok := strings.CutPrefix(text, grey); ok {
		return `<span class="nk">` + esc(little) + `</span>`
	}
	if name, ok := strings.CutPrefix(text, "="); ok {
		name, words, _ := strings.Cut(name, ": ")
		for s, n := range stateNames {
			if exectrace.State(s).String() == name {
				return swatch(exectrace.State(s)) + esc(cmp.Or(words, n))
			}
		}
	}
	if code, ok := strings.CutPrefix(text, "`"); ok {
		return `<code>` + esc(code) + `</code>`
	}
	return esc(text)
}

func swatch(s exectrace.State) string {
	return `<svg class="sw" aria-hidden="true"><use href="#sw-` + s.String() + `"/></svg>`
}

// causeTable splits the scheduling latency by what made goroutines ready.
func causeTable(m *exectrace.Metrics) *table {
	t := &table{caption: "Ready before running, by what made them ready", heads: []string{"Made ready by", "times", "median", "95 %", "in all"}, shown: true}
	for _, w := range causeWords {
		if c, ok := m.Latency.ByCause[w.cause]; ok {
			t.rows = append(t.rows, []string{w.words, thousands(int64(c.N)), spanUS(c.P50us), spanUS(c.P95us), spanMS(c.TotalMS)})
		}
	}
	return t
}

// blockedTable tells why goroutines waited, the longest first.
func blockedTable(m *exectrace.Metrics) *table {
	t := &table{caption: "Why goroutines waited", heads: []string{"Reason", "times", "in all"}, shown: true}
	for _, reason := range exectrace.LongestFirst(m.Blocked) {
		b := m.Blocked[reason]
		t.rows = append(t.rows, []string{exectrace.ReasonWords(reason), thousands(int64(b.N)), spanMS(b.TotalMS)})
		if reason != "sync" {
			continue
		}
		for _, kind := range exectrace.LongestFirst(m.Sync) {
			if kind == "Cond" && m.Blocked["sync.(*Cond).Wait"].N > 0 {
				continue // it has a row of its own
			}
			s := m.Sync[kind]
			t.rows = append(t.rows, []string{"– " + kind, thousands(int64(s.N)), spanMS(s.TotalMS)})
		}
	}
	return t
}

// leakTable lists the go statements whose goroutines were left waiting.
func leakTable(m *exectrace.Metrics) *table {
	t := &table{caption: "Left waiting at the end", heads: []string{"Made at", "how many", "running", "waiting for"}, shown: true}
	for _, l := range m.Leaks {
		at := place(exectrace.Frame{File: l.File, Line: l.Line})
		t.rows = append(t.rows, []string{cmp.Or(at, "not known"), thousands(int64(l.N)), "`" + functionName(l.Func), exectrace.ReasonWords(l.Reason)})
	}
	return t
}

// unfinishedTable lists the go statements whose goroutines neither waited nor
// had ended: one that never stops is among them.
func unfinishedTable(m *exectrace.Metrics) *table {
	t := &table{caption: "Still running or ready at the end", heads: []string{"Made at", "how many", "running", "state"}, shown: true,
		foot: "One that had only its return before it is among them: a trace does not tell it from one that never stops."}
	for _, u := range m.Unfinished {
		at := place(exectrace.Frame{File: u.File, Line: u.Line})
		t.rows = append(t.rows, []string{cmp.Or(at, "not known"), thousands(int64(u.N)), "`" + functionName(u.Func), "=" + u.State})
	}
	return t
}

// namedTable sums user tasks or regions. What graded code is wrapped in is not
// the learner's.
func namedTable(caption, head string, list []exectrace.NamedTime) *table {
	list = slices.DeleteFunc(slices.Clone(list), func(n exectrace.NamedTime) bool { return strings.HasPrefix(n.Name, "tutor:") })
	t := &table{caption: caption, heads: []string{head, "times", "in all", "never ended"}, shown: true, foot: exectrace.MisplacedRegions(list)}
	const most = 30
	for _, n := range list[:min(len(list), most)] {
		t.rows = append(t.rows, []string{shownName(n.Name), thousands(int64(n.N)), spanMS(n.TotalMS), orDash(n.Open)})
	}
	if len(list) > most {
		t.foot = strings.TrimSpace(thousands(int64(len(list)-most)) + " more names are left out. " + t.foot)
	}
	return t
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return thousands(int64(n))
}

// lineTable tells at which lines time was spent.
func lineTable(m *exectrace.Metrics) *table {
	t := &table{
		caption: "Where the time went, by line", heads: []string{"Line", "=running", "=runnable", "waiting", "mostly for"}, shown: true,
		foot: "Running counts only time slices that were cut off at the line: of others a trace does not tell where they ran.",
	}
	const most = 12
	for _, l := range m.Lines[:min(len(m.Lines), most)] {
		waiting, why := l.Waited()
		t.rows = append(t.rows, []string{
			place(exectrace.Frame{File: l.File, Line: l.Line}), spanOrDash(l.Ran()), spanOrDash(l.RunnableMS), spanOrDash(waiting), cmp.Or(exectrace.ReasonWords(why), "–"),
		})
	}
	return t
}

func spanOrDash(ms float64) string {
	if ms == 0 {
		return "–"
	}
	return spanMS(ms)
}
