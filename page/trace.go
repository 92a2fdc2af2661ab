package page

import (
	"encoding/json"
	"html/template"
	"strings"

	"course/tutor/exectrace"
)

// How much of a trace the inline panel and the page of its own draw.
const (
	panelRows = 11
	pageRows  = 40
	// panelBars is into how many parts the axis is thought to be divided:
	// segments that share one are merged. panelMost is how many bars either
	// group of lanes may have before the parts are made larger.
	panelBars     = 280
	panelMost     = 290
	pageBars      = 900
	pageMost      = 2800
	pageGoroutine = 200 // rows of the goroutine table
	panelSteals   = 12  // rows of the table of stolen starts
)

// TracePanel draws a trace under the run it is of: the Ps, the goroutines, and
// the six measures with what they say; further tables in a disclosure. It reads
// without a script. A view without a trace gives the sentence that says why;
// nil gives nothing.
func TracePanel(v *TraceView) (template.HTML, error) {
	if v == nil {
		return "", nil
	}
	if v.Trace == nil {
		return noTrace(v), nil
	}
	var b strings.Builder
	title := "Trace of this run"
	if v.Title != "" {
		title = "Trace of " + v.Title
	}
	openPanel(&b, v, title, "", link{"/traces/" + v.ID, "next", "Open full view"})
	b.WriteString(lookNote(v) + traceNotes(v))
	steals := &stolenStarts{t: v.Trace, most: panelSteals}
	p := newPicture(v.Trace, panelRows, panelBars, panelMost, steals)
	p.from, p.to, _ = v.mark()
	b.WriteString(p.legend() + `<div class="tv-main"><div class="tv-lanes"><div class="tv-still">` + p.html() + `</div></div></div>`)
	b.WriteString(`<div class="tgrid"><div>` + metricsTable(&v.Trace.Metrics) + endTables(v) + `</div><div>` + latencyChart(&v.Trace.Metrics) + `</div></div>`)
	b.WriteString(`<details class="tmore"><summary>` + string(chevron()) + `All tables of this trace</summary><div class="tmore-b">`)
	b.WriteString(causeTable(&v.Trace.Metrics).html() + steals.table().html() + pageTables(v.Trace))
	b.WriteString(`</div></details>` + costTemplate(v) + `</trace-view>`)
	return template.HTML(b.String()), nil
}

// TracePage draws a trace as a page of its own: more rows, all tables open,
// and one row for each goroutine.
func TracePage(v *TraceView) (template.HTML, error) {
	if v == nil {
		return "", nil
	}
	if v.Trace == nil {
		return noTrace(v), nil
	}
	finder, threads := v.Trace.FindMoments(), newThreadSums(v.Trace)
	steals := &stolenStarts{t: v.Trace, most: mostSteps}
	readers := []segmentReader{threads, steals}
	search := searched(v)
	if search {
		readers = append(readers, finder)
	}
	p := newPicture(v.Trace, pageRows, pageBars, pageMost, readers...)
	if search {
		v = withMoments(v, finder.Moments())
	}
	var b strings.Builder
	file := link{"/api/traces/" + v.ID + "/raw", "download", "Download the trace"}
	if v.NoFile {
		file = link{}
	}
	openPanel(&b, v, "Timeline", "page", file)
	b.WriteString(lookNote(v) + traceNotes(v))
	p.from, p.to, _ = v.mark()
	b.WriteString(p.legend() + `<div class="tv-main"><div class="tv-lanes"><div class="tv-still">` + p.html() + `</div></div>`)
	b.WriteString(latencySide(&v.Trace.Metrics) + `</div>`)
	b.WriteString(`<div class="tgrid"><div>` + metricsTable(&v.Trace.Metrics) + `</div><div>` + endTables(v) + `</div></div>`)
	b.WriteString(`<div class="tmore-b">` + pageTables(v.Trace) + eventTables(v.Trace, threads, steals) + goroutineTable(v.Trace, pageGoroutine).html() + `</div></trace-view>`)
	return template.HTML(b.String()), nil
}

func noTrace(v *TraceView) template.HTML {
	return template.HTML(`<trace-view class="trace"><p class="trace-n">` + esc(v.Problem) + `</p></trace-view>`)
}

// link leads from a panel to what can be done with a trace that has an ID.
type link struct{ url, icon, text string }

