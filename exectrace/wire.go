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

// columns is a Trace on the wire. Segments go by column, their strings and
// frames through tables; the metrics as JSON, which keeps a nil from a zero.
type columns struct {
	GoVersion     string
	Wall, Events  int64
	Busy          float64
	Procs         int
	SegmentsUntil int64
	Unlisted      int
	Goroutines    []Goroutine
	STW           []Span
	Metrics       []byte

	Frames  []Frame
	Reasons []string
	Start   []int64 // since the start of the segment before
	Len     []int64
	G, P, M []int64
	State   []byte
	Reason  []uint32
	At      []uint32
}

func pack(t *Trace) (columns, error) {
	m, err := json.Marshal(t.Metrics)
	if err != nil {
		return columns{}, fmt.Errorf("encode metrics: %w", err)
	}
	n := len(t.Segments)
	c := columns{
		GoVersion: t.GoVersion, Wall: t.Wall, Events: t.Events, Busy: t.Busy, Procs: t.Procs,
		SegmentsUntil: t.SegmentsUntil, Unlisted: t.Unlisted,
		Goroutines: t.Goroutines, STW: t.STW, Metrics: m,
		Start: make([]int64, n), Len: make([]int64, n),
		G: make([]int64, n), P: make([]int64, n), M: make([]int64, n),
		State: make([]byte, n), Reason: make([]uint32, n), At: make([]uint32, n),
	}
	frames, reasons := map[Frame]uint32{}, map[string]uint32{}
	var before int64
	for i := range t.Segments {
		s := &t.Segments[i]
		c.Start[i], c.Len[i] = s.Start-before, s.End-s.Start
		c.G[i], c.P[i], c.M[i] = s.G, s.P, s.M
		c.State[i] = byte(s.State)
		c.Reason[i] = number(reasons, &c.Reasons, s.Reason)
		c.At[i] = number(frames, &c.Frames, s.At)
		before = s.Start
	}
	return c, nil
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

func (c *columns) unpack() (*Trace, error) {
	t := &Trace{
		GoVersion: c.GoVersion, Wall: c.Wall, Events: c.Events, Busy: c.Busy, Procs: c.Procs,
		SegmentsUntil: c.SegmentsUntil, Unlisted: c.Unlisted,
		Goroutines: c.Goroutines, STW: c.STW,
	}
	if err := json.Unmarshal(c.Metrics, &t.Metrics); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	n := len(c.Start)
	for _, l := range []int{len(c.Len), len(c.G), len(c.P), len(c.M), len(c.State), len(c.Reason), len(c.At)} {
		if l != n {
			return nil, errColumns
		}
	}
	t.Segments = make([]Segment, n)
	var at int64
	for i := range t.Segments {
		at += c.Start[i]
		if !c.fits(i, at) {
			return nil, errColumns
		}
		t.Segments[i] = Segment{
			Start: at, End: at + c.Len[i], G: c.G[i], P: c.P[i], M: c.M[i],
			State: State(c.State[i]), Reason: c.Reasons[c.Reason[i]], At: c.Frames[c.At[i]],
		}
	}
	return t, nil
}

// fits says whether segment i, that starts at, is one that Parse could make.
func (c *columns) fits(i int, at int64) bool {
	return c.Start[i] >= 0 && c.Len[i] >= 0 && at >= 0 && at <= c.Wall && c.Len[i] <= c.Wall-at &&
		c.State[i] < byte(NumStates) && int(c.Reason[i]) < len(c.Reasons) && int(c.At[i]) < len(c.Frames)
}
