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
	Data      []byte // the run's trace, or the beginning of it: whole generations
	Truncated string // "", cap, idle, killed, stopped
	// Late is the end of a trace that was cut by its limit, a trace of its
	// own; Missing is how many bytes lie between Data and Late, LateTruncated how
	// that end was cut itself: idle, killed, stopped, or "".
	Late          []byte
	LateTruncated string
	Missing       int64
	// Leaks lists goroutines that can never go on, in the harness's text; it
	// is nil when they were not looked for, and NoLeaks may say why.
	Leaks   []byte
	NoLeaks byte
	Own     []OwnTrace
	// Profile is the profile of the run, a pprof file; it is nil when none was
	// handed over whole. ProfileEnd is the byte that says why it ended.
	Profile    []byte
	ProfileEnd byte
	// ProfileCut says that a profile was larger than is kept.
	ProfileCut bool
	// Cover says which blocks of the source ran, in the text of the main that
	// is made for tests; nil when that was not counted.
	Cover []byte
}

// OwnTrace is a trace that the program took itself.
type OwnTrace struct {
	Name    string // of the file it went to, any bytes; "" when it was no file
	Data    []byte
	Dropped int64 // bytes that were too many to keep
}

// The kinds of record, as the harness has them (package wire there).
const (
	recBatch   = 'b'
	recWhole   = 'w'
	recEnded   = 'e'
	recLeaks   = 'g'
	recNoLeaks = 'n'
	recOwnName = 'o'
	recOwnData = 'p'

	recProfile    = 'f'
	recProfileEnd = 'h'
	recCover      = 'c'
)

// Bounds of what is kept besides the run's own trace, whose bound is the
// limit of the Job.
const (
	maxRecord   = 1 << 20 // more than the runtime's largest batch
	maxOwn      = 8
	maxOwnName  = 255
	maxLeakText = 1 << 20
	// MaxProfile is how large a profile may be: 100 times what is usual.
	MaxProfile = 4 << 20
)

// traceReader takes the records that the harness sends: a byte that says what
// it is, four bytes of length, and the bytes. A trace whose end is not told
// was cut off.
type traceReader struct {
	from  *os.File
	limit int64

	trace   keptTrace
	why     byte
	leaks   []byte
	noLeaks byte
	cover   []byte
	own     []OwnTrace
	ownKept int64

	profile    []byte
	profileEnd byte
	profileCut bool
}

func newTraceReader(from *os.File, limit int64) *traceReader {
	return &traceReader{from: from, limit: limit, trace: keptTrace{limit: limit, most: max(limit/2, leastLate)}}
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
	case recBatch:
		t.trace.add(text)
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
		t.trace.endGeneration()
	case recEnded:
		t.why = first(text)
	case recLeaks:
		if len(text) <= maxLeakText {
			t.leaks = text
		}
	case recNoLeaks:
		t.noLeaks = first(text)
	case recOwnName:
		t.ownName(text)
	case recProfile:
		t.profilePart(text)
	case recProfileEnd:
		t.profileEnd = first(text)
	case recCover:
		t.cover = text
	}
}

func first(text []byte) byte {
	if len(text) == 0 {
		return 0
	}
	return text[0]
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

// profilePart keeps a piece of the profile. What comes after its end is none of
// it, and half of a file is of no use.
func (t *traceReader) profilePart(text []byte) {
	if t.profileEnd != 0 || t.profileCut {
		return
	}
	if t.profileCut = len(t.profile)+len(text) > MaxProfile; t.profileCut {
		t.profile = nil
		return
	}
	t.profile = append(t.profile, text...)
}

func (t *traceReader) result() *Trace {
	cut := map[byte]string{'e': "", 'i': "idle", 't': "killed", 's': "stopped"}
	why, known := cut[t.why]
	if !known {
		why = "killed"
	}
	out := &Trace{Leaks: t.leaks, NoLeaks: t.noLeaks, Own: t.own, Cover: t.cover}
	out.Data, out.Late, out.Missing = t.trace.parts()
	if len(out.Late) > 0 || out.Missing > 0 {
		out.LateTruncated, why = why, "cap"
	}
	out.Truncated = why
	out.ProfileCut = t.profileCut
	if t.profileEnd != 0 && !t.profileCut {
		out.Profile, out.ProfileEnd = t.profile, t.profileEnd
	}
	return out
}
