package exectrace

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func serve(t *testing.T, opts Options, data []byte) (*Trace, error) {
	t.Helper()
	req, err := Request(opts, data)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Serve(bytes.NewReader(req), &out); err != nil {
		t.Fatalf("serve: %v", err)
	}
	return Decode(&out)
}

// What comes over the pipe is what Parse gives, nils and zeroes apart.
func TestServeGivesWhatParseGives(t *testing.T) {
	for _, r := range recorded {
		opts := Options{CPU: 50e6, Truncated: map[bool]string{true: "cap"}[r[0] == "leak"]}
		want, err := Parse(bytes.NewReader(fixture(t, r[0])), opts)
		if err != nil {
			t.Fatal(err)
		}
		got, err := serve(t, opts, fixture(t, r[0]))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the trace changed on its way", r[0])
		}
	}
}

func TestServeAnswersBadTraces(t *testing.T) {
	_, err := serve(t, Options{}, []byte("no trace"))
	if bad := (*BadTraceError)(nil); !errors.As(err, &bad) || !strings.Contains(bad.What, "not a Go execution trace") {
		t.Errorf("error %v, want that of a bad trace", err)
	}
}

func TestServeRefusesBadRequests(t *testing.T) {
	for name, in := range map[string]string{"empty": "", "no line": "{}", "no JSON": "x\n", "long": strings.Repeat("a", maxOptions) + "\n"} {
		var out bytes.Buffer
		if err := Serve(strings.NewReader(in), &out); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes, want an error and none", name, err, out.Len())
		}
	}
}

func TestDecodeRefusesWhatDoesNotFit(t *testing.T) {
	tr, err := Parse(bytes.NewReader(fixture(t, "mutex")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	good, err := pack(tr)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(c *columns){
		"fine":           func(*columns) {},
		"length":         func(c *columns) { c.At = nil },
		"state":          func(c *columns) { c.State = slices.Repeat([]byte{99}, len(c.State)) },
		"function":       func(c *columns) { c.Funcs = nil },
		"frame of stack": func(c *columns) { c.Stacks = [][]uint32{{}, {1 << 20}} },
		"no stacks":      func(c *columns) { c.Stacks = c.Stacks[:1] },
		"no threads":     func(c *columns) { c.Threads = nil },
		"fewer rows":     func(c *columns) { c.ID = c.ID[:1] },
		"no blocks":      func(c *columns) { c.Blocks = nil },
		"damaged block":  func(c *columns) { c.Blocks = []block{{To: 1, N: 1, Events: []byte("zip"), Wakes: c.Blocks[0].Wakes}} },
		"too many":       func(c *columns) { b := c.Blocks[0]; b.N++; c.Blocks = []block{b} },
		"past end":       func(c *columns) { b := c.Blocks[0]; b.To += 100; c.Blocks = []block{b} },
		"span past end":  func(c *columns) { c.STW = []Span{{Start: 1, End: c.Wall + 1}} },
		"note of no row": func(c *columns) { c.Notes = []Note{{Row: 1 << 20}} },
		"curve":          func(c *columns) { c.Curves = []Curve{{Width: 1}} },
		"metrics":        func(c *columns) { c.Metrics = []byte("{") },
	} {
		c := good
		spoil(&c)
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(answer{Columns: c}); err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(&b); (err == nil) != (name == "fine") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := Decode(strings.NewReader("garbage")); err == nil {
		t.Error("garbage was decoded")
	}
}

func FuzzDecode(f *testing.F) {
	req, err := Request(Options{}, fixture(f, "leak"))
	if err != nil {
		f.Fatal(err)
	}
	var out bytes.Buffer
	if err := Serve(bytes.NewReader(req), &out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if tr, err := Decode(bytes.NewReader(data)); err == nil {
			for range tr.Segments() {
			}
			if err := tr.WriteWhole(io.Discard); err != nil {
				t.Error(err)
			}
		}
	})
}
