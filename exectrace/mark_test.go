package exectrace

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// marked is a trace with a mark behind it, as package sandbox writes it.
func marked(data []byte, text string) []byte {
	table := append(binary.AppendUvarint([]byte{evStrings, evString, 1}, uint64(len(text))), text...)
	out := append(bytes.Clone(data), evBatch, 2, 0, 0)
	return append(binary.AppendUvarint(out, uint64(len(table))), table...)
}

// TestAMarkTellsOfTheRaceDetector: such a trace is whole, and nothing is inferred
// of where goroutines came from.
func TestAMarkTellsOfTheRaceDetector(t *testing.T) {
	tr, err := Parse(bytes.NewReader(marked(fixture(t, "leak"), "tutor: cut= status=ok ran_us=7 race")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := tr.Metrics
	if m.Truncated != nil || m.Leaks == nil || tr.TellsOrigins() || m.Why["steals.stolen"] != raceWhy {
		t.Errorf("truncated %v, leaks %v, stolen %v: %s", m.Truncated, m.Leaks, m.Steals.Stolen, m.Why["steals.stolen"])
	}
}

// A cut trace tells it by itself, wherever the file has gone; after a deadlock
// nothing came.
func TestAMarkTellsOfTheRun(t *testing.T) {
	data := fixture(t, "leak")
	whole, err := Parse(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for text, c := range map[string]struct {
		how   string
		known bool
		run   Run
	}{
		"tutor: cut=killed status=memory_limit ran_us=6130000": {"killed", false, Run{"memory_limit", 6130 * time.Millisecond}},
		"tutor: cut=idle status=deadlock ran_us=7":             {"idle", true, Run{"deadlock", 7 * time.Microsecond}},
		"tutor: cut=<b> status=ok ran_us=7":                    {"cut", false, Run{}},
		"tutor: cut=cap status=ok ran_us=1 ":                   {"cut", false, Run{}},
	} {
		tr, err := Parse(bytes.NewReader(marked(data, text)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		m := tr.Metrics
		if m.Truncated == nil || *m.Truncated != c.how || (m.Leaks != nil) != c.known || (m.Goroutines.BlockedAtEnd != nil) != c.known || tr.Run != c.run {
			t.Errorf("%s: truncated %v, leaks %v, run %+v", text, m.Truncated, m.Leaks, tr.Run)
		}
		if _, leak := tr.Moment("leak"); leak != c.known {
			t.Errorf("%s: a moment of a leak: %t", text, leak)
		}
		if tr.Events != whole.Events || tr.Wall != whole.Wall {
			t.Errorf("%s: %d events in %d ns, without a mark %d in %d", text, tr.Events, tr.Wall, whole.Events, whole.Wall)
		}
	}
}
