package page

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

var tracedPrograms = []string{"cpu", "pingpong", "unbounded", "leak", "mutex", "sleepers", "gc", "tasks", "net", "coroutine"}

// recordedTrace parses one of the traces that exectrace's tests keep.
func recordedTrace(t *testing.T, name string, opts exectrace.Options) *exectrace.Trace {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "exectrace", "testdata", name+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	tr, err := exectrace.Parse(bytes.NewReader(data), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func panelOf(t *testing.T, v *TraceView) string {
	t.Helper()
	h, err := TracePanel(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

// drawn reads a picture back: the widths of its bars in per cent of the axis,
// by state and by lane, and the area of the ready curve.
type drawn struct {
	widths [exectrace.NumStates]float64
	lanes  map[int]float64
	ready  float64
}

func readDrawing(t *testing.T, html string) drawn {
	t.Helper()
	d := drawn{lanes: map[int]float64{}}
	dec := xml.NewDecoder(strings.NewReader(html))
	dec.Strict, dec.Entity = false, xml.HTMLEntity
	state := exectrace.NumStates
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return d
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			switch {
			case e.Name.Local == "g" && attr(e, "data-s") != "":
				state = stateCalled(t, attr(e, "data-s"))
			case e.Name.Local == "rect" && state < exectrace.NumStates:
				w, y, h := amount(t, e, "width"), amount(t, e, "y"), amount(t, e, "height")
				d.widths[state] += w
				d.lanes[int(y+h)/laneHeight] += w
			case e.Name.Local == "path" && strings.HasPrefix(attr(e, "d"), "M0 42"):
				d.ready = curveArea(t, attr(e, "d"))
			}
		case xml.EndElement:
			if e.Name.Local == "g" {
				state = exectrace.NumStates
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func amount(t *testing.T, e xml.StartElement, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.TrimSuffix(attr(e, name), "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func stateCalled(t *testing.T, name string) exectrace.State {
	t.Helper()
	for s := range exectrace.NumStates {
		if s.String() == name {
			return s
		}
	}
	t.Fatalf("no state is called %q", name)
	return 0
}

// curveArea is the area below a curve of steps, in px.
func curveArea(t *testing.T, d string) float64 {
	t.Helper()
	var area, x, y float64
	y = curveHeight
	for _, m := range regexp.MustCompile(`([HV])([0-9.]+)`).FindAllStringSubmatch(d, -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if m[1] == "V" {
			y = v
			continue
		}
		area += (v - x) * (curveHeight - y)
		x = v
	}
	return area
}

// The picture is drawn from the segments the metrics are counted from: its
// bars, summed by state, are the metrics again.
func TestBarWidthsAreTheMetrics(t *testing.T) {
	for _, name := range tracedPrograms {
		t.Run(name, func(t *testing.T) {
			tr := recordedTrace(t, name, exectrace.Options{})
			p := &picture{t: tr, lanes: newTraceLanes(tr, tr.Wall, 0, 1<<20)} // every segment, every goroutine
			d := readDrawing(t, p.goroutines(tr.Wall).draw())
			m := tr.Metrics
			var waits float64
			for s := exectrace.Chan; s < exectrace.NumStates; s++ {
				waits += d.widths[s]
			}
			bars := countBars(p.lanes.Ps) + countBars(p.lanes.Gs)
			for what, pair := range map[string][2]float64{
				"running, assists included": {d.widths[exectrace.Running] + d.widths[exectrace.GC], m.RunningMS},
				"runnable":                  {d.widths[exectrace.Runnable], m.RunnableMS},
				"syscall":                   {d.widths[exectrace.Syscall], m.SyscallMS},
				"waiting":                   {waits, m.WaitingMS},
			} {
				got, want := pair[0]*m.WallMS/100, pair[1]
				// Each width is rounded to a thousandth of a per cent.
				if slack := .0005 * m.WallMS / 100 * float64(bars); math.Abs(got-want) > slack {
					t.Errorf("%s: the bars come to %.4f ms, the metrics say %.4f", what, got, want)
				}
			}
		})
	}
}

// The lanes of the Ps hold the same running time, and no P is drawn as used
// for longer than the trace lasts.
func TestPLanesAreTheMetrics(t *testing.T) {
	for _, name := range tracedPrograms {
		tr := recordedTrace(t, name, exectrace.Options{})
		p := &picture{t: tr, lanes: newTraceLanes(tr, tr.Wall, 0, lastRows)}
		s := p.processors(tr.Wall)
		d := readDrawing(t, s.draw())
		m := tr.Metrics
		slack := .0005 * m.WallMS / 100 * float64(countBars(p.lanes.Ps)+countBars(p.lanes.Gs))
		assists := 0.
		for seg := range tr.Segments() {
			if seg.State == exectrace.GC && !tr.Goroutines[seg.Row].System {
				assists += float64(seg.End-seg.Start) / 1e6
			}
		}
		if got, want := d.widths[exectrace.Running]*m.WallMS/100, m.RunningMS-assists; math.Abs(got-want) > slack {
			t.Errorf("%s: the Ps are drawn running for %.4f ms, the metrics say %.4f", name, got, want)
		}
		for lane, width := range d.lanes {
			if width > 100.01 {
				t.Errorf("%s: P%d is drawn in use for %.2f %% of the time", name, lane, width)
			}
		}
		if d.widths[exectrace.Runnable] != 0 || d.widths[exectrace.Chan] != 0 {
			t.Errorf("%s: a waiting goroutine is drawn on a P", name)
		}
	}
}

// The area below the ready curve is the time goroutines were runnable.
func TestReadyCurveIsTheMetric(t *testing.T) {
	for _, name := range tracedPrograms {
		tr := recordedTrace(t, name, exectrace.Options{})
		mean, most := readyCurve(tr, tr.Wall, curveBins)
		sum, top := 0., 0.
		for _, v := range mean {
			sum += v
			top = max(top, v)
		}
		got := sum / curveBins * tr.Metrics.WallMS
		if want := tr.Metrics.RunnableMS; math.Abs(got-want) > 1e-6*(1+want) { // the curve has it in bins, and no time is lost
			t.Errorf("%s: the curve holds %.4f ms, runnable is %.4f", name, got, want)
		}
		if top > float64(most)+1e-9 {
			t.Errorf("%s: the curve reaches %.2f, and there were never more than %d", name, top, most)
		}
		p := newPicture(tr, panelRows, panelBars, panelMost)
		area := readDrawing(t, p.processors(tr.Wall).draw()).ready / 840 / (curveHeight - curveHead) * max(top, 1) * tr.Metrics.WallMS
		if want := tr.Metrics.RunnableMS; math.Abs(area-want) > .01*want+.004*top*tr.Metrics.WallMS {
			t.Errorf("%s: the curve is drawn with %.4f ms, runnable is %.4f", name, area, want)
		}
	}
}

// Merging draws no bar longer than what it stands for, loses no time, and takes
// the state that fills most.
func TestMergedBarsDoNotLie(t *testing.T) {
	for _, name := range tracedPrograms {
		tr := recordedTrace(t, name, exectrace.Options{})
		exact := newTraceLanes(tr, tr.Wall, 0, 1<<20)
		merged := newTraceLanes(tr, tr.Wall, tr.Wall/50, 1<<20)
		for i := range exact.Gs {
			checkMerged(t, exact.Gs[i], merged.Gs[i])
		}
		for i := range exact.Ps {
			checkMerged(t, exact.Ps[i], merged.Ps[i])
		}
	}
}

func checkMerged(t *testing.T, exact, merged traceLane) {
	t.Helper()
	var want, got [exectrace.NumStates]int64
	for _, b := range exact.Bars {
		want[b.State] += b.End - b.Start
	}
	until, n := int64(-1), 0
	for _, b := range merged.Bars {
		n += b.N
		if b.Start < until {
			t.Fatalf("%s: two bars overlap", merged.Name)
		}
		until = b.End
		var sum int64
		for s, d := range b.Times {
			got[s] += d
			sum += d
			if d > b.Times[b.State] {
				t.Errorf("%s: a bar is %s, and %s fills more of it", merged.Name, b.State, exectrace.State(s))
			}
		}
		if length := b.End - b.Start; sum > length || (length > 0 && math.Abs(b.Share*float64(length)-float64(b.Times[b.State])) > 1) {
			t.Errorf("%s: a bar of %d ns holds %d, its state %d at a share of %.3f", merged.Name, length, sum, b.Times[b.State], b.Share)
		}
	}
	if got != want || n != len(exact.Bars) {
		t.Errorf("%s: merged to %v of %d segments, it was %v of %d", merged.Name, got, n, want, len(exact.Bars))
	}
}

// A panel is small, well-formed, and needs neither a script nor inline styles.
func TestTracePanel(t *testing.T) {
	for _, name := range tracedPrograms {
		tr := recordedTrace(t, name, exectrace.Options{CPU: 1e9})
		h := panelOf(t, &TraceView{ID: "t1", Trace: tr})
		readDrawing(t, h)
		withinPanel(t, name, h)
		if strings.Contains(h, `<use href="#sw-stw"/></svg>world stopped`) != (len(tr.STW) > 0) {
			t.Errorf("%s: %d times the world was stopped, and the legend does not say how that is drawn, or says it for nothing", name, len(tr.STW))
		}
		for _, bad := range []string{"style=", "<script", "NaN", "Inf", `width="-`, "javascript:", " id="} {
			if strings.Contains(h, bad) {
				t.Errorf("%s: the panel contains %q", name, bad)
			}
		}
		for _, row := range []string{"Goroutines", "Scheduling latency", "Context switches", "P utilisation", "Work stealing", "GC assist"} {
			if !strings.Contains(h, `<th scope="row">`+row) {
				t.Errorf("%s: no measure %q", name, row)
			}
		}
		for _, must := range []string{`role="img"`, `data-trace="t1"`, `href="/traces/t1"`, `class="inf"`, `<use href="#sw-running"/>`} {
			if !strings.Contains(h, must) {
				t.Errorf("%s: the panel lacks %q", name, must)
			}
		}
	}
}

func withinPanel(t *testing.T, name, html string) {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, html)
	w.Close()
	if z.Len() > 10<<10 {
		t.Errorf("%s: the panel is %d bytes gzipped", name, z.Len())
	}
}

// In the picture of a lock convoy, who has a P goes round: however many bars
// the goroutines have, turns that can be told apart are not one bar.
func TestTurnsOnAProcessorAreDrawnOneByOne(t *testing.T) {
	f, err := os.Open("../content/03-scheduler/_recorded/convoy/trace.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := exectrace.Parse(unpacked, exectrace.Options{CPU: 1e9})
	if err != nil {
		t.Fatal(err)
	}
	p := newPicture(tr, panelRows, panelBars, panelMost)
	if l := newTraceLanes(tr, tr.Wall, tr.Wall/panelBars, panelRows); countBars(l.Gs) <= panelMost {
		t.Fatalf("only %d bars of goroutines: there was no need to merge any", countBars(l.Gs))
	}
	for _, l := range p.lanes.Ps {
		for _, b := range l.Bars {
			if each := (b.End - b.Start) / int64(b.N); b.N > 1 && each > tr.Wall/panelBars {
				t.Errorf("%s: %d segments of %d ns each from %d on are one bar", l.Name, b.N, each, b.Start)
			}
		}
	}
	withinPanel(t, "convoy", panelOf(t, &TraceView{ID: "t1", Trace: tr}))
}

// deadlocked is a trace that ended because nothing ran, of a program that never
// went on.
func deadlocked(t *exectrace.Trace) *exectrace.Trace {
	t.Know("idle", true, 0)
	return t
}

func TestTracePanelSays(t *testing.T) {
	cap8 := exectrace.Options{Truncated: "cap"}
	for name, c := range map[string]struct {
		view        *TraceView
		has, hasNot []string
	}{
		"leaks": {&TraceView{Trace: recordedTrace(t, "leak", exectrace.Options{})},
			[]string{"5 still wait at the end", "Left waiting at the end", "chan send", "G", `class="stuck"`}, []string{"Open full view"}},
		"capped": {&TraceView{Trace: recordedTrace(t, "leak", cap8)},
			[]string{"it was as large as it may be", "up to where the trace was cut"}, []string{"Left waiting at the end"}},
		"idle": {&TraceView{Trace: recordedTrace(t, "leak", exectrace.Options{Truncated: "idle"})},
			[]string{"nothing ran for 1 s. The program went on"}, []string{"Left waiting at the end", "still wait at the end"}},
		"deadlock": {&TraceView{Trace: deadlocked(recordedTrace(t, "leak", exectrace.Options{}))},
			[]string{"nothing ever ran again", "Left waiting at the end"}, nil},
		"race": {&TraceView{Trace: recordedTrace(t, "cpu", exectrace.Options{Race: true})},
			[]string{"not known", "the race detector makes the scheduler choose at random"}, nil},
		"lanes cut": {&TraceView{Trace: recordedTrace(t, "unbounded", exectrace.Options{MaxGoroutines: 50})},
			[]string{"Lanes are drawn for the first 50 goroutines", "The numbers are of all of them"}, nil},
		"folded": {&TraceView{Trace: recordedTrace(t, "unbounded", exectrace.Options{})},
			[]string{"the first 9 and the last two made; 390 more are in the tables, not drawn", "11 of 401 goroutines", "400"}, nil},
		"busy": {&TraceView{Trace: recordedTrace(t, "cpu", exectrace.Options{CPU: 31e6})},
			[]string{"on CPU", "busy machine"}, nil},
		"regions": {&TraceView{Trace: recordedTrace(t, "tasks", exectrace.Options{})},
			[]string{"<code>step</code>", "<code>job</code>", "never ended"}, nil},
		"recorded": {&TraceView{Title: "pool.go", Recorded: true, Trace: recordedTrace(t, "leak", exectrace.Options{})},
			[]string{"recorded with go1.26", "Trace of pool.go"}, nil},
		"none": {&TraceView{Problem: "The trace is damaged <here>."},
			[]string{"The trace is damaged &lt;here&gt;."}, []string{"<svg"}},
	} {
		h := panelOf(t, c.view)
		for _, s := range c.has {
			if !strings.Contains(h, s) {
				t.Errorf("%s: the panel does not say %q", name, s)
			}
		}
		for _, s := range c.hasNot {
			if strings.Contains(h, s) {
				t.Errorf("%s: the panel says %q", name, s)
			}
		}
	}
	if h := panelOf(t, nil); h != "" {
		t.Errorf("no view gives %q", h)
	}
}

// Names in a trace are the program's: they are never markup.
func TestTraceNamesAreNoMarkup(t *testing.T) {
	const evil = `<b onclick="x">&'`
	tr := recordedTrace(t, "leak", exectrace.Options{})
	for i := range tr.Goroutines {
		tr.Goroutines[i].Func, tr.Goroutines[i].Reason = evil, evil
		tr.Goroutines[i].CreatedAt.File = evil
	}
	seg := exectrace.Segment{End: tr.Wall, Reason: evil, At: exectrace.Frame{File: evil, Line: 1}}
	lanes := svgLanes{lanes: []traceLane{{Name: "G1", Bars: []traceBar{{End: tr.Wall, N: 1, Share: 1, Seg: &seg}}}}, span: tr.Wall, wall: tr.Wall}
	tr.STW = []exectrace.Span{{Start: 1, End: tr.Wall / 2, Name: evil}}
	m := &tr.Metrics
	m.Leaks = []exectrace.Leak{{File: evil, Line: 1, Func: evil, Reason: evil, N: 1}}
	m.Lines = []exectrace.LineCost{{File: evil, Line: 1, WaitingMS: map[string]float64{evil: 1}}}
	m.Blocked = map[string]exectrace.BlockedTime{evil: {N: 1, TotalMS: 1}}
	m.Tasks = []exectrace.NamedTime{{Name: evil, N: 1}}
	m.Regions = []exectrace.NamedTime{{Name: evil, N: 1}}
	m.Go, m.Truncated = evil, &[]string{evil}[0]
	m.Steals.Stolen, m.Why["steals.stolen"] = nil, evil
	v := &TraceView{ID: evil, Title: evil, Trace: tr, Recorded: true}
	page, err := TracePage(v)
	if err != nil {
		t.Fatal(err)
	}
	both, err := TraceCompare(v, v)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{panelOf(t, v), string(page), string(both), lanes.draw()} {
		if strings.Contains(h, "<b onclick") || strings.Contains(h, `"x"`) || !strings.Contains(h, "&lt;b onclick=&#34;x&#34;&gt;&amp;&#39;") {
			t.Error("a name of the program is markup")
		}
	}
}

// Two traces share one axis: the shorter one ends before the picture does.
func TestTraceCompare(t *testing.T) {
	a := &TraceView{Title: "CPU-bound", Trace: recordedTrace(t, "cpu", exectrace.Options{})}
	b := &TraceView{Title: "I/O-bound", Trace: recordedTrace(t, "sleepers", exectrace.Options{})}
	html, err := TraceCompare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	h := string(html)
	long, short := a.Trace, b.Trace
	if short.Wall > long.Wall {
		long, short = short, long
	}
	c := canvas{span: long.Wall}
	if want := `class="fin" x1="` + c.percent(short.Wall) + `"`; strings.Count(h, want) != 2 {
		t.Errorf("the shorter trace does not end at %s of the axis", c.percent(short.Wall))
	}
	for _, must := range []string{"CPU-bound against I/O-bound", "P utilisation", "waited mostly for a WaitGroup, those of I/O-bound for", "<span class=\"nk\">within noise</span>", "A run is one sample"} {
		if !strings.Contains(h, must) {
			t.Errorf("the comparison does not say %q", must)
		}
	}
	alone, err := TraceCompare(a, &TraceView{Title: "I/O-bound", Problem: "It made no trace."})
	if err != nil {
		t.Fatal(err)
	}
	if h := string(alone); !strings.Contains(h, "It made no trace.") || !strings.Contains(h, "<svg") || strings.Contains(h, "against") {
		t.Error("one trace alone is not drawn beside the reason why there is no other")
	}
}

func TestTracePage(t *testing.T) {
	tr := recordedTrace(t, "unbounded", exectrace.Options{})
	html, err := TracePage(&TraceView{ID: "t1", Title: "pool.go", Trace: tr})
	if err != nil {
		t.Fatal(err)
	}
	h := string(html)
	if n := strings.Count(h, `<tr><th scope="row">G`); n < pageGoroutine {
		t.Errorf("%d rows of goroutines, want %d at least", n, pageGoroutine)
	}
	if !strings.Contains(h, "201 more goroutines are not listed.") {
		t.Error("the table does not say how many it leaves out")
	}
	if !strings.Contains(h, `href="/api/traces/t1/raw"`) {
		t.Error("the trace cannot be taken away")
	}
	if strings.Contains(h, "<details") {
		t.Error("a table is folded away on a page that is about it")
	}
}

func TestTimeWords(t *testing.T) {
	for ns, want := range map[float64]string{
		0: "0 ms", 64: "64 ns", 999.9: "1 µs", 12_340: "12.3 µs", 616_000: "616 µs", 999_700: "1 ms",
		2_140_000: "2.14 ms", 5_000_000: "5 ms", 99_960_000: "100 ms", 1.35e9: "1.35 s", 3600e9: "3600 s",
	} {
		if got := span(ns); got != want {
			t.Errorf("%v ns is %q, want %q", ns, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", .004: "under 1 %", .015: "2 %", .5: "50 %", .998: "over 99 %", 1: "100 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v is %q, want %q", share, got, want)
		}
	}
	for wall, want := range map[int64]int64{1: 1, 12: 1, 13: 2, 26: 5, 135_000_000: 20_000_000, 885_057: 100_000} {
		if got := axisStep(wall); got != want {
			t.Errorf("an axis of %d ns is marked each %d, want %d", wall, got, want)
		}
	}
}
