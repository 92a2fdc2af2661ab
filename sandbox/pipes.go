package sandbox

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"sync"
)

// pump reads until the end and hands on what it reads.
func pump(from io.Reader, take func([]byte)) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			take(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// collector keeps the start of a stream and counts all of it.
type collector struct {
	from *os.File
	keep int

	mu   sync.Mutex
	kept []byte
	seen int64
}

func (c *collector) run(also func([]byte)) {
	pump(c.from, func(b []byte) {
		c.mu.Lock()
		c.seen += int64(len(b))
		c.kept = append(c.kept, b[:min(len(b), c.keep-len(c.kept))]...)
		c.mu.Unlock()
		if also != nil {
			also(b)
		}
	})
}

func (c *collector) total() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen
}

func (c *collector) capture() Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Capture{Kept: c.kept, Total: c.seen}
}

// traceReader takes the frames that the trace harness sends: four bytes of
// length, then the bytes. A frame of length wholeMark says that what came so
// far can be read as a trace; a length of 0, and one byte, why the trace ended.
// Without that it was cut off.
type traceReader struct {
	from  *os.File
	limit int64
	data  []byte
	whole int // bytes of data that can be read
	full  bool
	why   byte
}

const (
	maxFrame  = 1 << 20 // more than the runtime's largest batch
	wholeMark = 1<<32 - 1
)

func (t *traceReader) run() {
	r := bufio.NewReaderSize(t.from, 64<<10)
	for t.frame(r) {
	}
	// What follows is drained, or a forger of frames would hang.
	_, _ = io.Copy(io.Discard, r)
}

func (t *traceReader) frame(r *bufio.Reader) bool {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false
	}
	n := int64(binary.LittleEndian.Uint32(head[:]))
	if n == 0 {
		t.why, _ = r.ReadByte()
		return false
	}
	if n == wholeMark {
		t.whole = len(t.data)
		return true
	}
	if n > maxFrame {
		return false
	}
	frame := make([]byte, n)
	got, err := io.ReadFull(r, frame)
	if int64(len(t.data)+got) > t.limit {
		t.full = true
	}
	if !t.full {
		t.data = append(t.data, frame[:got]...)
	}
	return err == nil
}

func (t *traceReader) result() *Trace {
	cut := map[byte]string{'e': "", 'c': "cap", 'i': "idle", 't': "killed"}
	why, known := cut[t.why]
	switch {
	case t.full:
		why = "cap"
	case !known:
		why = "killed"
	}
	return &Trace{Data: t.data[:t.whole], Truncated: why}
}
