package exectrace

import (
	"slices"

	"golang.org/x/exp/trace"
)

// annotations are what the program itself wrote into the trace.
type annotations struct {
	open    map[trace.TaskID]openSpan
	tasks   named
	regions named
	logs    map[Log]int // N is 0 in the keys
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
func (b *builder) annotation(ev trace.Event, kind trace.EventKind) {
	switch kind {
	case trace.EventTaskBegin:
		t := ev.Task()
		b.user.open[t.ID] = openSpan{t.Type, b.now}
	case trace.EventTaskEnd:
		t := ev.Task()
		o, ok := b.user.open[t.ID]
		if !ok {
			o = openSpan{t.Type, 0} // it began before the trace
		}
		delete(b.user.open, t.ID)
		b.user.tasks.ended(o, b.now)
	case trace.EventRegionBegin:
		if g := b.gs[ev.Goroutine()]; g != nil {
			g.regions = append(g.regions, openSpan{ev.Region().Type, b.now})
		}
	case trace.EventRegionEnd:
		if g := b.gs[ev.Goroutine()]; g != nil {
			b.user.endRegion(g, ev.Region().Type, b.now)
		}
	case trace.EventLog:
		b.user.log(ev.Log())
	}
}

// endRegion ends the innermost region of that name.
func (a *annotations) endRegion(g *gstate, name string, now int64) {
	for i, r := range slices.Backward(g.regions) {
		if r.name == name {
			g.regions = slices.Delete(g.regions, i, i+1)
			a.regions.ended(r, now)
			return
		}
	}
	a.regions.ended(openSpan{name, 0}, now) // it began before the trace
}

// closeRegions ends what a goroutine left open.
func (a *annotations) closeRegions(g *gstate, now int64) {
	for _, r := range g.regions {
		a.regions.left(r, now)
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
