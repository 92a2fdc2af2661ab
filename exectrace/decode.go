package exectrace

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
)

// maxBlock bounds a block's columns: every event takes at most so many bytes,
// and a block begins with at most one event for each goroutine that has a row.
const maxBlock = (blockEvents + 2*defaultGoroutines) * 40

var errBlock = errors.New("a block of the timeline is damaged")

// tick is a decoded event. Times are in ticks.
type tick struct {
	at     int64
	row    int32
	state  uint8
	origin Origin
	p, m   int32 // the P + 1, the index of the thread + 1
	stack  uint32
	reason uint32
}

// column is what is left to read of one.
type column []byte

func (c *column) uint(most uint64) (uint64, bool) {
	v, n := binary.Uvarint(*c)
	if n <= 0 || v > most {
		return 0, false
	}
	*c = (*c)[n:]
	return v, true
}

func (c *column) int() (int64, bool) {
	v, n := binary.Varint(*c)
	if n <= 0 {
		return 0, false
	}
	*c = (*c)[n:]
	return v, true
}

// unzip takes columns out of a gzip stream: the number of entries, and each.
func unzip(data []byte, cols []column) (n int, err error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, errBlock
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxBlock+1))
	if err != nil || len(raw) > maxBlock {
		return 0, errBlock
	}
	all := column(raw)
	count, ok := all.uint(uint64(len(raw)))
	if !ok {
		return 0, errBlock
	}
	for i := range cols {
		size, ok := all.uint(maxBlock)
		if !ok || size > uint64(len(all)) {
			return 0, errBlock
		}
		cols[i], all = all[:size], all[size:]
	}
	return int(count), nil
}

// read decodes block i of a timeline with rows goroutines and gives each event
// to visit, until that answers false. Nothing in a block is trusted.
func (tl *timeline) read(i, rows int, visit func(tick) bool) error {
	bl := &tl.blocks[i]
	var cols [numColumns]column
	n, err := unzip(bl.Events, cols[:])
	if err != nil || n != bl.N {
		return errBlock
	}
	var thread lastThreads
	at, row := bl.From, int64(0)
	for range n {
		dt, ok1 := cols[colTime].uint(uint64(max(bl.To-at, 0)))
		dr, ok2 := cols[colRow].int()
		if !ok1 || !ok2 || len(cols[colKind]) == 0 {
			return errBlock
		}
		at, row = at+int64(dt), row+dr
		if row < 0 || row >= int64(rows) {
			return errBlock
		}
		kind := cols[colKind][0]
		cols[colKind] = cols[colKind][1:]
		e := tick{at: at, row: int32(row), state: kind & 15, origin: Origin(kind >> 4 & 3)}
		if e.state >= uint8(NumStates) && e.state != stateGone {
			return errBlock
		}
		if holds(e.state) && !tl.place(&e, &cols, &thread) {
			return errBlock
		}
		if kind&kindStack != 0 && !index(&cols[colStack], len(tl.stacks), &e.stack) {
			return errBlock
		}
		if kind&kindReason != 0 && !index(&cols[colReason], len(tl.reasons), &e.reason) {
			return errBlock
		}
		if !visit(e) {
			return nil
		}
	}
	return nil
}

// place reads which P and thread an event has.
func (tl *timeline) place(e *tick, cols *[numColumns]column, thread *lastThreads) bool {
	p, ok1 := cols[colProc].uint(1 << 16)
	dm, ok2 := cols[colThread].int()
	e.p = int32(p)
	last := thread.of(e.p)
	m := int64(*last) + dm
	if !ok1 || !ok2 || m < 0 || m > int64(len(tl.threads)) {
		return false
	}
	e.m = int32(m)
	*last = e.m
	return true
}

func index(c *column, length int, into *uint32) bool {
	v, ok := c.uint(uint64(length - 1))
	*into = uint32(v)
	return ok && length > 0
}

// wake says who made the goroutine of an event ready.
type wake struct {
	event, row int32
	stack      uint32
}

// wakes decodes the wake-ups of block i.
func (tl *timeline) wakes(i, rows int) ([]wake, error) {
	var cols [numWakeColumns]column
	n, err := unzip(tl.blocks[i].Wakes, cols[:])
	if err != nil {
		return nil, err
	}
	out := make([]wake, 0, min(n, tl.blocks[i].N))
	at := uint64(0)
	for range n {
		d, ok1 := cols[0].uint(uint64(tl.blocks[i].N))
		row, ok2 := cols[1].uint(uint64(max(rows-1, 0)))
		var stack uint32
		ok3 := index(&cols[2], len(tl.stacks), &stack)
		at += d
		if !ok1 || !ok2 || !ok3 || at >= uint64(tl.blocks[i].N) {
			return nil, errBlock
		}
		out = append(out, wake{int32(at), int32(row), stack})
	}
	return out, nil
}

// check reads everything once, for whoever got the timeline from elsewhere.
func (tl *timeline) check(rows int, ticks int64) error {
	at := int64(0)
	for i := range tl.blocks {
		bl := &tl.blocks[i]
		if bl.From < at || bl.To < bl.From || bl.To > ticks {
			return errBlock
		}
		at = bl.From
		if err := tl.read(i, rows, func(tick) bool { return true }); err != nil {
			return err
		}
		if _, err := tl.wakes(i, rows); err != nil {
			return err
		}
	}
	return nil
}

// block decodes block i: its events, and who caused which of them.
func (t *Trace) block(i int) ([]tick, []wake, error) {
	events := make([]tick, 0, t.tl.blocks[i].N)
	err := t.tl.read(i, len(t.Goroutines), func(e tick) bool {
		events = append(events, e)
		return true
	})
	if err != nil {
		return nil, nil, err
	}
	wakes, err := t.tl.wakes(i, len(t.Goroutines))
	return events, wakes, err
}
