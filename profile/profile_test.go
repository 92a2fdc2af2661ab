package profile

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"

	gprofile "github.com/google/pprof/profile"
)

// builder makes pprof files of stacks.
type builder struct {
	p     gprofile.Profile
	funcs map[string]*gprofile.Function
}

func newBuilder(types ...string) *builder {
	b := &builder{funcs: map[string]*gprofile.Function{}}
	for _, t := range types {
		name, unit, _ := strings.Cut(t, "/")
		b.p.SampleType = append(b.p.SampleType, &gprofile.ValueType{Type: name, Unit: unit})
	}
	return b
}

// add takes a stack from the outermost call in, as "main.main:3 main.f:7".
func (b *builder) add(stack string, values ...int64) {
	s := &gprofile.Sample{Value: values}
	for _, f := range strings.Fields(stack) {
		at := strings.LastIndex(f, ":")
		name, line := f[:at], int64(0)
		_, _ = fmt.Sscan(f[at+1:], &line)
		fn := b.funcs[name]
		if fn == nil {
			fn = &gprofile.Function{ID: uint64(len(b.funcs) + 1), Name: name, Filename: strings.SplitN(name, ".", 2)[0] + ".go"}
			b.funcs[name] = fn
			b.p.Function = append(b.p.Function, fn)
		}
		l := &gprofile.Location{ID: uint64(len(b.p.Location) + 1), Line: []gprofile.Line{{Function: fn, Line: line}}}
		b.p.Location = append(b.p.Location, l)
		s.Location = append([]*gprofile.Location{l}, s.Location...)
	}
	b.p.Sample = append(b.p.Sample, s)
}