// openPanel begins the element and writes its header. open is "page" for one
// whose timeline takes over at once, "" for one that waits to be asked.
func openPanel(b *strings.Builder, v *TraceView, title, open string, to link) {
	m := &v.Trace.Metrics
	b.WriteString(`<trace-view class="trace"` + v.attributes(open) + `><div class="trace-h"><p class="trace-t">` + esc(title) + `</p>`)
	if v.Recorded {
		b.WriteString(`<span class="sample">recorded with ` + esc(m.Go) + `</span>`)
	}
	b.WriteString(`<p class="trace-m"><span>GOMAXPROCS ` + procsText(v.Trace) + `</span><span>` + span(float64(v.Trace.Wall)) + `</span>` + noise(m) + `</p>`)
	if v.timeline() != "" && open == "" {
		b.WriteString(`<button type="button" class="b js-only" data-act="timeline">` + string(icon("zoomin")) + esc(v.exploreLabel()) + `</button>`)
	}
	if v.ID != "" && to.url != "" {
		b.WriteString(`<a class="b" href="` + esc(to.url) + `">` + string(icon(to.icon)) + esc(to.text) + `</a>`)
	}
	if v.ID != "" && v.Before != "" {
		b.WriteString(`<a class="b" href="/traces/compare?a=` + esc(v.Before) + `&amp;b=` + esc(v.ID) + `">` + string(icon("compare")) + `Compare with the run before</a>`)
	}
	b.WriteString(`</div>`)
}

// timeline is the URL of the timeline; "" when there is none to fetch.
func (v *TraceView) timeline() string {
	if v.Timeline != "" || v.ID == "" {
		return v.Timeline
	}
	return "/api/traces/" + v.ID + "/timeline"
}

// exploreLabel is what the button says that lets the timeline take over.
func (v *TraceView) exploreLabel() string {
	if v.Name == "" {
		return "Explore"
	}
	return "Explore: " + v.Name
}

// attributes are what the script of the timeline reads.
func (v *TraceView) attributes(open string) string {
	var marks []byte
	if len(v.Marks) > 0 {
		marks, _ = json.Marshal(v.Marks) // strings and numbers: it can't fail
	}
	src := v.timeline()
	if v.Embedded != "" {
		src = ""
	}
	if src == "" && v.Embedded == "" {
		open = "" // nothing could take over
	}
	var b strings.Builder
	for _, a := range []struct{ name, value string }{
		{"trace", v.ID}, {"src", src}, {"embedded", v.Embedded}, {"metrics", v.Metrics}, {"lines", v.Lines},
		{"focus", v.Focus}, {"t", v.At}, {"name", v.Name}, {"marks", string(marks)}, {"open", open},
	} {
		if a.value != "" {
			b.WriteString(` data-` + a.name + `="` + esc(a.value) + `"`)
		}
	}
	return b.String()
}

func procsText(t *exectrace.Trace) string {
	if t.Procs == 0 {
		return "not known"
	}
	return thousands(int64(t.Procs))
}

// noise says how much of the time that goroutines held a P the process really
// had a CPU.
func noise(m *exectrace.Metrics) string {
	if m.OnCPU == nil {
		return ""
	}
	says := "quiet machine"
	switch {
	case *m.OnCPU < .5:
		says = "busy machine: times here say little"
	case *m.OnCPU < .8:
		says = "busy machine: take times with care"
	}
	return `<span title="Share of running time in which the process really had a CPU. A goroutine runs when it holds a P, and the system may not run the P’s thread.">on CPU ` +
		percent(*m.OnCPU) + `: ` + says + `</span>`
}

// traceNotes say what the picture does not show.
func traceNotes(v *TraceView) string {
	t := v.Trace
	var b strings.Builder
	if says := FileCut(t); says != "" {
		b.WriteString(`<p class="trace-n">` + string(icon("limit")) + esc(says) + `</p>`)
	}
	if v.End != nil {
		b.WriteString(`<p class="trace-n">` + string(icon("next")) + `<a href="` + esc(v.End.URL) + `">` + esc(v.End.Text) + `</a> ` + esc(v.End.Says) + `</p>`)
	}
	if t.Unlisted > 0 {
		b.WriteString(`<p class="trace-n">` + string(icon("limit")) + `Lanes are drawn for the first ` + thousands(int64(len(t.Goroutines))) +
			` goroutines. The numbers are of all of them.</p>`)
	}
	return b.String()
}

// picture is the two groups of lanes of one trace, on one axis.
type picture struct {
	t     *exectrace.Trace
	lanes traceLanes
	ready []float64
	most  int
	from  int64 // the stretch that is pointed at; to is 0 for none
	to    int64
}

func newPicture(t *exectrace.Trace, rows, bars, most int, others ...segmentReader) *picture {
	return pictureOn(t, t.Wall, rows, bars, most, others...)
}

// pictureOn draws on an axis that may be longer than the trace.
func pictureOn(t *exectrace.Trace, axis int64, rows, bars, most int, others ...segmentReader) *picture {
	least := axis / int64(bars)
	p := &picture{t: t, lanes: newTraceLanes(t, axis, least, rows, others...)}
	// Each group by itself: many goroutines take nothing from the lanes of the
	// processors, which say who held one after whom.
	for _, lanes := range [][]traceLane{p.lanes.Ps, p.lanes.Gs} {
		for least := least; countBars(lanes) > most && least <= axis/coarsest; {
			least = least*3/2 + 1
			coarsen(lanes, least)
		}
	}
	p.ready, p.most = readyCurve(t, axis, curveBins)
	return p
}

// coarsest is the fewest parts an axis is divided into.
const coarsest = 60

func (p *picture) legend() string { return legend(p.t) }

