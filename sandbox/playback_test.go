package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
)

// headed is a piece as the runtime with the fake clock writes it.
func headed(ns uint64, text string) []byte {
	b := append([]byte(nil), playbackMark...)
	b = binary.BigEndian.AppendUint64(b, fakeStart+ns)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	return append(b, text...)
}

// decode cuts a stream into pieces of n bytes and tells what comes out.
func decode(stream []byte, n int) (text string, times []float64) {
	var d playback
	var out bytes.Buffer
	hand := func(at float64, b []byte) {
		out.Write(b)
		if len(times) == 0 || times[len(times)-1] != at {
			times = append(times, at)
		}
	}
	for chunk := range chunks(stream, n) {
		d.take(chunk, hand)
	}
	d.end(hand)
	return out.String(), times
}

func chunks(b []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			m := min(n, len(b))
			if !yield(b[:m]) {
				return
			}
			b = b[m:]
		}
	}
}

func TestPlaybackHoweverItIsCut(t *testing.T) {
	stream := bytes.Join([][]byte{headed(0, "one\n"), headed(2_000_000_000, ""), headed(7_500_000, "two\x00\x00PB\n")}, nil)
	for n := 1; n <= len(stream); n++ {
		text, times := decode(stream, n)
		if text != "one\ntwo\x00\x00PB\n" || fmt.Sprint(times) != "[0 7.5]" {
			t.Fatalf("in pieces of %d: %q at %v", n, text, times)
		}
	}
}

func TestPlaybackPassesWhatIsNoHeader(t *testing.T) {
	for _, odd := range []string{"plain", "\x00", "\x00\x00", "\x00\x00PX0123456789abcdef"} {
		stream := append([]byte(odd), headed(1_000_000, "after")...)
		for n := 1; n <= len(stream); n++ {
			text, _ := decode(stream, n)
			if text != odd+"after" {
				t.Errorf("%q in pieces of %d: %q", odd, n, text)
			}
		}
	}
}

func FuzzPlayback(f *testing.F) {
	f.Add([]byte("\x00\x00PBx"), 3)
	f.Add(headed(5, "text"), 1)
	f.Fuzz(func(t *testing.T, stream []byte, n int) {
		n = min(max(n, 1), 1000)
		cut, _ := decode(stream, n)
		whole, _ := decode(stream, len(stream)+1)
		if cut != whole || len(whole) > len(stream) {
			t.Fatalf("in pieces of %d: %q, at once %q", n, cut, whole)
		}
	})
}
