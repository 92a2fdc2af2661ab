package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The streams of Output.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// burst is how long output is gathered before it is handed on. The first of
// it is handed on at once.
const burst = 8 * time.Millisecond

// maxInterleaved bounds how often, within one burst, the order of the two
// streams is kept, so that a program which alternates byte by byte does not
// cost an event a byte.
const maxInterleaved = 64

// maxTimed bounds how many moments of a fake clock are told apart.
const maxTimed = 4096

// now is the time of output that comes with none.
const now = -1

// recorder keeps what a program prints, up to a limit, and hands it on.
type recorder struct {
	sink  func(Output)
	limit int64
	timed bool          // output comes with its time
	wake  chan struct{} // there is something to hand on
	over  chan struct{} // nothing will be added
	ended chan struct{} // all is handed on

	mu      sync.Mutex
	start   time.Time
	kept    int64
	dropped int64
	cut     string // the stream that went over the limit
	partial map[string][]byte
	events  []Output
	handed  int // events before this index have been handed on
}

func newRecorder(limit int64, sink func(Output)) *recorder {
	r := &recorder{sink: sink, limit: limit, start: time.Now(), wake: make(chan struct{}, 1),
		over: make(chan struct{}), ended: make(chan struct{}), partial: map[string][]byte{}}
	go r.handOn()
	return r
}

// begin sets the moment that times are counted from.
func (r *recorder) begin(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.start = t
}

// add keeps bytes of a stream and says whether they are within the limit.
func (r *recorder) add(stream string, b []byte) bool { return r.addAt(stream, b, now) }

// addAt is add for bytes that were printed at a time, in ms, or now.
func (r *recorder) addAt(stream string, b []byte, at float64) bool {
	r.mu.Lock()
	room := max(0, r.limit-r.kept)
	within := int64(len(b)) <= room
	if !within {
		r.dropped += int64(len(b)) - room
		r.cut = stream
		b = b[:room]
	}
	r.kept += int64(len(b))
	r.append(stream, r.whole(stream, b), at)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return within
}

// whole returns the bytes so far that do not end within a character.
func (r *recorder) whole(stream string, b []byte) []byte {
	b = append(r.partial[stream], b...)
	n := len(b) - incomplete(b)
	r.partial[stream] = append([]byte(nil), b[n:]...)
	return b[:n]
}

// incomplete is how many bytes at the end of b may be the start of a
// character.
func incomplete(b []byte) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

// append puts bytes into the last event that is not yet handed on, where that
// is of the same stream and, on a fake clock, of the same time, or makes a
// new one. r.mu is held.
func (r *recorder) append(stream string, raw []byte, at float64) {
	if len(raw) == 0 {
		return
	}
	text := strings.ToValidUTF8(string(raw), "\uFFFD")
	oldest := max(r.handed, len(r.events)-1)
	if len(r.events)-r.handed >= maxInterleaved {
		oldest = len(r.events) - 2
	}
	for i := len(r.events) - 1; i >= oldest && i >= 0; i-- {
		if r.events[i].Stream == stream && (at == now || at == r.events[i].TMS || len(r.events) > maxTimed) {
			r.events[i].Text += text
			r.events[i].Raw = append(r.events[i].Raw, raw...)
			return
		}
	}
	switch {
	case at != now:
	case r.timed && len(r.events) > 0:
		at = r.events[len(r.events)-1].TMS
	case r.timed:
		at = 0
	default:
		at = float64(time.Since(r.start)) / float64(time.Millisecond)
	}
	r.events = append(r.events, Output{TMS: at, Stream: stream, Text: text, Raw: slices.Clone(raw)})
}

// handOn passes events to the sink as they come, in bursts.
func (r *recorder) handOn() {
	defer close(r.ended)
	defer r.flush()
	for {
		select {
		case <-r.wake:
			r.flush()
		case <-r.over:
			return
		}
		select {
		case <-time.After(burst):
		case <-r.over:
			return
		}
	}
}

func (r *recorder) flush() {
	r.mu.Lock()
	fresh := append([]Output(nil), r.events[r.handed:]...)
	r.handed = len(r.events)
	r.mu.Unlock()
	if r.sink == nil {
		return
	}
	for _, e := range fresh {
		r.sink(e)
	}
}

// printed is how much was printed, kept or not.
func (r *recorder) printed() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept + r.dropped
}

// joined makes one of neighbours of the same stream and time: how the pipes cut
// them differs from run to run.
func joined(events []Output) []Output {
	var out []Output
	for _, e := range events {
		if n := len(out) - 1; n >= 0 && out[n].Stream == e.Stream && out[n].TMS == e.TMS {
			out[n].Text += e.Text
			out[n].Raw = append(out[n].Raw, e.Raw...)
			continue
		}
		out = append(out, e)
	}
	return out
}

// finish hands on what is left and returns everything. Nothing may be added
// any more.
func (r *recorder) finish() ([]Output, *Truncated) {
	r.mu.Lock()
	for _, stream := range []string{Stdout, Stderr} {
		r.append(stream, r.partial[stream], now)
	}
	r.mu.Unlock()
	close(r.over)
	<-r.ended
	if r.timed {
		// The two streams were read apart; their times say what came first.
		slices.SortStableFunc(r.events, func(a, b Output) int { return cmp.Compare(a.TMS, b.TMS) })
		r.events = joined(r.events)
	}
	var cut *Truncated
	if r.dropped > 0 {
		cut = &Truncated{Stream: r.cut, KeptBytes: r.kept, DroppedBytes: r.dropped}
	}
	return r.events, cut
}
