package exectrace

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBadTraces(t *testing.T) {
	leak := fixture(t, "leak")
	damaged := bytes.Clone(leak)
	damaged[headerLen] ^= 0x55
	for name, c := range map[string]struct {
		data []byte
		says string
		at   int64
	}{
		"empty":       {nil, "it is empty", -1},
		"text":        {[]byte("hello, this is not a trace at all"), "not a Go execution trace", 0},
		"short":       {[]byte("go 1.26 tr"), "ends within its header", 10},
		"header only": {leak[:headerLen], "no events", headerLen},
		"future":      {append([]byte("go 1.99 trace\x00\x00\x00"), leak[headerLen:]...), "written by go1.99, which is not known", 0},
		"past":        {append([]byte("go 1.19 trace\x00\x00\x00"), leak[headerLen:]...), "traces of go1.22 and later", 0},
		"cut early":   {leak[:len(leak)/2], "cut off before its first part was whole", int64(len(leak) / 2)},
		"damaged":     {damaged, "it is damaged: what stands there begins no batch", headerLen},
	} {
		_, err := Parse(bytes.NewReader(c.data), Options{})
		bad := (*BadTraceError)(nil)
		if !errors.As(err, &bad) || !strings.Contains(bad.What, c.says) || bad.Offset != c.at {
			t.Errorf("%s: error %v, want a bad trace that says %q at %d", name, err, c.says, c.at)
		}
		if m := bad.Metrics(); bad.Cut != (name == "cut early") || *m.Truncated != "cut" || m.Why["latency.p50_us"] != bad.What || m.Utilisation != nil {
			t.Errorf("%s: cut %v, metrics %+v", name, bad.Cut, m)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has more than one line: %q", name, err)
		}
	}
}

// Of a trace that could not be read, no number is told: not one zero, and each
// null with its reason.
func TestUnreadMetricsAreNull(t *testing.T) {
	leak := fixture(t, "leak")
	_, err := Parse(bytes.NewReader(leak[:len(leak)/2]), Options{})
	bad := (*BadTraceError)(nil)
	if !errors.As(err, &bad) {
		t.Fatalf("error %v", err)
	}
	m := bad.Metrics()
	got, want := map[string]any{}, map[string]any{}
	for from, into := range map[any]map[string]any{&m: got, &Metrics{}: want} {
		data, err := json.Marshal(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &into); err != nil {
			t.Fatal(err)
		}
	}
	if got["truncated"] != "cut" || got["steals"].(map[string]any)["inferred"] != true {
		t.Errorf("metrics %v, want them cut and steals inferred", got)
	}
	delete(got, "why")
	delete(want, "why")
	delete(got, "truncated")
	delete(want, "truncated")
	n := 0
	allNull(t, "", got, want, func(name string) {
		if n++; m.Why[name] != bad.What {
			t.Errorf("%s is null, and why says %q", name, m.Why[name])
		}
	})
	if n != len(m.Why) || n < 40 {
		t.Errorf("%d nulls, %d reasons", n, len(m.Why))
	}
}

// allNull holds that got has the groups and the names of want, and no number.
func allNull(t *testing.T, above string, got, want map[string]any, null func(name string)) {
	t.Helper()
	for name, w := range want {
		g, there := got[name]
		in, group := g.(map[string]any)
		wantIn, wantGroup := w.(map[string]any)
		switch {
		case !there:
			t.Errorf("%s%s is missing", above, name)
		case group && wantGroup:
			allNull(t, above+name+".", in, wantIn, null)
		case g == nil:
			null(above + name)
		case name != "inferred":
			t.Errorf("%s%s is %v of a trace that was not read", above, name, g)
		}
	}
}

// What the reader of the bytes does wrong is not the trace's fault.
func TestReadErrorsAreNotTheTraces(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, n := range []int{0, 8, 1000} {
		in := io.MultiReader(bytes.NewReader(fixture(t, "leak")[:n]), iotest.ErrReader(broken))
		_, err := Parse(in, Options{})
		if bad := (*BadTraceError)(nil); !errors.Is(err, broken) || errors.As(err, &bad) {
			t.Errorf("after %d bytes: error %v, want the disk's", n, err)
		}
	}
}

