package exectrace

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// The parts of the format that only forgers need.
const (
	evFrequency = 8
	evGoCreate  = 14
	evGoStart   = 16
	evGoUnblock = 21
	evGoStatus  = 25
)

// eventArgs is how many numbers follow a kind of event; 0 for what is none.
func eventArgs(kind byte) int {
	if int(kind) >= len(layouts) || kind <= evFrequency {
		return 0
	}
	return 1 + len(layouts[kind])
}

// batch is one batch of a trace; one of kind evEnd has only that.
type batch struct {
	kind            byte
	gen, m, time    uint64
	payload         []byte
	end             int    // where it ends in the trace it was taken from
	claimed, padded uint64 // length that is claimed, when padded is not 0
}

type forged struct {
	header  []byte
	batches []batch
}

func dissect(t testing.TB, data []byte) *forged {
	t.Helper()
	f := &forged{header: data[:headerLen]}
	for rest := data[headerLen:]; len(rest) > 0; {
		b := batch{kind: rest[0]}
		rest = rest[1:]
		if b.kind == evEnd {
			b.end = len(data) - len(rest)
			f.batches = append(f.batches, b)
			continue
		}
		if b.kind != evBatch {
			t.Fatalf("a batch of kind %d", b.kind)
		}
		var n uint64
		for _, v := range []*uint64{&b.gen, &b.m, &b.time, &n} {
			value, size := binary.Uvarint(rest)
			*v, rest = value, rest[size:]
		}
		b.payload, rest = bytes.Clone(rest[:n]), rest[n:]
		b.end = len(data) - len(rest)
		f.batches = append(f.batches, b)
	}
	return f
}

func (f *forged) bytes() []byte {
	out := bytes.Clone(f.header)
	for _, b := range f.batches {
		out = append(out, b.kind)
		if b.kind != evBatch {
			continue
		}
		n := uint64(len(b.payload))
		if b.padded != 0 {
			n = b.claimed
		}
		for _, v := range []uint64{b.gen, b.m, b.time, n} {
			out = binary.AppendUvarint(out, v)
		}
		out = append(out, b.payload...)
	}
	return out
}

// holdsEvents says whether a batch is of events and not a table.
func (b *batch) holdsEvents() bool {
	return b.kind == evBatch && len(b.payload) > 0 && eventArgs(b.payload[0]) > 0
}

// each lets change see, and change, every event.
func (f *forged) each(t testing.TB, change func(kind byte, args []uint64)) {
	t.Helper()
	seen := 0
	for i := range f.batches {
		b := &f.batches[i]
		if !b.holdsEvents() {
			continue
		}
		var out []byte
		for rest := b.payload; len(rest) > 0; {
			kind := rest[0]
			args := make([]uint64, eventArgs(kind))
			if len(args) == 0 {
				t.Fatalf("an event of kind %d", kind)
			}
			rest = rest[1:]
			for j := range args {
				v, size := binary.Uvarint(rest)
				args[j], rest = v, rest[size:]
			}
			change(kind, args)
			out = append(out, kind)
			for _, v := range args {
				out = binary.AppendUvarint(out, v)
			}
			seen++
		}
		b.payload = out
	}
	if seen == 0 {
		t.Fatal("there are no events to forge")
	}
}

// first is the first batch that begins with an event, or the table, of kind.
func (f *forged) first(kind byte) *batch {
	i := slices.IndexFunc(f.batches, func(b batch) bool {
		return len(b.payload) > 0 && (b.payload[0] == kind || kind == 0 && b.holdsEvents())
	})
	return &f.batches[i]
}

