package sandbox

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"
)

// records are pairs of kind and text, as they go over the descriptor.
func records(pairs ...string) []byte {
	var b []byte
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, pairs[i][0])
		b = binary.LittleEndian.AppendUint32(b, uint32(len(pairs[i+1])))
		b = append(b, pairs[i+1]...)
	}
	return b
}

func readTrace(t *testing.T, sent []byte, limit int64) *Trace {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		w.Write(sent)
		w.Close()
	}()
	reader := newTraceReader(r, limit)
	reader.trace.most = limit // or it would take megabytes to reach it
	reader.run()
	return reader.result()
}

// TestTraceRecords holds what is kept of a trace, whole, cut off and forged.
func TestTraceRecords(t *testing.T) {
	tests := []struct {
		name      string
		sent      []byte
		data, why string
	}{
		{"whole", records("b", "head", "b", "gen1", "w", "", "b", "gen2", "w", "", "e", "e"), "headgen1gen2", ""},
		{"idle", records("b", "head", "b", "gen1", "w", "", "e", "i"), "headgen1", "idle"},
		{"late", records("b", "head", "b", "gen1", "w", "", "e", "t"), "headgen1", "killed"},
		{"stopped", records("b", "head", "b", "gen1", "w", "", "e", "s"), "headgen1", "stopped"},
		{"cut off within a generation", records("b", "head", "b", "gen1", "w", "", "b", "gen2"), "headgen1", "killed"},
		{"cut off within a record", records("b", "head", "b", "gen1", "w", "", "b", "gen2")[:27], "headgen1", "killed"},
		{"nothing", nil, "", "killed"},
		{"over the limit", records("b", "head", "b", "gen1", "w", "", "b", strings.Repeat("x", 100), "w", "", "e", "e"), "headgen1", "cap"},
		{"cut off by the program's end within a large generation", records("b", "head", "b", "gen1", "w", "", "b", strings.Repeat("x", 100)), "headgen1", "cap"},
		{"a length that is no record", append(records("b", "head", "w", ""), 'b', 0xff, 0xff, 0xff, 0x7f), "head", "killed"},
		{"an unknown reason", records("b", "head", "w", "", "e", "x"), "head", "killed"},
		{"no reason", records("b", "head", "w", "", "e", ""), "head", "killed"},
		{"an unknown record", records("b", "head", "?", "what", "w", "", "e", "e"), "head", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := readTrace(t, test.sent, 50); string(got.Data) != test.data || got.Truncated != test.why {
				t.Errorf("%q %q, want %q %q", got.Data, got.Truncated, test.data, test.why)
			}
		})
	}
}

// TestTraceEnd holds what is kept of a trace that reaches half its limit.
func TestTraceEnd(t *testing.T) {
	const header = "go 1.26 trace\x00\x00\x00"
	const begin = header + "generation 1 is half of the limit"
	for _, test := range []struct {
		name       string
		late       []string
		whole, end string
		lost       int64
		cut        string
	}{
		{"nothing came", nil, begin, "", 0, ""},
		{"all of it", []string{"b", "gen2", "w", "", "b", "gen3", "w", ""}, begin + "gen2gen3", "", 0, ""},
		{"the newest", []string{"b", "generation2", "w", "", "b", "generation3", "w", "", "b", "gen4", "w", ""}, begin, header + "generation3gen4", 11, "cap"},
		{"the newest, though it is large", []string{"b", "gen2", "w", "", "b", strings.Repeat("x", 35), "w", ""}, begin, header + strings.Repeat("x", 35), 4, "cap"},
		{"too large", []string{"b", "gen2", "w", "", "b", strings.Repeat("x", 90), "w", "", "b", "gen4", "w", ""}, begin, header + "gen4", 94, "cap"},
		{"cut off", []string{"b", "generation2 and so on", "w", "", "b", "generation3 and so on", "w", "", "b", "gen4"}, begin, header + "generation3 and so on", 21, "cap"},
	} {
		got := readTrace(t, records(slices.Concat([]string{"b", header, "b", begin[16:], "w", ""}, test.late, []string{"e", "e"})...), 80)
		if string(got.Data) != test.whole || got.Truncated != test.cut || string(got.Late) != test.end || got.Missing != test.lost {
			t.Errorf("%s: %q %q, %q after %d, want %q %q, %q after %d", test.name, got.Data, got.Truncated, got.Late, got.Missing, test.whole, test.cut, test.end, test.lost)
		}
	}
}