// A trace cut after its first generation keeps what came before.
func TestCutTraceKeepsItsWholeGenerations(t *testing.T) {
	data, _ := run(t, "long", "1", "2")
	whole, err := Parse(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	parts := dissect(t, data).batches
	first := slices.IndexFunc(parts, func(b batch) bool { return b.kind == evEnd })
	tr, err := Parse(bytes.NewReader(data[:parts[first+2].end]), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, tr)
	m := tr.Metrics
	if m.Truncated == nil || *m.Truncated != "cut" || tr.Wall >= whole.Wall || tr.Events == 0 {
		t.Errorf("truncated %v, %d of %d ns", m.Truncated, tr.Wall, whole.Wall)
	}
	if m.Leaks != nil || m.Why["leaks"] == "" || m.Goroutines.BlockedAtEnd != nil {
		t.Errorf("leaks %v at the end of a trace that has lost its end", m.Leaks)
	}
	if !strings.Contains(tr.Damage, "the tables that name functions stand at the end") || m.Why["truncated"] != tr.Damage {
		t.Errorf("damage %q, why %q; want that the tables are lost", tr.Damage, m.Why["truncated"])
	}
}

// A trace of one part that lost its last bytes has lost these and no more.
func TestACutInTheLastBytesLosesOnlyThese(t *testing.T) {
	for _, name := range goldens {
		data := fixture(t, name)
		whole, err := Parse(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, cut := range []int{1, 3, 40} {
			tr, err := Parse(bytes.NewReader(data[:len(data)-cut]), Options{})
			if err != nil {
				t.Errorf("%s less %d bytes: %v", name, cut, err)
				continue
			}
			checkInvariants(t, tr)
			if tr.Events != whole.Events || tr.Wall != whole.Wall || *tr.Metrics.Truncated != "cut" || (tr.Damage == "") != (cut == 1) {
				t.Errorf("%s less %d bytes: %d of %d events, damage %q", name, cut, tr.Events, whole.Events, tr.Damage)
			}
		}
	}
}

// A wrong byte in a table loses the names from there on, and is told where it
// stands; so is one in what stands before a batch.
func TestDamageIsToldWhereItIs(t *testing.T) {
	data := fixture(t, "pingpong")
	whole, err := Parse(bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	batches := dissect(t, data).batches
	names := batches[slices.IndexFunc(batches, func(b batch) bool { return len(b.payload) > 0 && b.payload[0] == evStrings })]
	from, last := names.end-len(names.payload), 0
	for c := (column{data: names.payload, at: 1}); c.at < len(c.data); {
		last = from + c.at
		c.at++
		c.uint(maxTableID)
		n, _ := c.uint(maxString)
		c.at += int(n)
	}
	for what, at := range map[string]int{"names": from + 1, "the length of names": from - 2, "a later name": last} {
		bad := bytes.Clone(data)
		bad[at] ^= 0x85
		tr, err := Parse(bytes.NewReader(bad), Options{Partial: true})
		if what != "a later name" {
			if asBad(err) == nil || asBad(err).Offset < int64(at-32) || asBad(err).Offset > int64(at+8) || !strings.Contains(asBad(err).What, "tables that name functions") {
				t.Errorf("%s, byte %d: %v", what, at, err)
			}
			continue
		}
		if err != nil || tr.Events != whole.Events || !strings.Contains(tr.Damage, "names of this part are lost") || *tr.Metrics.Truncated != "damaged" {
			t.Errorf("%s, byte %d: %v", what, at, err)
		}
	}
}

// FuzzParse: any bytes give a trace in order or a clear error, and no panic,
// within bounds of time and memory. Its seeds are good traces, cut ones and
// forged ones.
func FuzzParse(f *testing.F) {
	for _, r := range recorded {
		data := fixture(f, r[0])
		if len(data) > 16<<10 {
			continue
		}
		f.Add(data)
		f.Add(data[:len(data)*2/3])
		f.Add(append(bytes.Clone(data[:len(data)-1]), data[headerLen:]...))
		for what, forge := range forgeries {
			if strings.Contains(what, "million") {
				continue // too large to be worth changing
			}
			forged := dissect(f, data)
			forge(f, forged)
			f.Add(forged.bytes())
		}
	}
	f.Add([]byte("go 1.22 trace\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := parseHostile(t, data); err != nil {
			t.Error(err)
		}
	})
}

// Wrong bytes in the middle of a good trace: the cheap part of FuzzParse, run
// every time.
func TestMutatedTraces(t *testing.T) {
	seed := uint32(1)
	next := func() uint32 {
		seed = seed*1664525 + 1013904223
		return seed >> 8
	}
	for _, name := range []string{"leak", "pingpong", "net"} {
		data := fixture(t, name)
		for range 150 {
			bad := bytes.Clone(data)
			for range 1 + next()%4 {
				bad[headerLen+int(next())%(len(bad)-headerLen)] = byte(next())
			}
			if err := parseHostile(t, bad); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
