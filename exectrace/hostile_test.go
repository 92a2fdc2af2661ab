package exectrace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Bounds of what bytes that nobody vouches for may cost. They are generous
// where the machine decides: what they catch is work that does not depend on
// the size of the input.
const (
	hostileTime   = 20 * time.Second
	hostileBytes  = 128 << 20
	hostileFactor = 600 // bytes of memory for each byte of the trace
)

// parseHostile says what is wrong with how Parse took some bytes: nil when it
// answered with a trace in order or one line about them, within bounds.
func parseHostile(t testing.TB, data []byte) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	type answer struct {
		trace *Trace
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		tr, err := Parse(bytes.NewReader(data), Options{MaxGoroutines: 1_000, Partial: true})
		answered <- answer{tr, err}
	}()
	var a answer
	select {
	case a = <-answered:
	case <-time.After(hostileTime):
		return fmt.Errorf("no answer within %v", hostileTime)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > hostileBytes+hostileFactor*uint64(len(data)) {
		return fmt.Errorf("%d bytes of memory for a trace of %d", took, len(data))
	}
	if a.err == nil {
		checkOrder(t, a.trace)
		return nil
	}
	bad := (*BadTraceError)(nil)
	switch {
	case !errors.As(a.err, &bad):
		return fmt.Errorf("error %v, want one about the trace", a.err)
	case bad.What == "" || strings.Contains(bad.What, "\n") || len(bad.What) > 400:
		return fmt.Errorf("error %q, want one line", bad.What)
	}
	return nil
}

func metricsJSON(t testing.TB, tr *Trace) []byte {
	t.Helper()
	text, err := json.Marshal(tr.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTruncatedEverywhere cuts a trace of several generations at each percent:
// what is left is a trace with less in it, or too little of one.
func TestTruncatedEverywhere(t *testing.T) {
	long := generations(t)
	between := map[int]bool{} // nobody can tell that more was there
	for _, b := range dissect(t, long).batches {
		if b.kind == evEnd {
			between[b.end] = true
		}
	}
	if len(between) < 2 {
		t.Fatal("the trace has one generation, too few to cut between them")
	}
	whole, err := Parse(bytes.NewReader(long), Options{})
	if err != nil {
		t.Fatal(err)
	}
	shown := false
	for percent := range 101 {
		data := long[:len(long)*percent/100]
		if err := parseHostile(t, data); err != nil {
			t.Errorf("cut at %d %%: %v", percent, err)
		}
		least := int64(0) // the events of the parts that are whole
		for end := range between {
			if tr, err := Parse(bytes.NewReader(long[:end]), Options{}); err == nil && end <= len(data) {
				least = max(least, tr.Events)
			}
		}
		tr, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			if shown {
				t.Errorf("cut at %d %%: %v, and with less of it there was a trace", percent, err)
			}
			continue
		}
		// The first events may need no table, and those after them one that is lost.
		shown = shown || least > 0
		if tr.Events < least || tr.Events > whole.Events {
			t.Errorf("cut at %d %%: %d events, in its whole parts %d, in all %d", percent, tr.Events, least, whole.Events)
		}
		if tr.Events < whole.Events && tr.Metrics.Truncated == nil && !between[len(data)] {
			t.Errorf("cut at %d %%: nothing says so", percent)
		}
	}
}

// generations is a trace that has several of them, taken now.
func generations(t *testing.T) []byte {
	t.Helper()
	data, _ := run(t, "long", "1", "2")
	return data
}

// TestFlippedBits turns single bits of small traces, spread over all of them.
func TestFlippedBits(t *testing.T) {
	for _, name := range []string{"leak", "cpu", "tasks"} {
		data := fixture(t, name)
		for i := 0; i < len(data)*8; i += 37 {
			bad := bytes.Clone(data)
			bad[i/8] ^= 1 << (i % 8)
			if err := parseHostile(t, bad); err != nil {
				t.Fatalf("%s, bit %d of byte %d: %v", name, i%8, i/8, err)
			}
		}
	}
}
