package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"course/tutor/exectrace"
)

// writeText prints the metrics of a trace for people: the numbers, a line each,
// then what is a list in --json.
func writeText(out io.Writer, m *exectrace.Metrics) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s with GOMAXPROCS %d, %s, %s events\n", spanMS(m.WallMS), m.Procs, plainText(m.Go), grouped(m.Events))
	for _, row := range numberRows(m) {
		fmt.Fprintf(w, "%-20s %s\n", row[0], row[1])
	}
	for _, l := range []*textList{
		causeList(m), waitList("waited for", m.Blocked), waitList("in package sync", m.Sync), leakList(m), unfinishedList(m), namedList("tasks", m.Tasks, ""), namedList("regions", m.Regions, exectrace.MisplacedRegions(m.Regions)),
		logList(m), lineList(m), pathList(m),
	} {
		l.write(w)
	}
	return w.Flush()
}

// numberRows are the numbers: what, and how much.
func numberRows(m *exectrace.Metrics) [][2]string {
	g, l, s := m.Goroutines, m.Latency, m.Steals
	atEnd := grouped(g.AtEnd) + " alive where the trace was cut"
	if g.BlockedAtEnd != nil {
		atEnd = grouped(*g.BlockedAtEnd) + " blocked at the end"
	}
	stolen := notKnown(m, "steals.stolen")
	if s.Stolen != nil && s.Local != nil && s.Global != nil && s.Unknown != nil && s.Confidence != nil && s.QueuePeak != nil {
		stolen = fmt.Sprintf("%s stolen, %s local, %s global, %s unknown; the longest queue held %s (inferred, confidence %.2f)",
			grouped(*s.Stolen), grouped(*s.Local), grouped(*s.Global), grouped(*s.Unknown), grouped(*s.QueuePeak), *s.Confidence)
	}
	heap := notKnown(m, "heap.peak_bytes")
	if m.Heap.PeakBytes != nil {
		heap = "at most " + mebibytes(float64(*m.Heap.PeakBytes))
	}
	latency := notKnown(m, "latency.p50_us")
	if l.P50us != nil && l.P95us != nil && l.P99us != nil && l.MaxUs != nil {
		latency = fmt.Sprintf("median %s, 95 of 100 below %s, 99 below %s, the longest %s; in all %s in %s",
			spanUS(*l.P50us), spanUS(*l.P95us), spanUS(*l.P99us), spanUS(*l.MaxUs), spanMS(l.TotalMS), counted(l.N, "start"))
	}
	return [][2]string{
		{"goroutines", fmt.Sprintf("%s created, at most %s at once, %s; %d of the runtime", grouped(g.Created), grouped(g.Peak), atEnd, g.System)},
		{"scheduling latency", latency},
		{"context switches", fmt.Sprintf("%s, %s", grouped(m.Switches.Total), number(m, "switches.per_s", m.Switches.PerS, "%.0f a second"))},
		{"P utilisation", number(m, "utilisation", m.Utilisation, "%.2f") + ", parallelism " + number(m, "parallelism", m.Parallelism, "%.2f")},
		{"on a CPU", number(m, "on_cpu", m.OnCPU, "%.2f of the time that goroutines ran")},
		{"steals", stolen},
		{"GC", fmt.Sprintf("%s, assists %s, world stopped %s, mark phases %s, workers %s",
			counted(m.GC.Cycles, "cycle"), spanMS(m.GC.AssistMS), spanMS(m.GC.STWMS), spanMS(m.GC.MarkMS), spanMS(m.GC.WorkerMS))},
		{"time of goroutines", fmt.Sprintf("running %s, runnable %s, waiting %s, in system calls %s",
			spanMS(m.RunningMS), spanMS(m.RunnableMS), spanMS(m.WaitingMS), spanMS(m.SyscallMS))},
		{"heap", heap},
	}
}

func notKnown(m *exectrace.Metrics, name string) string {
	if why := m.Why[name]; why != "" {
		return "not known: " + why
	}
	return "not known"
}

// number is a number of a trace, or why there is none.
func number(m *exectrace.Metrics, name string, v *float64, format string) string {
	if v == nil {
		return notKnown(m, name)
	}
	return fmt.Sprintf(format, *v)
}

func spanMS(ms float64) string { return exectrace.Length(ms * 1e6) }
func spanUS(us float64) string { return exectrace.Length(us * 1e3) }

