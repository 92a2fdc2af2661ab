package exectrace

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// goldens are the recorded traces.
var goldens = []string{"coroutine", "cpu", "gc", "leak", "mutex", "net", "pingpong", "sleepers", "tasks", "unbounded"}

// What is cut into many blocks is the same when it is put together again.
func TestBlocksAreJoined(t *testing.T) {
	for _, name := range goldens {
		whole := parseIn(t, name, blockEvents)
		parts := parseIn(t, name, 20)
		if whole.Blocks() != 1 || (whole.Events > 200 && parts.Blocks() < 3) {
			t.Errorf("%s: %d and %d blocks", name, whole.Blocks(), parts.Blocks())
		}
		if got, want := byGoroutine(parts), byGoroutine(whole); !slices.Equal(got, want) {
			t.Errorf("%s: %d segments out of %d blocks differ from %d out of one", name, len(got), parts.Blocks(), len(want))
		}
	}
}

// parseIn reads a golden trace into blocks of a size.
func parseIn(t *testing.T, name string, size int) *Trace {
	t.Helper()
	s, err := open(bytes.NewReader(fixture(t, name)), false)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(Options{})
	b.rec.size = size
	if _, err := b.readAll(s); err != nil {
		t.Fatal(err)
	}
	tr, err := b.report(s.version, ending{}, mark{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.check(); err != nil {
		t.Fatalf("%s in blocks of %d: %v", name, size, err)
	}
	return tr
}

// byGoroutine are the segments in an order that does not depend on blocks. The
// stack of a running segment is told when it ends: it is lost where its block
// was closed before.
func byGoroutine(tr *Trace) []Segment {
	var out []Segment
	for s := range tr.Segments() {
		if s.State == Running || s.State == GC {
			s.At = Frame{}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Segment) int { return a.Row - b.Row })
	return out
}

// Every wake-up is of an event that is a runnable one.
func TestWakesPointAtWhatWasWoken(t *testing.T) {
	for _, name := range goldens {
		tr := parseIn(t, name, 50)
		n := 0
		for i := range tr.Blocks() {
			events, wakes, err := tr.decoder().block(i)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range wakes {
				n++
				if e := events[w.event]; e.state != uint8(Runnable) || e.row == w.row {
					t.Errorf("%s: block %d, event %d is %+v, woken by row %d", name, i, w.event, e, w.row)
				}
			}
		}
		if n == 0 && name != "tasks" { // that one is main alone
			t.Errorf("%s: nobody woke anybody", name)
		}
	}
}

// TestWriteTimelines writes the containers of the golden traces into the folder
// $TUTOR_TIMELINES, for the tests of the page that draws them.
func TestWriteTimelines(t *testing.T) {
	dir := os.Getenv("TUTOR_TIMELINES")
	for _, name := range goldens {
		tr := parseIn(t, name, blockEvents)
		var b bytes.Buffer
		if err := tr.WriteWhole(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b.Bytes(), []byte(timelineMagic)) {
			t.Errorf("%s: it does not begin with %q", name, timelineMagic)
		}
		if dir == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name+".tut"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Of a damaged trace, what comes before the damage is shown to who asks.
func TestDamagedTracesAreReadUpToThere(t *testing.T) {
	shown := 0
	for _, name := range goldens {
		data := bytes.Clone(fixture(t, name))
		for i := len(data) * 2 / 3; i < len(data)*2/3+64 && i < len(data); i++ {
			data[i] ^= 0xa5
		}
		strict, err := Parse(bytes.NewReader(data), Options{})
		if asBad(err) == nil {
			continue // the damage hit nothing that counts, or it looks cut
		}
		tr, err := Parse(bytes.NewReader(data), Options{Partial: true})
		if strict != nil || (err != nil && asBad(err) == nil) {
			t.Errorf("%s: strictly %v, else error %v", name, strict, err)
		}
		if err == nil {
			shown++
			if tr.Damage == "" || tr.Metrics.Truncated == nil || *tr.Metrics.Truncated != "damaged" || tr.Metrics.Leaks != nil {
				t.Errorf("%s: damage %q, truncated %v, leaks %v", name, tr.Damage, tr.Metrics.Truncated, tr.Metrics.Leaks)
			}
		}
	}
	if shown == 0 {
		t.Error("of no damaged trace anything was shown")
	}
}

// A trace may hold any number of words; those beyond the bound share one.
func TestReasonsAreBounded(t *testing.T) {
	r := newRecorder()
	for i := range 2 * maxNames {
		r.reason(strconv.Itoa(i))
	}
	if n := len(r.tl.reasons); n > maxNames+2 || r.tl.reasons[r.reason("one more")] != otherName {
		t.Errorf("%d reasons are kept, the last as %q", n, r.tl.reasons[r.reason("one more")])
	}
}
