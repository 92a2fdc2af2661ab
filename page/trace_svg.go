package page

import (
	"html/template"
	"math"
	"strconv"
	"strings"

	"course/tutor/exectrace"
)

// The measures of a lane, in px.
const (
	laneHeight  = 24
	laneBase    = 23 // where bars stand
	curveHeight = 42
	curveHead   = 15 // of it, for the words above the curve
	curveBins   = 280
	axisHeight  = 18
	// A bar narrower than hatchLeast per cent has no hatch: colour and height
	// remain.
	hatchLeast = .5
	// leastWidth is the least width in px of a picture whose bars are named, and
	// a letter of a name takes letterWidth of them.
	leastWidth  = 620.
	letterWidth = 6.2
	// titleLeast is the width from which a bar has a tooltip when there are
	// more than manyBars of them.
	titleLeast = 2.
	manyBars   = 150
	// A bar narrower than hairMost per cent is drawn with a
	// hairline around it, or it would not be seen.
	hairMost = .1
)

// barHeight says what a state takes: full, it holds a P; two thirds, it wants
// one; a rail, it waits.
func barHeight(s exectrace.State, holdsP bool) float64 {
	switch {
	case s == exectrace.Runnable:
		return 10
	case s.Waits(), s == exectrace.Syscall && !holdsP:
		return 4
	}
	return 15
}

// drawOrder puts what matters most on top.
var drawOrder = [...]exectrace.State{
	exectrace.Net, exectrace.Sleep, exectrace.Sync, exectrace.Select, exectrace.Chan,
	exectrace.Runnable, exectrace.Syscall, exectrace.GC, exectrace.Running,
}

// canvas writes the SVG of one group of lanes over a time axis of span ns.
type canvas struct {
	strings.Builder
	span int64
}

func (c *canvas) percent(ns int64) string { return c.share(ns, 3) }

// place is percent for where a bar begins: a tenth of a px is enough, and the
// places are most of what a picture weighs.
func (c *canvas) place(ns int64) string { return c.share(ns, 2) }

func (c *canvas) share(ns int64, decimals int) string {
	if c.span <= 0 {
		return "0%"
	}
	return fixed(100*float64(ns)/float64(c.span), decimals) + "%"
}

