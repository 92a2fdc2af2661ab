package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/profile"
	"course/tutor/sandbox"
)

// sampleProfile is a CPU profile with a hostile name in it.
func sampleProfile() *ProfileView {
	hostile := `main.f</title><script>alert(1)</script>"`
	return &ProfileView{ID: "p1", CPU: 300, Info: &sandbox.ProfileInfo{What: "cpu", ID: "p1", Rate: 100, Says: "100 samples a second."},
		Profile: &profile.Profile{What: "cpu", Period: 1e7, Duration: 4e8, Samples: 30, Views: []profile.View{{
			Name: "cpu", Unit: "nanoseconds", Total: 3e8, Count: 30, Counted: "samples",
			Functions: []profile.Function{
				{Name: "main.hot", File: "main.go", Line: 7, Own: true, Flat: 24e7, Cum: 24e7},
				{Name: "runtime.mallocgc", File: "runtime/malloc.go", Line: 9, Flat: 3e7, Cum: 3e7},
				{Name: hostile, File: "main.go", Line: 8, Own: true, Flat: 3e7, Cum: 3e7},
				{Name: "main.main", File: "main.go", Line: 3, Own: true, Cum: 3e8},
			},
			Lines: []profile.Line{{File: "main.go", Line: 7, Flat: 24e7, Cum: 24e7}},
			Root: &profile.Box{Total: 3e8, Calls: []*profile.Box{{Name: "main.main", File: "main.go", Line: 3, Own: true, Total: 3e8, Calls: []*profile.Box{
				{Name: "main.hot", File: "main.go", Line: 7, Own: true, Total: 24e7, Self: 24e7},
				{Name: "runtime.mallocgc", Total: 3e7, Self: 3e7},
				{Name: hostile, File: "main.go", Line: 8, Own: true, Total: 3e7, Self: 3e7},
			}}}},
		}}}}
}

// The picture is XML, each box of it has a title with its numbers, and a
// learner's function leads to its line.
func TestFlame(t *testing.T) {
	v := sampleProfile().Profile.Views[0]
	svg := string(flame(&v, "Processor time, 300 ms", "busy"))
	boxes, titles := 0, 0
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "rect":
				boxes++
			case "title":
				titles++
			}
		}
	}
	if boxes != 5 || titles != 5 {
		t.Errorf("%d boxes, %d titles, want 5 of each", boxes, titles)
	}
	for _, want := range []string{
		`<desc>`, `aria-label="Flame graph: Processor time, 300 ms"`,
		`<a href="#cell-busy-L7" data-file="main.go" data-line="7" class="fbox own"`,
		`<title>main.hot: 240 ms, 80 % of all. main.go:7</title>`,
		`<g role="img" class="fbox rt"`,
		`data-x="80" data-w="10"`, `<rect x="80%" y="48" width="10%" height="22"/><svg x="80%" y="48" width="10%" height="22"><text x="6" y="15">`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s\n%s", want, svg)
		}
	}
}