func (b *builder) bytes(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func parse(t testing.TB, what string, data []byte) *Profile {
	t.Helper()
	p, err := Parse(data, Options{What: what, Own: []string{"main"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cpu() *builder {
	b := newBuilder("samples/count", "cpu/nanoseconds")
	b.p.Period, b.p.DurationNanos = 1e7, 5e8
	b.add("runtime.main:1 main.main:3 main.hot:7", 6, 6e7)
	b.add("runtime.main:1 main.main:3 main.hot:8", 2, 2e7)
	b.add("runtime.main:1 main.main:4 fmt.Sprint:1 main.(*T).String:9", 1, 1e7)
	b.add("runtime.main:1 main.main:3 main.hot:7 main.hot:7", 3, 3e7) // it calls itself
	b.add("runtime.gcBgMarkWorker:2", 1, 1e7)
	b.add("runtime.main:1 tutor/run.exit:1 tutor/profile.hand:2", 9, 9e7) // ours
	return b
}

// Flat and cum are what pprof says they are, and what is ours is left out.
func TestFunctions(t *testing.T) {
	p := parse(t, "cpu", cpu().bytes(t))
	if len(p.Views) != 1 || p.Period != 1e7 || p.Duration != 5e8 || p.Samples != 13 {
		t.Fatalf("%+v", p)
	}
	v := p.Views[0]
	if v.Name != "cpu" || v.Unit != "nanoseconds" || v.Total != 13e7 || v.Count != 13 || v.Counted != "samples" {
		t.Errorf("view %+v", v)
	}
	want := []Function{
		{"main.hot", "main.go", 7, true, 11e7, 11e7, 11},
		{"main.(*T).String", "main.go", 9, true, 1e7, 1e7, 1},
		{"runtime.gcBgMarkWorker", "runtime.go", 2, false, 1e7, 1e7, 1},
		{"main.main", "main.go", 3, true, 0, 12e7, 0},
		{"fmt.Sprint", "fmt.go", 1, false, 0, 1e7, 0},
	}
	if fmt.Sprint(v.Functions) != fmt.Sprint(want) {
		t.Errorf("functions\n%v\nwant\n%v", v.Functions, want)
	}
	lines := []Line{{"main.go", 3, 0, 11e7}, {"main.go", 4, 0, 1e7}, {"main.go", 7, 9e7, 9e7}, {"main.go", 8, 2e7, 2e7}, {"main.go", 9, 1e7, 1e7}}
	if fmt.Sprint(v.Lines) != fmt.Sprint(lines) {
		t.Errorf("lines\n%v\nwant\n%v", v.Lines, lines)
	}
}

// outline writes a tree, one box a line.
func outline(b *Box, depth int) string {
	text := fmt.Sprintf("%s%s:%d %d %d\n", strings.Repeat(" ", depth), b.Name, b.Line, b.Total/1e7, b.Self/1e7)
	for _, c := range b.Calls {
		text += outline(c, depth+1)
	}
	return text
}

func TestTree(t *testing.T) {
	p := parse(t, "cpu", cpu().bytes(t))
	const want = `:0 13 0
 main.main:3 12 0
  main.hot:7 11 8
   main.hot:7 3 3
  fmt.Sprint:1 1 0
   main.(*T).String:9 1 1
 runtime.gcBgMarkWorker:2 1 1
`
	if got := outline(p.Views[0].Root, 0); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if p.Summary().Views[0].Root != nil || p.Views[0].Root == nil {
		t.Error("a summary has a tree, or took it from the profile")
	}
}

// A heap has two views; goroutines that end the program are not ours.
func TestKinds(t *testing.T) {
	b := newBuilder("alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes")
	b.add("main.main:3", 4, 400, 1, 100)
	p := parse(t, "heap", b.bytes(t))
	if len(p.Views) != 2 || p.Views[0].Name != "alloc_space" || p.Views[0].Count != 4 || p.Views[1].Total != 100 {
		t.Errorf("heap: %+v", p.Views)
	}
	b = newBuilder("goroutine/count")
	b.add("main.stuck:3 runtime.chanrecv:1", 30)
	b.add("runtime.main:1 internal/runtime/exithook.Run:1 tutor/run.exit:2", 1)
	b.add("runtime.main:1 main.main:1 main.work:2 os.Exit:3 os.runtime_beforeExit:1 tutor/run.exit:2", 1)
	p = parse(t, "goroutine", b.bytes(t))
	if p.Samples != 31 || outline(p.Views[0].Root, 0) == "" || len(p.Views[0].Root.Calls) != 2 {
		t.Errorf("goroutines: %d\n%s", p.Samples, outline(p.Views[0].Root, 0))
	}
	for _, f := range p.Views[0].Functions {
		if isOurs(f.Name) || strings.Contains(f.Name, "exit") {
			t.Errorf("%s is no function of the program's", f.Name)
		}
	}
}

// What is too small to be drawn is left out, and all is bounded.
func TestBounds(t *testing.T) {
	b := newBuilder("samples/count", "cpu/nanoseconds")
	deep := strings.Repeat("main.f:1 main.g:2 ", 500)
	b.add(deep, 1, math.MaxInt64)
	b.add("main.main:1", 1, math.MaxInt64)
	for i := range 3000 {
		b.add(fmt.Sprintf("main.main:1 main.f%d:%d", i, i+1), 1, math.MaxInt64)
	}
	b.add("main.main:1 main."+strings.Repeat("长", 5000)+":1", 1, -5)
	v := parse(t, "cpu", b.bytes(t)).Views[0]
	boxes := 0
	var walk func(x *Box)
	walk = func(x *Box) {
		boxes++
		sum := x.Self
		for _, c := range x.Calls {
			sum += c.Total
			walk(c)
		}
		if sum > x.Total || len([]rune(x.Name)) > maxName {
			t.Errorf("%.50s: %d of %d", x.Name, sum, x.Total)
		}
	}
	walk(v.Root)
	if boxes > maxBoxes || v.Root.Depth() > maxDepth+1 || len(v.Functions) > maxFunctions || v.Others == 0 || len(v.Lines) > maxLines || v.Total <= 0 {
		t.Errorf("%d boxes, depth %d, %d functions, %d others, %d lines, total %d", boxes, v.Root.Depth(), len(v.Functions), v.Others, len(v.Lines), v.Total)
	}
}

// Bytes that are no profile give a BadError that says so, through the helper
// too.
func TestBad(t *testing.T) {
	good := cpu().bytes(t)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range maxBytes>>20 + 1 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	for want, data := range map[string][]byte{
		"does not begin": []byte("hello"),
		"cut or damaged": good[:len(good)/2],
		"larger than 32": bomb.Bytes(),
	} {
		request, err := Request(Options{What: "cpu"}, data)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := Serve(bytes.NewReader(request), &out); err != nil {
			t.Fatal(err)
		}
		_, err = Decode(out.Bytes())
		if bad := (*BadError)(nil); !errors.As(err, &bad) || !strings.Contains(bad.Reason, want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}

// What the helper answers is what Parse does.
func TestServe(t *testing.T) {
	data := cpu().bytes(t)
	request, err := Request(Options{What: "cpu", Own: []string{"main"}}, data)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Serve(bytes.NewReader(request), &out); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(parse(t, "cpu", data))
	if !bytes.Equal(a, b) {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// A profile that runtime/pprof writes here and now is read.
func TestOfThisProcess(t *testing.T) {
	var out bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&out, 0); err != nil {
		t.Fatal(err)
	}
	p := parse(t, "goroutine", out.Bytes())
	found := false
	for _, f := range p.Views[0].Functions {
		found = found || strings.HasSuffix(f.Name, "profile.TestOfThisProcess") && f.Line > 0
	}
	if !found {
		t.Errorf("this test is not among the %d functions", len(p.Views[0].Functions))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(cpu().bytes(f))
	raw, err := decompress(cpu().bytes(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(data)
		_ = z.Close()
		for _, text := range [][]byte{data, b.Bytes()} {
			p, err := Parse(text, Options{What: "cpu", Own: []string{"main"}})
			if bad := (*BadError)(nil); err != nil && !errors.As(err, &bad) {
				t.Fatal(err)
			}
			if err == nil {
				if _, err := json.Marshal(p); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// What is too little is said with the numbers.
func TestFew(t *testing.T) {
	for _, c := range []struct {
		what    string
		samples int64
		view    View
		want    string
	}{
		{"cpu", 0, View{}, "used 7 ms of processor time, and at 100 samples a second one stands for 10 ms"},
		{"cpu", 1, View{}, "1 sample was taken, at 100 a second"},
		{"cpu", 19, View{}, "19 samples were taken"},
		{"cpu", 20, View{}, ""},
		{"heap", 0, View{}, "allocated little or nothing"},
		{"heap", 3, View{Total: 1999}, "About 1999 bytes were allocated, and one sample is taken for about 100"},
		{"heap", 3, View{Total: 2000}, ""},
		{"block", 0, View{}, "No goroutine waited"},
		{"block", 1, View{Count: 1}, ""},
		{"mutex", 0, View{}, "Nobody waited for a lock"},
		{"goroutine", 0, View{}, "No goroutine was left"},
	} {
		p := &Profile{What: c.what, Samples: c.samples, Views: []View{c.view}}
		if got := p.Few(100, 7e6); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s, %d samples: %q, want %q", c.what, c.samples, got, c.want)
		}
	}
}

// Of tests, what package testing does for itself is left out, and so is by what
// it came to call them.
func TestProfileOfTests(t *testing.T) {
	b := newBuilder("samples/count", "cpu/nanoseconds")
	b.add("runtime.goexit:1 testing.(*B).launch:2 testing.(*B).runN:3 sum.BenchmarkA:4 sum.Sum:5", 3, 30)
	b.add("runtime.main:1 main.main:2 testing.(*M).Run:3 runtime.ReadMemStats:4", 5, 50)
	b.add("runtime.goexit:1 sum_test.TestB.func1:7 testing.(*common).Log:8", 2, 20)
	b.add("runtime.gcBgMarkWorker:1", 1, 10)
	p, err := Parse(b.bytes(t), Options{What: "cpu", Own: []string{"sum", "sum_test"}})
	if err != nil {
		t.Fatal(err)
	}
	var top []string
	for _, c := range p.Views[0].Root.Calls {
		top = append(top, c.Name)
	}
	slices.Sort(top)
	if want := []string{"runtime.gcBgMarkWorker", "sum.BenchmarkA", "sum_test.TestB.func1"}; p.Views[0].Total != 60 || !slices.Equal(top, want) {
		t.Errorf("%d ns below %q, want 60 below %q", p.Views[0].Total, top, want)
	}
}