// TestOwnTraceRecords bounds the traces that a program takes itself.
// TestProfileRecords holds what is kept of a profile, whole, cut off and
// forged.
func TestProfileRecords(t *testing.T) {
	large := strings.Repeat("x", maxRecord)
	tests := []struct {
		name string
		sent []byte
		data string
		cut  bool
	}{
		{"whole", records("f", "pro", "f", "file", "h", "e", "e", "e"), "profile", false},
		{"without its end", records("f", "pro", "f", "file"), "", false},
		{"with more after its end", records("f", "pro", "h", "e", "f", "file"), "pro", false},
		{"an end that says nothing", records("f", "pro", "h", ""), "", false},
		{"too large", records("f", large, "f", large, "f", large, "f", large, "f", "x", "h", "e"), "", true},
	}
	for _, test := range tests {
		got := readTrace(t, test.sent, 200)
		if string(got.Profile) != test.data || got.ProfileCut != test.cut {
			t.Errorf("%s: %d bytes, cut %v; want %q", test.name, len(got.Profile), got.ProfileCut, test.data)
		}
	}
}

func TestOwnTraceRecords(t *testing.T) {
	got := readTrace(t, records("o", "\x01trace.out", "p", "\x01abc", "o", "\x02", "p", "\x02def", "p", "\x01ghi",
		"p", "\x07forged", "p", "", "o", "", "o", "\x09skipped", "p", "\x02"+strings.Repeat("x", 40), "p", "\x02more"), 80)
	want := []OwnTrace{{"trace.out", []byte("abcghi"), 0}, {"", []byte("def"), 44}}
	if len(got.Own) != 2 || got.Own[0].Name != want[0].Name || !bytes.Equal(got.Own[0].Data, want[0].Data) ||
		!bytes.Equal(got.Own[1].Data, want[1].Data) || got.Own[1].Dropped != want[1].Dropped {
		t.Errorf("%+v, want %+v", got.Own, want)
	}
	many := []string{}
	for i := range 20 {
		many = append(many, "o", string([]byte{byte(i + 1)})+strings.Repeat("n", 1000))
	}
	got = readTrace(t, records(many...), 80)
	if len(got.Own) != maxOwn || len(got.Own[0].Name) != maxOwnName {
		t.Errorf("%d traces, want %d; a name of %d bytes", len(got.Own), maxOwn, len(got.Own[0].Name))
	}
}

func TestParseLeaks(t *testing.T) {
	p := parseLeaks([]byte("all 7\nstack 2\nid 5\nframe main.f\tmain.go\t3\nmade main.main\tmain.go\t9\n" +
		"stack 5\nid 8\nid 9\nframe runtime.gopark\tproc.go\t1\nframe main.g\tmain.go\t4\nframe odd\nframe a\tb\t-1\nmade main.main\tmain.go\t10\n"))
	if p.N != 7 || len(p.Stacks) != 2 || p.Why != "" {
		t.Fatalf("%+v", p)
	}
	s := p.Stacks[0]
	if s.N != 5 || !slices.Equal(s.IDs, []uint64{8, 9}) || len(s.Frames) != 2 || s.Frames[1] != (LeakFrame{"main.g", "main.go", 4}) ||
		s.Made != (LeakFrame{"main.main", "main.go", 10}) {
		t.Errorf("%+v", s)
	}
}

// FuzzParseLeaks: any text gives a bounded profile.
func FuzzParseLeaks(f *testing.F) {
	f.Add([]byte("all 1\nstack 1\nid 5\nframe main.f\tmain.go\t3\nmade main.main\tmain.go\t9\n"))
	f.Add([]byte("all -1\nstack 99999999999999999999\nframe \xff\t\t\nstack\nid 0"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p := parseLeaks(text)
		if p.N < 0 || len(p.Stacks) > maxLeakStacks {
			t.Errorf("%d goroutines in %d stacks", p.N, len(p.Stacks))
		}
		for _, s := range p.Stacks {
			if s.N < 0 || len(s.IDs) > maxLeakIDs || len(s.Frames) > maxLeakFrames {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestWhyThereIsNoLeakProfile(t *testing.T) {
	for _, test := range []struct {
		trace  Trace
		status Status
		says   string
	}{
		{Trace{NoLeaks: 'h'}, StatusOK, "64 MiB"},
		{Trace{}, StatusDeadlock, "Go itself"},
		{Trace{}, StatusTimeLimit, "stopped from outside"},
		{Trace{NoLeaks: '?'}, StatusRuntimeError, "orderly end"},
	} {
		if p := test.trace.LeakProfile(test.status); !strings.Contains(p.Why, test.says) || p.N != 0 {
			t.Errorf("%+v %s: %+v, want %q", test.trace, test.status, p, test.says)
		}
	}
}
