package sandbox

import (
	"bytes"
	"encoding/binary"
)

// fakeStart is when the fake clock starts: 2009-11-10 23:00 UTC, in ns.
const fakeStart = 1257894000000000000

// playbackMark starts the header that the runtime of a program with the fake
// clock writes before each piece of output; eight bytes of time in ns and four
// of length follow.
var playbackMark = []byte("\x00\x00PB")

const playbackHeader = 16

// playback takes those headers out of a stream, however it is cut. Bytes that
// are none, since the program went around its runtime, are output like others.
type playback struct {
	head []byte  // the header so far
	left uint32  // bytes of the piece that are still to come
	at   float64 // its time, ms since the fake clock started
}

// take hands on the output in b, each piece with its time.
func (d *playback) take(b []byte, hand func(at float64, piece []byte)) {
	for len(b) > 0 {
		if d.left > 0 {
			n := min(uint32(len(b)), d.left)
			hand(d.at, b[:n])
			d.left, b = d.left-n, b[n:]
			continue
		}
		n := min(len(b), playbackHeader-len(d.head))
		d.head, b = append(d.head, b[:n]...), b[n:]
		d.read(hand)
	}
}

// read looks at the header, or at what may become one.
func (d *playback) read(hand func(at float64, piece []byte)) {
	if !bytes.HasPrefix(d.head, playbackMark[:min(len(d.head), len(playbackMark))]) {
		// Where it goes on being none is found out byte by byte.
		rest := d.head
		d.head = nil
		hand(d.at, rest[:1])
		d.take(rest[1:], hand)
		return
	}
	if len(d.head) < playbackHeader {
		return
	}
	d.at = float64(int64(binary.BigEndian.Uint64(d.head[4:]))-fakeStart) / 1e6
	d.left = binary.BigEndian.Uint32(d.head[12:])
	d.head = d.head[:0]
}

// end hands on what began like a header and is none.
func (d *playback) end(hand func(at float64, piece []byte)) {
	if len(d.head) > 0 {
		hand(d.at, d.head)
		d.head = nil
	}
}