func (p *picture) html() string {
	var b strings.Builder
	ps := p.processors(p.t.Wall)
	b.WriteString(ps.draw())
	if len(p.lanes.Gs) > 0 {
		b.WriteString(`<p class="lg-t"><b>Goroutines</b> ` + esc(p.which()) + `</p>`)
		gs := p.goroutines(p.t.Wall)
		b.WriteString(gs.draw())
	}
	return b.String()
}

// processors is the picture of the Ps, with the ready curve below.
func (p *picture) processors(axis int64) *svgLanes {
	m := &p.t.Metrics
	says := plural(len(p.lanes.Ps), "processor", "processors") + " over " + span(float64(p.t.Wall))
	if m.Utilisation != nil {
		says += ", in use " + percent(*m.Utilisation) + " of the time"
	}
	if stole(p.t) {
		says += ", " + plural(*m.Steals.Stolen, "stolen start", "stolen starts") + " (inferred)"
	}
	return &svgLanes{
		lanes: p.lanes.Ps, ready: p.ready, most: p.most, stw: p.t.STW,
		span: axis, wall: p.t.Wall, says: says, axis: true, gaps: true, markFrom: p.from, markTo: p.to,
	}
}

func (p *picture) goroutines(axis int64) *svgLanes {
	says := plural(len(p.lanes.Gs), "goroutine", "goroutines") + " over " + span(float64(p.t.Wall))
	if p.lanes.Hidden > 0 {
		says = thousands(int64(len(p.lanes.Gs))) + " of " + thousands(int64(p.lanes.All)) + " goroutines over " + span(float64(p.t.Wall))
	}
	return &svgLanes{lanes: p.lanes.Gs, stw: p.t.STW, span: axis, wall: p.t.Wall, says: says, axis: true, markFrom: p.from, markTo: p.to}
}

// which says which goroutines have a row.
func (p *picture) which() string {
	if p.lanes.Hidden == 0 {
		return "in the order they were made"
	}
	first := len(p.lanes.Gs) - lastRows
	return "the first " + thousands(int64(first)) + " and the last two made; " + thousands(int64(p.lanes.Hidden)) + " more are in the tables, not drawn"
}

// legendGroups are the states by what they take.
var legendGroups = []struct {
	head   string
	states []exectrace.State
}{
	{"Holds a P", []exectrace.State{exectrace.Running, exectrace.Syscall, exectrace.GC}},
	{"Wants a P", []exectrace.State{exectrace.Runnable}},
	{"Waits, takes none", []exectrace.State{exectrace.Chan, exectrace.Select, exectrace.Sync, exectrace.Sleep, exectrace.Net}},
}

// legend names the states that occur in traces, the mark of a stolen start, and
// the bands in which the world was stopped.
func legend(ts ...*exectrace.Trace) string {
	var seen [exectrace.NumStates]bool
	stolen, stopped := false, false
	for _, t := range ts {
		stolen, stopped = stolen || stole(t), stopped || len(t.STW) > 0
		for _, s := range statesOf(t) {
			seen[s] = true
		}
	}
	var b strings.Builder
	b.WriteString(`<ul class="legend" aria-label="Goroutine states">`)
	for _, g := range legendGroups {
		items := ""
		for _, s := range g.states {
			if seen[s] {
				items += ` <span class="st" data-s="` + s.String() + `">` + swatch(s) + stateNames[s] + `</span>`
			}
		}
		if items != "" {
			b.WriteString(`<li><span class="lg-h">` + g.head + `</span>` + items + `</li>`)
		}
	}
	if stolen {
		b.WriteString(`<li><span><svg class="sw" aria-hidden="true"><use href="#sw-steal"/></svg>a stolen start; with a number, so many ` + inferredMark + `</span></li>`)
	}
	if stopped {
		b.WriteString(`<li><span><svg class="sw" aria-hidden="true"><use href="#sw-stw"/></svg>world stopped</span></li>`)
	}
	b.WriteString(`</ul>`)
	return b.String()
}

// latencySide is what stands beside the lanes of a page: the latency and its
// causes.
func latencySide(m *exectrace.Metrics) string {
	return `<div class="tv-side"><section>` + latencyChart(m) + causeTable(m).html() + `</section></div>`
}

// endTables are who was left at the end.
func endTables(v *TraceView) string {
	m := &v.Trace.Metrics
	return leakTable(m).html() + leakProof(v) + unfinishedTable(m).html()
}

// pageTables are the tables beyond the six measures and what the picture shows.
func pageTables(t *exectrace.Trace) string {
	m := &t.Metrics
	var b strings.Builder
	for _, tab := range []*table{
		blockedTable(m), lineTable(m), originTable(t),
		namedTable("Tasks", "Task", m.Tasks), namedTable("Regions", "Region", m.Regions),
	} {
		b.WriteString(tab.html())
	}
	b.WriteString(`<p class="tnote">Of the program’s own goroutines. The runtime’s (` + thousands(int64(m.Goroutines.System)) + ` here) are not counted, and drawn only where they do GC work, until you ask for them.</p>`)
	return b.String()
}
