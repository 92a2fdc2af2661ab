package exectrace

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"slices"
)

// numColumns is how many columns a block has, numWakeColumns its wake-ups.
const (
	numColumns     = 7
	numWakeColumns = 3
)

// The columns of a block, in their order.
const (
	colTime = iota
	colRow
	colKind
	colProc
	colThread
	colStack
	colReason
)

const (
	kindStack  = 1 << 6
	kindReason = 1 << 7
)

// encoder turns events into columns. It keeps its buffers from block to block.
type encoder struct {
	cols   [numColumns][]byte
	wakes  [numWakeColumns][]byte
	zip    *gzip.Writer
	thread lastThreads
	row    int64
	at     int64
	woken  int
	last   int // event of the last wake-up
	n      int
}

// lastThreads has, by P + 1, the thread that it had last.
type lastThreads []int32

func (l *lastThreads) of(p int32) *int32 {
	for int(p) >= len(*l) {
		*l = append(*l, 0)
	}
	return &(*l)[p]
}

// block encodes events, which are in order of time but for the early ones:
// those go first.
func (c *encoder) block(events []event, from, to int64) (block, error) {
	c.reset(from)
	for _, early := range []bool{true, false} {
		for i := range events {
			if e := &events[i]; e.early == early {
				c.event(e)
			}
		}
	}
	bl := block{From: from, To: to, N: c.n}
	var err error
	if bl.Events, err = c.pack(c.n, c.cols[:]); err != nil {
		return bl, err
	}
	bl.Wakes, err = c.pack(c.woken, c.wakes[:])
	return bl, err
}

func (c *encoder) reset(from int64) {
	for i := range c.cols {
		c.cols[i] = c.cols[i][:0]
	}
	for i := range c.wakes {
		c.wakes[i] = c.wakes[i][:0]
	}
	clear(c.thread)
	c.row, c.at, c.woken, c.last, c.n = 0, from, 0, 0, 0
}

func (c *encoder) event(e *event) {
	state := e.shown()
	if state == stateGone && !e.g.drawn {
		return
	}
	e.g.drawn = state != stateGone
	at := e.at / tickNS
	c.uint(colTime, uint64(max(at-c.at, 0)))
	c.at = max(at, c.at)
	row := int64(e.g.rec)
	c.cols[colRow] = binary.AppendVarint(c.cols[colRow], row-c.row)
	c.row = row
	kind := state | byte(e.origin)<<4
	if e.stack != 0 {
		kind |= kindStack
		c.uint(colStack, uint64(e.stack))
	}
	if e.reason != 0 {
		kind |= kindReason
		c.uint(colReason, uint64(e.reason))
	}
	c.cols[colKind] = append(c.cols[colKind], kind)
	if holds(state) {
		c.uint(colProc, uint64(e.p))
		last := c.thread.of(e.p)
		c.cols[colThread] = binary.AppendVarint(c.cols[colThread], int64(e.m-*last))
		*last = e.m
	}
	if e.waker != 0 && state == uint8(Runnable) {
		c.wake(e)
	}
	c.n++
}

func (c *encoder) wake(e *event) {
	for i, v := range [numWakeColumns]uint64{uint64(c.n - c.last), uint64(e.waker - 1), uint64(e.wstack)} {
		c.wakes[i] = binary.AppendUvarint(c.wakes[i], v)
	}
	c.last = c.n
	c.woken++
}

func (c *encoder) uint(col int, v uint64) { c.cols[col] = binary.AppendUvarint(c.cols[col], v) }

// pack puts n and the columns into one gzip stream.
func (c *encoder) pack(n int, cols [][]byte) ([]byte, error) {
	var out bytes.Buffer
	if c.zip == nil {
		var err error
		if c.zip, err = gzip.NewWriterLevel(&out, gzip.BestSpeed); err != nil {
			return nil, fmt.Errorf("begin a block: %w", err)
		}
	} else {
		c.zip.Reset(&out)
	}
	head := binary.AppendUvarint(nil, uint64(n))
	for _, col := range cols {
		head = binary.AppendUvarint(head, uint64(len(col)))
		if _, err := c.zip.Write(head); err != nil {
			return nil, fmt.Errorf("write a block: %w", err)
		}
		if _, err := c.zip.Write(col); err != nil {
			return nil, fmt.Errorf("write a block: %w", err)
		}
		head = head[:0]
	}
	if err := c.zip.Close(); err != nil {
		return nil, fmt.Errorf("end a block: %w", err)
	}
	return slices.Clip(out.Bytes()), nil
}