func grouped[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func mebibytes(n float64) string { return fmt.Sprintf("%.1f MiB", n/(1<<20)) }

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// textList is a list under its title: the heads of its columns, and its rows.
type textList struct {
	title string
	heads []string
	rows  [][]string
	foot  string
}

// mostRows is how many rows of a list are printed.
const mostRows = 20

func (l *textList) write(w io.Writer) {
	if len(l.rows) == 0 {
		if l.foot != "" {
			fmt.Fprintf(w, "\n%s: %s\n", l.title, l.foot)
		}
		return
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(append([]string{l.title}, l.heads...), "\t"))
	for _, row := range l.rows[:min(len(l.rows), mostRows)] {
		for i, c := range row {
			row[i] = plainText(c)
		}
		fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
	}
	_ = t.Flush() // a bufio.Writer keeps its error
	if more := len(l.rows) - mostRows; more > 0 {
		fmt.Fprintf(w, "  and %d more: --json has them\n", more)
	}
	if l.foot != "" {
		fmt.Fprintln(w, "  "+l.foot)
	}
}

// plainText is a cell of text out of a trace: printable, not too long, and never
// nothing.
func plainText(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return cmp.Or(strings.TrimSpace(printable(s)), "(no name)")
}

// printable is text with what a terminal would obey or turn round written out:
// in a trace, a program may write what it likes.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

func causeList(m *exectrace.Metrics) *textList {
	l := &textList{title: "made ready by", heads: []string{"times", "median", "95 %", "99 %", "in all"}}
	by := m.Latency.ByCause
	for _, cause := range slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b].TotalMS, by[a].TotalMS), cmp.Compare(a, b))
	}) {
		c := by[cause]
		l.rows = append(l.rows, []string{cause, grouped(c.N), spanUS(c.P50us), spanUS(c.P95us), spanUS(c.P99us), spanMS(c.TotalMS)})
	}
	return l
}

func waitList(title string, by map[string]exectrace.BlockedTime) *textList {
	l := &textList{title: title, heads: []string{"times", "in all"}}
	for _, reason := range exectrace.LongestFirst(by) {
		l.rows = append(l.rows, []string{exectrace.ReasonWords(reason), grouped(by[reason].N), spanMS(by[reason].TotalMS)})
	}
	return l
}

func leakList(m *exectrace.Metrics) *textList {
	l := &textList{title: "left waiting", heads: []string{"goroutines", "function", "waiting for"}, foot: m.Why["leaks"]}
	for _, k := range m.Leaks {
		l.rows = append(l.rows, []string{lineText(k.File, k.Line), grouped(k.N), k.Func, exectrace.ReasonWords(k.Reason)})
	}
	return l
}

func unfinishedList(m *exectrace.Metrics) *textList {
	l := &textList{title: "unfinished", heads: []string{"goroutines", "function", "state"}, foot: m.Why["unfinished"]}
	for _, u := range m.Unfinished {
		l.rows = append(l.rows, []string{lineText(u.File, u.Line), grouped(u.N), u.Func, u.State})
	}
	return l
}

func namedList(title string, list []exectrace.NamedTime, foot string) *textList {
	l := &textList{title: title, heads: []string{"times", "in all", "never ended"}, foot: foot}
	for _, n := range list {
		l.rows = append(l.rows, []string{n.Name, grouped(n.N), spanMS(n.TotalMS), grouped(n.Open)})
	}
	return l
}

func logList(m *exectrace.Metrics) *textList {
	l := &textList{title: "logs", heads: []string{"message", "times"}}
	for _, log := range m.Logs {
		l.rows = append(l.rows, []string{log.Category, log.Message, grouped(log.N)})
	}
	return l
}

func lineList(m *exectrace.Metrics) *textList {
	l := &textList{title: "line", heads: []string{"ran at least", "runnable", "waiting", "mostly for"}}
	if len(m.Lines) > 0 {
		l.foot = m.Why["lines.running_ms"]
	}
	for _, c := range m.Lines {
		waiting, mostly := c.Waited()
		ran := "not known"
		if c.RunningMS != nil {
			ran = spanMS(*c.RunningMS)
		}
		l.rows = append(l.rows, []string{lineText(c.File, c.Line), ran, spanMS(c.RunnableMS), spanMS(waiting), cmp.Or(exectrace.ReasonWords(mostly), "-")})
	}
	return l
}

// pathList is the critical path: its longest steps, in order of time.
func pathList(m *exectrace.Metrics) *textList {
	l := &textList{title: "critical path", heads: []string{"for", "goroutine", "state", "line"}}
	if len(m.CriticalPath) == 0 {
		l.foot = cmp.Or(m.Why["critical_path"], "it has no steps")
		return l
	}
	long := exectrace.LongestSteps(m.CriticalPath, mostRows)
	for _, s := range long {
		l.rows = append(l.rows, []string{"at " + spanMS(s.FromMS), spanMS(s.ToMS - s.FromMS), "G" + strconv.FormatInt(s.G, 10), cmp.Or(exectrace.ReasonWords(s.Reason), s.State), lineText(s.File, s.Line)})
	}
	if all := len(m.CriticalPath); all > len(long) {
		l.foot = fmt.Sprintf("the %d longest of %d steps: --json has them all", len(long), all)
	}
	return l
}

func lineText(file string, line int) string {
	if line == 0 {
		return "line not known"
	}
	return file + ":" + strconv.Itoa(line)
}
