package exectrace

import (
	"slices"
	"strings"

	"golang.org/x/exp/trace"
)

// annotations are what the program itself wrote into the trace.
type annotations struct {
	open    map[trace.TaskID]openSpan
	tasks   named
	regions named
	logs    map[Log]int // N is 0 in the keys
	notes   []Note
	left    int // notes that were not kept
	order   []Log
}

func newAnnotations() annotations {
	return annotations{
		open:    map[trace.TaskID]openSpan{},
		tasks:   newNamed(),
		regions: newNamed(),
		logs:    map[Log]int{},
	}
}

// named sums durations by name, in the order the names came up.
type named struct {
	index map[string]int
	list  []NamedTime
}

func newNamed() named { return named{index: map[string]int{}} }

// at finds the sum of a name.
func (n *named) at(name string) *NamedTime {
	i, ok := n.index[name]
	if !ok && len(n.list) >= maxNames {
		name = otherName
		i, ok = n.index[name]
	}
	if !ok {
		i = len(n.list)
		n.index[name] = i
		n.list = append(n.list, NamedTime{Name: name})
	}
	return &n.list[i]
}

// ended adds one that began at start and is over; open one that never was.
// What began before the trace is timed, and not counted.
func (n *named) ended(o openSpan, now int64) {
	t := n.at(o.name)
	t.TotalMS += float64(now-o.start) / 1e6
	if o.start > 0 {
		t.N++
	}
}

func (n *named) left(o openSpan, now int64) {
	n.ended(o, now)
	n.at(o.name).Open++
}

// annotation takes a task, region or log.
func (b *builder) annotation(ev *read) {
	switch ev.kind {
	case trace.EventTaskBegin:
		t := ev.task
		b.user.open[t.ID] = openSpan{t.Type, b.now, b.row(ev.Goroutine())}
	case trace.EventTaskEnd:
		t := ev.task
		o, ok := b.user.open[t.ID]
		if !ok {
			o = openSpan{t.Type, 0, none} // it began before the trace
		}
		delete(b.user.open, t.ID)
		b.user.tasks.ended(o, b.now)
		b.user.task(t.ID, o, b.now)
	case trace.EventRegionBegin, trace.EventRegionEnd: // of before go1.26
		b.region(ev, ev.Region().Type, ev.kind == trace.EventRegionEnd)
	case trace.EventLog:
		l := ev.Log()
		if end, ok := regionOf(l); ok {
			b.region(ev, l.Message, end)
			return
		}
		b.user.log(l)
		b.user.note(Note{Kind: "log", Start: b.now, End: b.now, Name: l.Category, Text: l.Message, Row: b.row(ev.Goroutine()), Task: taskID(l.Task)})
	}
}

// region takes the beginning or the end of a region.
func (b *builder) region(ev *read, name string, end bool) {
	g := b.gs.get(ev.Goroutine())
	switch {
	case g == nil:
	case end:
		b.user.endRegion(g, name, b.now)
	default:
		g.regions = append(g.regions, openSpan{name, b.now, g.rec})
	}
}

// endRegion ends the innermost region of that name.
func (a *annotations) endRegion(g *gstate, name string, now int64) {
	for i, r := range slices.Backward(g.regions) {
		if r.name == name {
			if i < len(g.regions)-1 {
				a.regions.at(name).Misplaced++
			}
			g.regions = slices.Delete(g.regions, i, i+1)
			a.regions.ended(r, now)
			a.region(r, now)
			return
		}
	}
	if g.known { // made in the trace: no region of it began before
		a.regions.at(name).Misplaced++
		return
	}
	o := openSpan{name, 0, g.rec} // it began before the trace
	a.regions.ended(o, now)
	a.region(o, now)
}

// closeRegions ends what a goroutine left open.
func (a *annotations) closeRegions(g *gstate, now int64) {
	for _, r := range g.regions {
		a.regions.left(r, now)
		a.region(r, now)
	}
	g.regions = nil
}

func (a *annotations) log(l trace.Log) {
	k := Log{Category: l.Category, Message: l.Message}
	if _, ok := a.logs[k]; !ok {
		if len(a.order) >= maxNames {
			k = Log{Category: otherName, Message: otherName}
		}
		if _, ok := a.logs[k]; !ok {
			a.order = append(a.order, k)
		}
	}
	a.logs[k]++
}

func (a *annotations) finish(now int64) {
	ids := make([]trace.TaskID, 0, len(a.open))
	for id := range a.open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		a.tasks.left(a.open[id], now)
		a.task(id, a.open[id], now)
	}
	clear(a.open)
}

func (a *annotations) counts() []Log {
	out := make([]Log, 0, len(a.order))
	for _, l := range a.order {
		n := a.logs[l]
		l.N = n
		out = append(out, l)
	}
	return out
}

// note keeps a note for the drawing, where there is room.
func (a *annotations) note(n Note) {
	const most = 200 // bytes of a name or a message: a lane has no room for more
	n.Name, n.Text = clip(n.Name, most), clip(n.Text, most)
	if len(a.notes) >= maxSpans {
		a.left++
		return
	}
	a.notes = append(a.notes, n)
}

func (a *annotations) task(id trace.TaskID, o openSpan, now int64) {
	a.note(Note{Kind: "task", Start: o.start, End: now, Name: o.name, Row: o.row, Task: taskID(id)})
}

func (a *annotations) region(o openSpan, now int64) {
	a.note(Note{Kind: "region", Start: o.start, End: now, Name: o.name, Row: o.row})
}

// taskID is 0 for the background task and for none.
func taskID(id trace.TaskID) uint64 {
	if id == trace.NoTask {
		return 0
	}
	return uint64(id)
}

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// row is where a goroutine is drawn; -1 when it is not.
func (b *builder) row(id trace.GoID) int {
	if g := b.gs.get(id); g != nil {
		return g.rec
	}
	return none
}
