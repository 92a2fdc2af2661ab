package exectrace

import (
	"encoding/json"
	"errors"
	"fmt"
)

// answer is what Serve writes: Bad, or Columns.
type answer struct {
	Bad     string
	Offset  int64
	Cut     bool
	Columns columns
}

// columns is a Trace on the wire: goroutines by column, with their strings and
// frames through tables; the metrics as JSON, which keeps a nil from a zero.
type columns struct {
	GoVersion    string
	Wall, Events int64
	Busy         float64
	Procs        int
	Unlisted     int
	Damage       string
	Run          Run
	STW, Marks   []Span
	Notes        []Note
	Curves       []Curve
	Metrics      []byte

	Threads []int64
	Frames  []Frame
	Own     []bool
	Stacks  [][]uint32
	Reasons []string
	Blocks  []block
	Cut     cutCounts

	Funcs              []string
	ID, By             []int64
	Created, Ended     []int64
	Func, At, LastWait []uint32
	State, Flags       []byte
	Times              []int64 // NumStates for each goroutine
}

func pack(t *Trace) (columns, error) {
	m, err := json.Marshal(t.Metrics)
	if err != nil {
		return columns{}, fmt.Errorf("encode metrics: %w", err)
	}
	c := columns{
		GoVersion: t.GoVersion, Wall: t.Wall, Events: t.Events, Busy: t.Busy, Procs: t.Procs, Unlisted: t.Unlisted, Damage: t.Damage, Run: t.Run,
		STW: t.STW, Marks: t.Marks, Notes: t.Notes, Curves: t.Curves, Metrics: m,
		Threads: t.tl.threads, Frames: t.tl.frames, Own: t.tl.own, Stacks: t.tl.stacks, Reasons: t.tl.reasons,
		Blocks: t.tl.blocks, Cut: t.tl.cut,
	}
	frames := make(map[Frame]uint32, len(c.Frames))
	for i, f := range c.Frames {
		frames[f] = uint32(i)
	}
	c.goroutines(t.Goroutines, frames)
	return c, nil
}

func (c *columns) goroutines(list []Goroutine, frames map[Frame]uint32) {
	funcs := map[string]uint32{}
	for i := range list {
		g := &list[i]
		c.ID, c.By = append(c.ID, g.ID), append(c.By, g.CreatedBy)
		c.Created, c.Ended = append(c.Created, g.Created), append(c.Ended, g.Ended)
		c.Func = append(c.Func, number(funcs, &c.Funcs, g.Func))
		c.LastWait = append(c.LastWait, number(funcs, &c.Funcs, g.Reason))
		c.At = append(c.At, frames[g.CreatedAt])
		c.State = append(c.State, byte(g.Last))
		f := g.flags(false)
		c.Flags = append(c.Flags, byte(f))
		c.Times = append(c.Times, g.Times[:]...)
	}
}

// number gives v its place in a table.
func number[T comparable](index map[T]uint32, table *[]T, v T) uint32 {
	i, ok := index[v]
	if !ok {
		i = uint32(len(*table))
		*table = append(*table, v)
		index[v] = i
	}
	return i
}

var errColumns = errors.New("the columns do not fit together")

// unpack trusts nothing: who wrote the columns has read a hostile trace.
func (c *columns) unpack() (*Trace, error) {
	t := &Trace{
		GoVersion: c.GoVersion, Wall: c.Wall, Events: c.Events, Busy: c.Busy, Procs: c.Procs, Unlisted: c.Unlisted, Damage: c.Damage, Run: c.Run,
		STW: c.STW, Marks: c.Marks, Notes: c.Notes, Curves: c.Curves,
		tl: timeline{
			threads: c.Threads, frames: c.Frames, own: c.Own, stacks: c.Stacks, reasons: c.Reasons, blocks: c.Blocks, cut: c.Cut,
		},
	}
	if err := json.Unmarshal(c.Metrics, &t.Metrics); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if c.Wall < 0 || !c.tablesFit() || !c.unpackGoroutines(t) || !t.drawable() {
		return nil, errColumns
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	return t, nil
}

func (c *columns) tablesFit() bool {
	if len(c.Frames) == 0 || len(c.Own) != len(c.Frames) || len(c.Stacks) == 0 || len(c.Reasons) == 0 || len(c.Blocks) == 0 {
		return false
	}
	for _, s := range c.Stacks {
		for _, f := range s {
			if int(f) >= len(c.Frames) {
				return false
			}
		}
	}
	return true
}

func (c *columns) unpackGoroutines(t *Trace) bool {
	n := len(c.ID)
	for _, l := range []int{len(c.By), len(c.Created), len(c.Ended), len(c.Func), len(c.LastWait), len(c.At), len(c.State), len(c.Flags), len(c.Times) / int(NumStates)} {
		if l != n {
			return false
		}
	}
	t.Goroutines = make([]Goroutine, n)
	for i := range t.Goroutines {
		if int(c.Func[i]) >= len(c.Funcs) || int(c.LastWait[i]) >= len(c.Funcs) || int(c.At[i]) >= len(c.Frames) || c.State[i] >= byte(NumStates) {
			return false
		}
		g := Goroutine{
			ID: c.ID[i], Func: c.Funcs[c.Func[i]], CreatedBy: c.By[i], CreatedAt: c.Frames[c.At[i]],
			Created: c.Created[i], Ended: c.Ended[i], System: c.Flags[i]&flagSystem != 0, Existed: c.Flags[i]&flagBefore != 0,
			Last: State(c.State[i]), Reason: c.Funcs[c.LastWait[i]],
		}
		copy(g.Times[:], c.Times[i*int(NumStates):])
		t.Goroutines[i] = g
	}
	return true
}

// drawable says that spans, notes and curves lie within the trace.
func (t *Trace) drawable() bool {
	for _, list := range [][]Span{t.STW, t.Marks} {
		for _, s := range list {
			if s.Start < 0 || s.End < s.Start || s.End > t.Wall {
				return false
			}
		}
	}
	for _, n := range t.Notes {
		if n.Start < 0 || n.End < n.Start || n.End > t.Wall || n.Row < none || n.Row >= len(t.Goroutines) {
			return false
		}
	}
	for _, c := range t.Curves {
		if c.Width < tickNS || len(c.Max) != len(c.Mean) || len(c.Max) > maxBins {
			return false
		}
	}
	return true
}
