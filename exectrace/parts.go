package exectrace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	maxBatch = 64 << 10 // what a batch holds at most, as the runtime has it
	maxTop   = 48       // more than what stands before that
)

// rawBatch is a batch as it stands in a file.
type rawBatch struct {
	top  []byte // what stands before its length
	data []byte
	at   int64 // where data begins
}

// table says whether the batch holds what the table of that kind does.
func (b *rawBatch) table(kind byte) bool {
	return b.top[0] == evBatch && len(b.data) > 0 && b.data[0] == kind
}

// top is what stands before a batch.
type top struct {
	kind byte
	gen  uint64
	time uint64
	size int
	mid  int // how many bytes there are before the size,
	all  int // and with it
}

// errTop says that what stands there is no beginning of a batch.
var errTop = errors.New("what stands there begins no batch")

// readTop takes apart what begins a batch. The error is io.EOF where data ends
// within it.
func readTop(data []byte) (t top, err error) {
	if len(data) == 0 {
		return t, io.EOF
	}
	t.kind, t.all = data[0], 1
	switch t.kind {
	case evEnd:
		return t, nil
	case evExperimental:
		t.all++
	case evBatch:
	default:
		return t, errTop
	}
	for i := range 4 { // generation, thread, time, size
		v, n := binary.Uvarint(data[min(t.all, len(data)):])
		if n == 0 {
			return t, io.EOF
		}
		switch {
		case n < 0 || i == 0 && v == 0 || i == 3 && v > maxBatch:
			return t, errTop
		case i == 0:
			t.gen = v
		case i == 2:
			t.time = v
		case i == 3:
			t.size, t.mid = int(v), t.all
		}
		t.all += n
	}
	return t, nil
}

// parts hands a trace on to the reading library, a part at a time. A part is
// what the format calls a generation: batches of events and, at the end, the
// tables that these need. The library gives the events of one that is whole and
// in order, and none of them otherwise; so one that is not is mended first. This
// is an io.Reader of traces of go1.26 and later: before, no part had an end.
type parts struct {
	in      *bufio.Reader
	n       int64 // bytes that were taken
	from    int64 // where the part begins whose events are read
	partial bool  // mend what is damaged, and go on
	ready   [][]byte
	last    bool // nothing comes after what is ready
	end     ending
}

func newParts(in io.Reader, header []byte, partial bool) *parts {
	return &parts{in: bufio.NewReaderSize(in, maxBatch+2*maxTop), n: int64(len(header)), partial: partial, ready: [][]byte{header}}
}

// Read implements io.Reader.
func (p *parts) Read(to []byte) (int, error) {
	for len(p.ready) == 0 {
		if p.last {
			return 0, io.EOF
		}
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(to, p.ready[0])
	if p.ready[0] = p.ready[0][n:]; len(p.ready[0]) == 0 {
		p.ready[0] = nil // the library has it now, and it may be large
		p.ready = p.ready[1:]
	}
	return n, nil
}

// next makes the next part ready. The error is that of the input.
func (p *parts) next() error {
	g := part{from: p.n}
	whole, err := false, error(nil)
	for !whole && err == nil {
		whole, err = p.batch(&g)
	}
	if err != nil && err != io.EOF {
		return err
	}
	p.last = !whole
	g.to = p.n
	switch {
	case !whole && g.fault == "" && (len(g.batches) == 0 && !g.torn || g.marks()):
		return nil // a mark is for findMark
	case whole && g.sound():
		p.hand(&g)
		return nil
	}
	p.last = p.last || g.fault != "" && !p.partial
	mended := g.mend()
	p.note(g.ending(mended))
	if mended && (p.partial || g.fault == "") {
		p.hand(&g)
	}
	p.last = p.last || !mended
	return nil
}

// note keeps how the trace ended: what is wrong first.
func (p *parts) note(e ending) {
	if p.end.how == "" {
		p.end = e
	}
}

// batch reads a batch into g and says whether that was the end of g. The error is
// io.EOF where the input ends.
func (p *parts) batch(g *part) (end bool, err error) {
	ahead, err := p.in.Peek(maxTop)
	t, bad := readTop(ahead)
	switch {
	case err != nil && err != io.EOF:
		return false, err
	case bad == io.EOF:
		g.torn = len(ahead) > 0
		return false, p.skip(len(ahead), io.EOF)
	case bad == nil && t.kind == evEnd:
		return true, p.skip(1, nil)
	case bad == nil && g.gen != 0 && t.gen != g.gen:
		bad = fmt.Errorf("a batch of another part (%d, not %d) stands there", t.gen, g.gen)
	}
	if bad != nil {
		g.faultAt(p.n, bad.Error())
		return false, p.seek(g.gen)
	}
	g.gen, g.time = t.gen, t.time
	b := rawBatch{top: append([]byte(nil), ahead[:t.mid]...), data: make([]byte, t.size), at: p.n + int64(t.all)}
	if err := p.skip(t.all, nil); err != nil {
		return false, err
	}
	n, err := io.ReadFull(p.in, b.data)
	p.n += int64(n)
	b.data = b.data[:n]
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	g.take(b, err != nil)
	return false, err
}

// skip passes over n bytes that are at hand, and answers with then.
func (p *parts) skip(n int, then error) error {
	n, err := p.in.Discard(n)
	p.n += int64(n)
	if err != nil {
		return err
	}
	return then
}

// seek looks for the next batch of the part gen, or of any where that is 0: one
// after which another begins.
func (p *parts) seek(gen uint64) error {
	for {
		ahead, err := p.in.Peek(maxBatch + 2*maxTop)
		if err != nil && err != io.EOF {
			return err
		}
		for i := 1; i < len(ahead); i++ {
			t, bad := readTop(ahead[i:])
			if bad != nil || t.kind == evEnd || gen != 0 && t.gen != gen || i+t.all+t.size >= len(ahead) {
				continue
			}
			if _, bad := readTop(ahead[i+t.all+t.size:]); bad != errTop {
				return p.skip(i, nil)
			}
		}
		if err != nil || len(ahead) == 0 {
			return p.skip(len(ahead), io.EOF)
		}
		if err := p.skip(max(1, len(ahead)-maxBatch-maxTop), nil); err != nil {
			return err
		}
	}
}

// hand makes g ready, with the end that it has or should have.
func (p *parts) hand(g *part) {
	p.from = g.from
	g.regionsAsLogs()
	for i := range g.batches {
		b := &g.batches[i]
		p.ready = append(p.ready, binary.AppendUvarint(b.top, uint64(len(b.data))))
		if len(b.data) > 0 {
			p.ready = append(p.ready, b.data)
		}
		b.data = nil
	}
	p.ready = append(p.ready, []byte{evEnd})
}
