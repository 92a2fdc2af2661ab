package exectrace

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
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

// column is one that is read: data from at on is left. Most numbers in one take
// a single byte.
type column struct {
	data []byte
	at   int
}

func (c *column) byte() (byte, bool) {
	if c.at >= len(c.data) {
		return 0, false
	}
	v := c.data[c.at]
	c.at++
	return v, true
}

func (c *column) uint(most uint64) (uint64, bool) {
	if c.at < len(c.data) && c.data[c.at] < 0x80 {
		v := uint64(c.data[c.at])
		c.at++
		return v, v <= most
	}
	v, n := binary.Uvarint(c.data[c.at:])
	c.at += max(n, 0)
	return v, n > 0 && v <= most
}

func (c *column) int() (int64, bool) {
	v, ok := c.uint(math.MaxUint64)
	return int64(v>>1) ^ -int64(v&1), ok
}

// decoder reads blocks of a timeline, one after the other, for a trace with rows
// goroutines. It keeps its buffers from block to block.
type decoder struct {
	tl   *timeline
	rows int
	zip  gzip.Reader
	raw  bytes.Buffer
}

func (t *Trace) decoder() *decoder { return &decoder{tl: &t.tl, rows: len(t.Goroutines)} }

// unzip takes columns out of a gzip stream: the number of entries, and each. They
// are good until it is called again.
func (d *decoder) unzip(data []byte, cols []column) (n int, err error) {
	if err := d.zip.Reset(bytes.NewReader(data)); err != nil {
		return 0, errBlock
	}
	d.raw.Reset()
	if size, err := d.raw.ReadFrom(io.LimitReader(&d.zip, maxBlock+1)); err != nil || size > maxBlock {
		return 0, errBlock
	}
	all := column{data: d.raw.Bytes()}
	count, ok := all.uint(uint64(len(all.data)))
	if !ok {
		return 0, errBlock
	}
	for i := range cols {
		size, ok := all.uint(maxBlock)
		if !ok || size > uint64(len(all.data)-all.at) {
			return 0, errBlock
		}
		cols[i].data = all.data[all.at : all.at+int(size)]
		all.at += int(size)
	}
	return int(count), nil
}

// events decodes block i and gives each event to visit, which must not keep it,
// until that answers false. Nothing in a block is trusted.
func (d *decoder) events(i int, visit func(*tick) bool) error {
	tl, bl := d.tl, &d.tl.blocks[i]
	var cols [numColumns]column
	n, err := d.unzip(bl.Events, cols[:])
	if err != nil || n != bl.N {
		return errBlock
	}
	var thread lastThreads
	var e tick
	at, row := bl.From, int64(0)
	for range n {
		dt, ok1 := cols[colTime].uint(uint64(max(bl.To-at, 0)))
		dr, ok2 := cols[colRow].int()
		kind, ok3 := cols[colKind].byte()
		at, row = at+int64(dt), row+dr
		if !ok1 || !ok2 || !ok3 || row < 0 || row >= int64(d.rows) {
			return errBlock
		}
		e = tick{at: at, row: int32(row), state: kind & 15, origin: Origin(kind >> 4 & 3)}
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
		if !visit(&e) {
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
func (d *decoder) wakes(i int) ([]wake, error) {
	bl := &d.tl.blocks[i]
	var cols [numWakeColumns]column
	n, err := d.unzip(bl.Wakes, cols[:])
	if err != nil {
		return nil, err
	}
	out := make([]wake, 0, min(n, bl.N))
	at := uint64(0)
	for range n {
		after, ok1 := cols[0].uint(uint64(bl.N))
		row, ok2 := cols[1].uint(uint64(max(d.rows-1, 0)))
		var stack uint32
		ok3 := index(&cols[2], len(d.tl.stacks), &stack)
		at += after
		if !ok1 || !ok2 || !ok3 || at >= uint64(bl.N) {
			return nil, errBlock
		}
		out = append(out, wake{int32(at), int32(row), stack})
	}
	return out, nil
}

// block decodes block i: its events, and who caused which of them.
func (d *decoder) block(i int) ([]tick, []wake, error) {
	events := make([]tick, 0, d.tl.blocks[i].N)
	err := d.events(i, func(e *tick) bool {
		events = append(events, *e)
		return true
	})
	if err != nil {
		return nil, nil, err
	}
	wakes, err := d.wakes(i)
	return events, wakes, err
}

// check reads the whole timeline once, for whoever got it from elsewhere.
func (t *Trace) check() error {
	d := t.decoder()
	at := int64(0)
	for i := range t.tl.blocks {
		bl := &t.tl.blocks[i]
		if bl.From < at || bl.To < bl.From || bl.To > t.ticks() {
			return errBlock
		}
		at = bl.From
		if err := d.events(i, func(*tick) bool { return true }); err != nil {
			return err
		}
		if _, err := d.wakes(i); err != nil {
			return err
		}
	}
	return nil
}
