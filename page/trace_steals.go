package page

import (
	"cmp"
	"slices"
	"strconv"

	"course/tutor/exectrace"
)

// stealMark is a triangle above a lane: it stands for N starts that were
// stolen, the first of them at At.
type stealMark struct {
	At int64 // ns
	N  int
}

// stealMarks are those of one lane. Starts that share a place share a mark.
type stealMarks struct {
	axis int64
	list []stealMark
}

// How wide a mark is in per cent of the axis: alone, and with the number of
// those that it stands for beside it.
const (
	markAlone  = 1.1
	markNumber = 5.
)

// add marks a stolen start; they come in order of time.
func (m *stealMarks) add(at int64) {
	if n := len(m.list) - 1; n >= 0 {
		last, wide := &m.list[n], markAlone
		if last.N > 1 {
			wide = markNumber
		}
		if 100*float64(at-last.At) < wide*float64(m.axis) {
			last.N++
			return
		}
	}
	m.list = append(m.list, stealMark{at, 1})
}

// steals draws the marks above the lanes.
func (s *svgLanes) steals(c *canvas) {
	total := 0
	for _, l := range s.lanes {
		total += len(l.Steals)
	}
	if total == 0 {
		return
	}
	c.write(`<g class="stl">`)
	for i, l := range s.lanes {
		for _, m := range l.Steals {
			x, top := c.place(m.At), laneHeight*i
			c.write(`<use href="#steal" x="`, x, `" y="`, strconv.Itoa(top))
			if total > manyBars {
				c.write(`"/>`)
			} else {
				c.write(`"><title>`, esc(tellSteals(l.Name, m)), `</title></use>`)
			}
			if m.N > 1 {
				c.write(`<text x="`, x, `" dx="5" y="`, strconv.Itoa(top+8), `">`, compact(m.N), `</text>`)
			}
		}
	}
	c.write(`</g>`)
}

func tellSteals(lane string, m stealMark) string {
	at := span(float64(m.At))
	if m.N == 1 {
		return lane + ": a start at " + at + " was stolen (inferred)"
	}
	return lane + ": " + thousands(int64(m.N)) + " starts from " + at + " on were stolen (inferred)"
}

// stole says that a trace tells of stolen starts.
func stole(t *exectrace.Trace) bool {
	n := t.Metrics.Steals.Stolen
	return n != nil && *n > 0
}

// stolenStarts collects the first starts of a trace that were stolen.
type stolenStarts struct {
	t     *exectrace.Trace
	most  int
	first []exectrace.Segment
}

// Segment takes the next segment of the trace. They come in the order in which
// they end.
func (s *stolenStarts) Segment(seg *exectrace.Segment) {
	if seg.Origin != exectrace.OriginStolen {
		return
	}
	s.first = append(s.first, *seg)
	if len(s.first) > 4*s.most {
		s.cut()
	}
}

// cut keeps the first ones, in order.
func (s *stolenStarts) cut() {
	slices.SortStableFunc(s.first, func(a, b exectrace.Segment) int { return cmp.Compare(a.Start, b.Start) })
	s.first = s.first[:min(len(s.first), s.most)]
}

func (s *stolenStarts) table() *table {
	out := &table{caption: "Stolen starts (inferred)", heads: []string{"At", "goroutine", "running", "taken by"}, shown: true,
		foot: "Each was in the queue of another P. The runtime records no steal: the queues are replayed from the trace."}
	if !stole(s.t) {
		return out
	}
	s.cut()
	for _, seg := range s.first {
		out.rows = append(out.rows, []string{
			span(float64(seg.Start)), laneName("G", seg.G), "`" + cmp.Or(functionName(s.t.Goroutines[seg.Row].Func), "?"), laneName("P", seg.P),
		})
	}
	if left := *s.t.Metrics.Steals.Stolen - len(s.first); left > 0 {
		out.foot = plural(left, "more is", "more are") + " not listed. " + out.foot
	}
	return out
}