// forgeries change a good trace into one that no tracer writes.
var forgeries = map[string]func(t testing.TB, f *forged){
	"goroutine ids": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoCreate || kind == evGoStart || kind == evGoUnblock || kind == evGoStatus {
				args[1] += 1 << 62
			}
		})
	},
	"goroutines made twice": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoCreate {
				args[1] = 1
			}
		})
	},
	"starts of nobody": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoStart {
				args[1] = 1<<64 - 1
			}
		})
	},
	"stacks that do not exist": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoCreate {
				args[2], args[3] = 1<<50, 1<<63
			}
		})
	},
	"no time passes": func(t testing.TB, f *forged) {
		f.each(t, func(_ byte, args []uint64) { args[0] = 0 })
	},
	"much time passes": func(t testing.TB, f *forged) {
		f.each(t, func(_ byte, args []uint64) { args[0] = 1 << 60 })
	},
	"statuses": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoStatus {
				args[3] = 200
			}
		})
	},
	"sequence numbers": func(t testing.TB, f *forged) {
		f.each(t, func(kind byte, args []uint64) {
			if kind == evGoStart || kind == evGoUnblock {
				args[2] = 1 << 63
			}
		})
	},
	"batches backwards":     func(_ testing.TB, f *forged) { slices.Reverse(f.batches) },
	"generations backwards": func(_ testing.TB, f *forged) { f.first(0).gen = 0 },
	"a generation of the far future": func(_ testing.TB, f *forged) {
		for i := range f.batches {
			f.batches[i].gen = 1<<64 - 1
		}
	},
	"each batch a generation": func(_ testing.TB, f *forged) {
		for i := range f.batches {
			f.batches[i].gen = uint64(i + 1)
		}
	},
	"times backwards": func(_ testing.TB, f *forged) {
		for i := range f.batches {
			f.batches[i].time = 1<<40 - uint64(i)
		}
	},
	"one thread for all": func(_ testing.TB, f *forged) {
		for i := range f.batches {
			f.batches[i].m = 7
		}
	},
	"batches twice": func(_ testing.TB, f *forged) { f.batches = slices.Concat(f.batches, f.batches) },
	"no strings":    func(_ testing.TB, f *forged) { f.first(evStrings).payload = []byte{evStrings} },
	"no stacks":     func(_ testing.TB, f *forged) { f.first(evStacks).payload = []byte{evStacks} },
	"a clock that stands still": func(_ testing.TB, f *forged) {
		f.first(evSync).payload = append([]byte{evSync, evFrequency, 0}, f.first(evSync).payload[3:]...)
	},
	"a batch of 2^62 bytes": func(_ testing.TB, f *forged) { f.first(0).claimed, f.first(0).padded = 1<<62, 1 },
	"a string of 2^40 bytes": func(_ testing.TB, f *forged) {
		f.first(evStrings).payload = binary.AppendUvarint([]byte{evStrings, 5, 1}, 1<<40)
	},
	"a stack of 2^40 frames": func(_ testing.TB, f *forged) {
		f.first(evStacks).payload = binary.AppendUvarint([]byte{evStacks, 3, 1}, 1<<40)
	},
	"samples that are none": func(_ testing.TB, f *forged) { f.first(evStacks).payload = []byte{evSamples, 7, 1, 2} },
	"an experiment":         func(_ testing.TB, f *forged) { f.batches[0].kind = evExperimental },
	"a million empty generations": func(_ testing.TB, f *forged) {
		for range 1_000_000 {
			f.batches = append(f.batches, batch{kind: evEnd})
		}
	},
}

// TestForgedTraces: a trace that was made up gives a trace in order or one
// line that says what is wrong, and takes little memory.
func TestForgedTraces(t *testing.T) {
	for _, name := range []string{"leak", "net"} {
		good := fixture(t, name)
		if !bytes.Equal(mustParse(t, good), mustParse(t, dissect(t, good).bytes())) {
			t.Fatalf("%s: taken apart and put together it is another trace", name)
		}
		for what, forge := range forgeries {
			f := dissect(t, good)
			forge(t, f)
			if err := parseHostile(t, f.bytes()); err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

// mustParse gives the metrics of a good trace.
func mustParse(t *testing.T, data []byte) []byte {
	t.Helper()
	tr, err := Parse(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return metricsJSON(t, tr)
}