// fixed writes x with at most that many decimals.
func fixed(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func (c *canvas) write(parts ...string) {
	for _, p := range parts {
		c.WriteString(p)
	}
}

func esc(s string) string { return template.HTMLEscapeString(s) }

// svgLanes is what one picture shows.
type svgLanes struct {
	lanes []traceLane
	ready []float64 // the ready curve below the lanes; nil for none
	most  int       // of it
	stw   []exectrace.Span
	span  int64  // ns of the time axis
	wall  int64  // ns that the trace lasted; the axis may be longer
	says  string // the picture in a sentence
	axis  bool
	gaps  bool // who follows whom is told apart, by a gap between the bars
	// The stretch that is pointed at, in ns; markTo is 0 for none.
	markFrom, markTo int64
}

func (s *svgLanes) height() (lanes, all int) {
	lanes = laneHeight * len(s.lanes)
	all = lanes
	if s.ready != nil {
		all += curveHeight + 6
	}
	if s.axis {
		all += axisHeight
	}
	return lanes, all
}

// draw writes the names of the lanes and the picture beside them.
func (s *svgLanes) draw() string {
	c := &canvas{span: s.span}
	lanes, all := s.height()
	c.write(`<div class="lanes"><div class="ll" aria-hidden="true">`)
	for _, l := range s.lanes {
		c.write(`<span`, titleAttr(l.About), longName(l.Name), `>`, l.Name, `</span>`)
	}
	if s.ready != nil {
		c.write(`<span class="rd">ready</span>`)
	}
	c.write(`</div><div class="lsc" tabindex="0" role="group" aria-label="`, esc(s.says), `, scrolls sideways">`,
		`<svg class="lanes-svg" width="100%" height="`, strconv.Itoa(all), `" role="img" aria-label="`, esc(s.says), `">`)
	s.marked(c, lanes)
	s.ticks(c, all)
	for i := range s.lanes {
		c.baseline(float64(laneHeight*i) + 23.5)
	}
	s.stops(c, lanes)
	s.bars(c)
	s.curve(c, lanes)
	s.names(c)
	s.steals(c)
	s.stuck(c)
	s.missing(c, lanes)
	if s.axis {
		s.times(c, all)
	}
	c.write(`</svg></div></div>`)
	return c.String()
}

func titleAttr(s string) string {
	if s == "" {
		return ""
	}
	return ` title="` + esc(s) + `"`
}

func longName(s string) string {
	if len(s) > 4 {
		return ` class="long"`
	}
	return ""
}

func (c *canvas) baseline(y float64) {
	at := fixed(y, 1)
	c.write(`<line class="bl" x1="0" x2="100%" y1="`, at, `" y2="`, at, `"/>`)
}

// eachTick calls f with the times that the axis marks.
func (s *svgLanes) eachTick(f func(ns int64)) {
	if s.span <= 0 {
		return
	}
	step := axisStep(s.span)
	for t := int64(0); t <= s.span; t += step {
		f(t)
	}
}

func (s *svgLanes) ticks(c *canvas, all int) {
	bottom := strconv.Itoa(all)
	if s.axis {
		bottom = strconv.Itoa(all - 13)
	}
	s.eachTick(func(t int64) {
		x := c.percent(t)
		c.write(`<line class="tk" x1="`, x, `" x2="`, x, `" y1="0" y2="`, bottom, `"/>`)
	})
}

func (s *svgLanes) times(c *canvas, all int) {
	unit, name := axisUnit(s.span)
	y := strconv.Itoa(all - 4)
	c.write(`<g class="lt">`)
	s.eachTick(func(t int64) {
		if float64(t) > .97*float64(s.span) {
			return // it would run out of the picture
		}
		text := fixed(float64(t)/unit, 3)
		if t == 0 {
			text += " " + name
		}
		c.write(`<text class="tx" x="`, c.percent(t), `" dx="4" y="`, y, `">`, text, `</text>`)
	})
	c.write(`</g>`)
}

// stops draws the times at which the world was stopped.
func (s *svgLanes) stops(c *canvas, lanes int) {
	for _, w := range s.stw {
		c.write(`<rect class="stw" x="`, c.percent(w.Start), `" y="0" width="`, c.percent(w.End-w.Start), `" height="`, strconv.Itoa(lanes))
		if len(s.stw) > manyBars/10 {
			c.write(`"/>`)
			continue
		}
		c.write(`"><title>World stopped for `, span(float64(w.End-w.Start)), `: `, esc(w.Name), `</title></rect>`)
	}
}

// bars draws all bars, those of one state together.
func (s *svgLanes) bars(c *canvas) {
	total := 0
	for _, l := range s.lanes {
		total += len(l.Bars)
	}
	for _, state := range drawOrder {
		for _, p := range []paint{plain, hair, hatched} {
			s.group(c, state, p, total > manyBars)
		}
	}
}

// paint is how a bar is filled.
type paint int

const (
	plain paint = iota
	hair
	hatched
)

func paintOf(width float64) paint {
	switch {
	case width >= hatchLeast:
		return hatched
	case width < hairMost:
		return hair
	}
	return plain
}

// group draws the bars of one state and paint.
func (s *svgLanes) group(c *canvas, state exectrace.State, p paint, many bool) {
	open := false
	for i, l := range s.lanes {
		for _, b := range l.Bars {
			width := 100 * float64(b.End-b.Start) / float64(max(s.span, 1))
			if b.State != state || paintOf(width) != p {
				continue
			}
			if !open {
				open = true
				c.write(`<g data-s="`, state.String(), `" `, fill(state, p, s.gaps), `>`)
			}
			s.bar(c, i, l.Name, b, !many || width >= titleLeast)
		}
	}
	if open {
		c.write(`</g>`)
	}
}

// fill is the paint of a state: plain where a hatch would not be seen, and of
// the states that have none. Bars wide enough for a hatch have room for gaps.
func fill(state exectrace.State, p paint, gaps bool) string {
	name, gap := state.String(), ""
	if gaps && p == hatched {
		gap = "gap"
	}
	switch {
	case p == hair:
		return `class="f-` + name + ` hair s-` + name + `"`
	case p == plain, state == exectrace.Running, state == exectrace.Chan:
		return `class="` + strings.TrimSpace("f-"+name+" "+gap) + `"`
	case gap != "":
		return `class="gap" fill="url(#h-` + name + `)"`
	}
	return `fill="url(#h-` + name + `)"`
}

func (s *svgLanes) bar(c *canvas, lane int, name string, b traceBar, titled bool) {
	h := barHeight(b.State, b.Seg == nil || b.Seg.P >= 0)
	if b.Seg == nil {
		h = max(h*b.Share, 1)
	}
	y := float64(laneHeight*lane+laneBase) - h
	c.write(`<rect x="`, c.place(b.Start), `" y="`, fixed(y, 1), `" width="`, c.percent(b.End-b.Start), `" height="`, fixed(h, 1), `"`)
	if titled {
		c.write(`><title>`, esc(tellBar(name, b)), `</title></rect>`)
		return
	}
	c.write(`/>`)
}

// names writes who runs into the wider bars.
func (s *svgLanes) names(c *canvas) {
	c.write(`<g class="lt">`)
	for i, l := range s.lanes {
		for _, b := range l.Bars {
			width := 100 * float64(b.End-b.Start) / float64(max(s.span, 1))
			if b.Seg == nil || b.State != exectrace.Running {
				continue
			}
			text := laneName("G", b.Seg.G)
			if strings.HasPrefix(l.Name, "G") {
				text = laneName("P", b.Seg.P)
			}
			if width*leastWidth/100 < 8+letterWidth*float64(len(text)) {
				continue
			}
			c.write(`<svg x="`, c.percent(b.Start), `" y="`, strconv.Itoa(laneHeight*i), `" width="`, c.percent(b.End-b.Start),
				`" height="24"><text class="on" x="4" y="19">`, text, `</text></svg>`)
		}
	}
	c.write(`</g>`)
}

// stuck marks lanes that end in a wait nobody ended.
func (s *svgLanes) stuck(c *canvas) {
	for i, l := range s.lanes {
		if l.Stuck == "" {
			continue
		}
		c.write(`<rect class="stuck" x="`, c.percent(s.wall), `" y="`, strconv.Itoa(laneHeight*i+8),
			`" width="3" height="15" transform="translate(-3 0)"><title>`, esc(l.Name+" "+l.Stuck), `</title></rect>`)
	}
}

// missing marks where the trace ends when the axis is longer.
func (s *svgLanes) missing(c *canvas, lanes int) {
	if s.wall < s.span {
		s.upright(c, "fin", s.wall, lanes)
	}
}

func (s *svgLanes) upright(c *canvas, class string, at int64, lanes int) {
	x := c.percent(at)
	c.write(`<line class="`, class, `" x1="`, x, `" x2="`, x, `" y1="0" y2="`, strconv.Itoa(lanes), `"/>`)
}

// curve draws how many goroutines were ready, as an area: its size is the time
// they were runnable.
func (s *svgLanes) curve(c *canvas, lanes int) {
	if s.ready == nil {
		return
	}
	top := 1.
	for _, v := range s.ready {
		top = max(top, v)
	}
	const width = 840
	step := width / float64(len(s.ready))
	scale := (curveHeight - curveHead) / top
	c.write(`<svg x="0" y="`, strconv.Itoa(lanes+4), `" width="100%" height="42" viewBox="0 0 840 42" preserveAspectRatio="none"><path fill="url(#h-runnable)" d="M0 42`)
	last := math.NaN()
	for i, v := range s.ready {
		y := math.Round((curveHeight-v*scale)*10) / 10
		if y == last {
			continue
		}
		last = y
		c.write(`H`, fixed(float64(i)*step, 1), `V`, fixed(y, 1))
	}
	c.write(`H840V42Z"/></svg>`)
	c.baseline(float64(lanes+curveHeight+4) + .5)
	c.write(`<text class="tx halo" text-anchor="end" x="100%" dx="-2" y="`, strconv.Itoa(lanes+14), `">at most `,
		thousands(int64(s.most)), ` ready, not running</text>`)
}
