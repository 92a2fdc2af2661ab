package sandbox

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
)

// Trace is what a program handed over of execution traces. All of it comes
// from a process in which learner code ran: it is bounded here, and believed
// nowhere.
type Trace struct {
	Data      []byte // the beginning of the run's trace, whole generations
	Truncated string // "", cap, idle, killed, stopped
	// Late is the end of a trace that was cut by its limit, a trace of its
	// own; Missing is how many bytes lie between Data and Late.
	Late    []byte
	Missing int64
	// Leaks lists goroutines that can never go on, in the harness's text; it
	// is nil when they were not looked for, and NoLeaks may say why.
	Leaks   []byte
	NoLeaks byte
	Own     []OwnTrace
}

// OwnTrace is a trace that the program took itself.
type OwnTrace struct {
	Name    string // of the file it went to, any bytes; "" when it was no file
	Data    []byte
	Dropped int64 // bytes that were too many to keep
}

// The kinds of record, as the harness has them (package wire there).
const (
	recBegin   = 'b'
	recWhole   = 'w'
	recEnded   = 'e'
	recLate    = 'l'
	recLateGen = 'm'
	recLeaks   = 'g'
	recNoLeaks = 'n'
	recOwnName = 'o'
	recOwnData = 'p'
)

// Bounds of what is kept besides the run's own trace, whose bound is the
// limit L of the Job: the late part has at most L/4, or one generation of at
// most L/2, and the program's own traces L/2 together.
const (
	maxRecord   = 1 << 20 // more than the runtime's largest batch
	maxOwn      = 8
	maxOwnName  = 255
	maxLeakText = 1 << 20
	traceHeader = 16 // bytes that a trace begins with, of any part of it
)

// traceReader takes the records that the harness sends: a byte that says what
// it is, four bytes of length, and the bytes. A trace whose end is not told
// was cut off.
type traceReader struct {
	from  *os.File
	limit int64

	data  []byte
	whole int // bytes of data that can be read
	full  bool
	why   byte

	late    ring
	leaks   []byte
	noLeaks byte
	own     []OwnTrace
	ownKept int64
}

func newTraceReader(from *os.File, limit int64) *traceReader {
	return &traceReader{from: from, limit: limit, late: ring{keep: limit / 4, most: limit / 2}}
}

func (t *traceReader) run() {
	r := bufio.NewReaderSize(t.from, 64<<10)
	for t.record(r) {
	}
	// What follows is drained, or a forger of records would hang.
	_, _ = io.Copy(io.Discard, r)
}

func (t *traceReader) record(r *bufio.Reader) bool {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false
	}
	n := binary.LittleEndian.Uint32(head[1:])
	if n > maxRecord {
		return false
	}
	text := make([]byte, n)
	got, err := io.ReadFull(r, text)
	t.take(head[0], text[:got], err == nil)
	return err == nil
}

// take keeps what one record says. Of one that was cut off only bytes of a
// trace are of use.
func (t *traceReader) take(kind byte, text []byte, all bool) {
	switch kind {
	case recBegin:
		t.begin(text)
		return
	case recOwnData:
		t.ownData(text)
		return
	}
	if !all {
		return
	}
	switch kind {
	case recWhole:
		if !t.full {
			t.whole = len(t.data)
		}
	case recEnded:
		t.why = first(text)
	case recLate:
		t.late.add(text)
	case recLateGen:
		t.late.endGeneration()
	case recLeaks:
		if len(text) <= maxLeakText {
			t.leaks = text
		}
	case recNoLeaks:
		t.noLeaks = first(text)
	case recOwnName:
		t.ownName(text)
	}
}

func first(text []byte) byte {
	if len(text) == 0 {
		return 0
	}
	return text[0]
}

func (t *traceReader) begin(text []byte) {
	t.full = t.full || int64(len(t.data)+len(text)) > t.limit
	if !t.full {
		t.data = append(t.data, text...)
	}
}

func (t *traceReader) ownName(text []byte) {
	if len(t.own) < maxOwn && int(first(text)) == len(t.own)+1 {
		name := text[1:]
		t.own = append(t.own, OwnTrace{Name: string(name[:min(len(name), maxOwnName)])})
	}
}

func (t *traceReader) ownData(text []byte) {
	i := int(first(text)) - 1
	if i < 0 || i >= len(t.own) {
		return
	}
	o, text := &t.own[i], text[1:]
	if o.Dropped > 0 || t.ownKept+int64(len(text)) > t.limit/2 {
		o.Dropped += int64(len(text))
		return
	}
	t.ownKept += int64(len(text))
	o.Data = append(o.Data, text...)
}

func (t *traceReader) result() *Trace {
	cut := map[byte]string{'e': "", 'c': "cap", 'i': "idle", 't': "killed", 's': "stopped"}
	why, known := cut[t.why]
	switch {
	case t.full:
		why = "cap"
	case !known:
		why = "killed"
	}
	out := &Trace{Data: t.data[:t.whole], Truncated: why, Leaks: t.leaks, NoLeaks: t.noLeaks, Own: t.own}
	if t.whole >= traceHeader && why == "cap" {
		out.Late, out.Missing = t.late.bytes(t.data[:traceHeader])
		out.Missing += int64(len(t.data) - t.whole)
	}
	return out
}

// ring keeps the newest generations of a trace. A generation is kept as a
// whole or not at all, and the newest whatever else: a recorder that may only
// forget whole generations can't promise a size, which is why the harness ends
// large ones early.
type ring struct {
	keep int64 // bytes of all generations, unless there is one only
	most int64 // bytes of one generation

	done    [][]byte
	size    int64 // of done
	current []byte
	tooMuch bool
	lost    int64
}

func (r *ring) add(text []byte) {
	if r.tooMuch = r.tooMuch || int64(len(r.current)+len(text)) > r.most; r.tooMuch {
		r.lost += int64(len(r.current) + len(text))
		r.current = nil
		return
	}
	r.current = append(r.current, text...)
}

func (r *ring) endGeneration() {
	if r.tooMuch {
		// What is older does not join what comes.
		r.forget(len(r.done))
		r.current, r.tooMuch = nil, false
		return
	}
	r.done, r.size = append(r.done, r.current), r.size+int64(len(r.current))
	r.current = nil
	for len(r.done) > 1 && r.size > r.keep {
		r.forget(1)
	}
}

func (r *ring) forget(n int) {
	for _, g := range r.done[:n] {
		r.size -= int64(len(g))
		r.lost += int64(len(g))
	}
	r.done = append([][]byte(nil), r.done[n:]...)
}

// bytes are the generations that are left, as a trace that begins with header,
// and how many bytes before them were lost; nil when none is left.
func (r *ring) bytes(header []byte) ([]byte, int64) {
	if len(r.done) == 0 {
		return nil, r.lost
	}
	out := append([]byte(nil), header...)
	for _, g := range r.done {
		out = append(out, g...)
	}
	return out, r.lost
}