// The panel says it all in a table too, in words, with nothing inline and
// nothing of the program's as markup.
func TestProfilePanel(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	panel := func(v *ProfileView) string {
		var b bytes.Buffer
		if err := r.RunPanel(&b, nil, CellView{Result: sampleResults()["ok"], Profile: v}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	html := panel(sampleProfile())
	checkInline(t, map[string]string{"profile": html})
	if strings.Contains(html, "<script>") {
		t.Error("a name became markup")
	}
	for _, want := range []string{
		"CPU profile", "30 samples in 400 ms", "100 samples a second.", `href="/api/profiles/p1/raw"`, "your function, framed",
		`<caption>Processor time by function`, `<code>main.hot</code> <small>yours</small> main.go:7`, `<td class="n">240 ms <small>80 %</small></td>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the panel lacks %s", want)
		}
	}
	if strings.Contains(html, "too few") {
		t.Error("30 samples are called too few")
	}
	few := sampleProfile()
	few.Profile.Samples = 3
	none := &ProfileView{Info: &sandbox.ProfileInfo{What: "mutex", Problem: "The program ended by a panic."}}
	gone := &ProfileView{Gone: true, Info: &sandbox.ProfileInfo{What: "heap"}}
	cut := sampleProfile()
	cut.Info.Ended = "idle"
	for want, v := range map[string]*ProfileView{
		"3 samples were taken, at 100 a second": few, "ended by a panic": none, "no longer kept": gone, "nothing had run for a while": cut,
	} {
		if html := panel(v); !strings.Contains(html, want) {
			t.Errorf("the panel lacks %q: %s", want, html)
		}
	}
}

// Every kind of profile has a title and a place in the list beside the button.
func TestProfileKinds(t *testing.T) {
	listed := map[string]bool{}
	for _, k := range kindNames {
		listed[k.value] = true
	}
	for i, what := range sandbox.Profiles() {
		if profileTitles[what] == "" || !listed[sandbox.ProfileKinds()[i]] {
			t.Errorf("%s: title %q, listed %v", what, profileTitles[what], listed[sandbox.ProfileKinds()[i]])
		}
	}
}

// The list beside the button has for tests and benchmarks what they can be had
// with, and is of one tongue with what a job is called.
func TestKindsOfTests(t *testing.T) {
	for _, c := range []struct {
		verb, word string
		last       string
		chosen     string
		first      string
		fake       bool
	}{
		{"run", "profile", "", "profile:cpu", "program Just run", true},
		{"bench", "profile", "", "profile:cpu", "bench Just measure", false},
		{"bench", "asm", "", "asm", "bench Just measure", false},
		{"test", "asm profile", "", "both:cpu", "test Just test", false},
		{"test", "asm profile", "test", "test", "test Just test", false},
		{"bench", "", KindOf(&sandbox.Job{Kind: sandbox.KindBench, Asm: true, Profile: "cpu"}), "", "bench Just measure", false}, // another fence's
		{"test", "cover", "", "test", "test Just test", false},
		{"test", "race", KindOf(&sandbox.Job{Kind: sandbox.KindTest, Profile: "heap", Race: true}), "profile:heap", "test Race detector", false},
		{"test", "", KindOf(&sandbox.Job{Kind: sandbox.KindCover, Race: true}), "race", "test Just test", false},
		{"test", "", KindOf(&sandbox.Job{Kind: sandbox.KindCover}), "test", "test Just test", false},
		{"bench", "", KindOf(&sandbox.Job{Kind: sandbox.KindBench, Asm: true}), "asm", "bench Just measure", false},
	} {
		options := map[string]string{}
		for _, word := range strings.Fields(c.word) {
			options[word] = map[string]string{"profile": "cpu"}[word]
			if options[word] == "" {
				options[word] = "true"
			}
		}
		list := kindOptions(&content.Cell{Verb: c.verb, Options: options}, c.last)
		chosen, fake := "", false
		for _, k := range list {
			if k.Chosen {
				chosen += k.Value
			}
			fake = fake || k.Value == KindFake
		}
		if chosen != c.chosen || list[0].Value+" "+list[0].Text != c.first || fake != c.fake {
			t.Errorf("go %s %s after %q: %+v", c.verb, c.word, c.last, list)
		}
	}
}

// A name is shortened to what its box can hold.
func TestFitting(t *testing.T) {
	for _, c := range []struct {
		name  string
		width float64
		want  string
	}{
		{"main.hot", 100, "main.hot"}, {"main.hot", 50, "main…"}, {"main.hot", 20, ""},
		{"golang.org/x/exp/trace.Read", 120, "trace.Read"},
	} {
		if got := fitting(c.name, c.width); got != c.want {
			t.Errorf("fitting(%q, %v) = %q, want %q", c.name, c.width, got, c.want)
		}
	}
	if originOf("runtime.gopark", false) != "rt" || originOf("fmt.Sprint", false) != "std" || originOf("main.f", true) != "own" || originOf("internal/runtime/maps.get", false) != "rt" {
		t.Error("origins are mixed up")
	}
}
