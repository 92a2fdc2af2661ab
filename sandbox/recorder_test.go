package sandbox

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestRecorderKeepsCharactersWhole writes text a byte at a time: no event ends
// within a character, and the bytes are all there.
func TestRecorderKeepsCharactersWhole(t *testing.T) {
	const text = "aé世界🎉\xff\xfe end"
	r := newRecorder(1<<10, nil)
	for i := range len(text) {
		if !r.add(Stdout, []byte{text[i]}) {
			t.Fatal("over the limit")
		}
	}
	events, cut := r.finish()
	var shown, raw strings.Builder
	for _, e := range events {
		if !utf8.ValidString(e.Text) {
			t.Errorf("event %q is not valid UTF-8", e.Text)
		}
		shown.WriteString(e.Text)
		raw.Write(e.Raw)
	}
	if want := "aé世界🎉\uFFFD end"; strings.ReplaceAll(shown.String(), "\uFFFD\uFFFD", "\uFFFD") != want {
		t.Errorf("shown %q, want %q", shown.String(), want)
	}
	if raw.String() != text || cut != nil {
		t.Errorf("raw %q, truncated %v", raw.String(), cut)
	}
}

// TestRecorderEndsWithinACharacter keeps what never became a character.
func TestRecorderEndsWithinACharacter(t *testing.T) {
	r := newRecorder(1<<10, nil)
	r.add(Stderr, []byte("x\xe4\xb8"))
	events, _ := r.finish()
	if len(events) == 0 || string(events[len(events)-1].Raw) != "\xe4\xb8" && string(events[len(events)-1].Raw) != "x\xe4\xb8" {
		t.Errorf("events %+v", events)
	}
}

func TestRecorderCap(t *testing.T) {
	r := newRecorder(10, nil)
	if !r.add(Stdout, []byte("12345")) || r.add(Stderr, []byte("1234567890")) {
		t.Error("the limit of 10 bytes is not where it should be")
	}
	events, cut := r.finish()
	if cut == nil || *cut != (Truncated{Stream: Stderr, KeptBytes: 10, DroppedBytes: 5}) {
		t.Errorf("truncated %+v", cut)
	}
	if len(events) != 2 || events[0].Text != "12345" || events[1].Text != "12345" {
		t.Errorf("events %+v", events)
	}
}

// TestRecorderBoundsEvents alternates streams byte by byte.
func TestRecorderBoundsEvents(t *testing.T) {
	r := newRecorder(1<<20, nil)
	r.mu.Lock()
	r.handed = 0
	r.mu.Unlock()
	const n = 5000
	for range n {
		r.add(Stdout, []byte("o"))
		r.add(Stderr, []byte("e"))
	}
	events, _ := r.finish()
	counts := map[string]int{}
	for _, e := range events {
		counts[e.Stream] += len(e.Text)
	}
	if counts[Stdout] != n || counts[Stderr] != n {
		t.Errorf("kept %v of %d each", counts, n)
	}
	if len(events) > n {
		t.Errorf("%d events for %d bytes", len(events), 2*n)
	}
}

// TestRecorderHandsOnAll compares what the sink got with what is kept.
func TestRecorderHandsOnAll(t *testing.T) {
	var got strings.Builder
	r := newRecorder(1<<20, func(o Output) { got.WriteString(o.Text) })
	var want strings.Builder
	for i := range 1000 {
		text := strings.Repeat("x", i%7) + "\n"
		want.WriteString(text)
		r.add(Stdout, []byte(text))
	}
	r.finish()
	if got.String() != want.String() {
		t.Errorf("the sink got %d bytes, want %d", got.Len(), want.Len())
	}
}

func TestParseReply(t *testing.T) {
	const id = "abc"
	for line, want := range map[string]Reply{
		`{"id":"abc","ok":1}`:                      {OK: []byte("1")},
		`{"id":"abc","ok":null}`:                   {OK: []byte("null")},
		`{"id":"abc","ok":{"a":[1,2]}}`:            {OK: []byte(`{"a":[1,2]}`)},
		`{"id":"abc","error":"x","is":["io.EOF"]}`: {Error: "x", Is: []string{"io.EOF"}},
		`{"id":"abc","error":""}`:                  {Error: "(no text)"},
		`{"id":"abc","panic":"boom"}`:              {Panic: "boom"},
		`{"id":"abd","ok":1}`:                      {None: "mismatch"},
		`{"ok":1}`:                                 {None: "mismatch"},
		`{"id":"abc"}`:                             {None: "garbage"},
		`{"id":"abc","ok":1,"panic":"x"}`:          {None: "garbage"},
		`{"id":"abc","ok":1} trailing`:             {None: "garbage"},
		``:                                         {None: "garbage"},
		`[]`:                                       {None: "garbage"},
		`{"id":["abc"],"ok":1}`:                    {None: "garbage"},
		strings.Repeat("[", 60000):                 {None: "garbage"},
	} {
		got := parseReply(id, []byte(line))
		if string(got.OK) != string(want.OK) || got.Error != want.Error || got.Panic != want.Panic || got.None != want.None || len(got.Is) != len(want.Is) {
			t.Errorf("%.60s: %+v, want %+v", line, got, want)
		}
	}
}
