package page

import (
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// resultsHTML is the panel below the code of a listing that was run.
func resultsHTML(t *testing.T, r *sandbox.Result, options map[string]string) string {
	t.Helper()
	renderer, err := New()
	if err != nil {
		t.Fatal(err)
	}
	c := &content.Cell{ID: "one", Verb: "run", Options: options, Files: []content.File{{Name: "main.go", Content: "package main\n"}}}
	var b strings.Builder
	if err := renderer.tmpl.ExecuteTemplate(&b, "cell", newCell(c, CellView{Result: r}, "/run", "")); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func raced() *sandbox.Result {
	return &sandbox.Result{ID: "r", Status: sandbox.StatusRace, ExitCode: 66, Race: true, Diagnostics: []sandbox.Diagnostic{
		{File: "main.go", Line: 12, Code: "runtime:race", Message: "data race: read by goroutine 8 (started at main.go:11) in main.f; previous write by the main goroutine in main.main at main.go:15", Explain: "Two goroutines use the same memory. Guard both."},
		{File: "main.go", Line: 15, Code: "runtime:race", Message: "data race: previous write by the main goroutine in main.main; read by goroutine 8 (started at main.go:11) in main.f at main.go:12", Explain: "Two goroutines use the same memory. Guard both."},
	}}
}

// Both accesses are lines to go to, with who made them and where it started.
func TestRaceShowsBothAccesses(t *testing.T) {
	html := resultsHTML(t, raced(), map[string]string{"race": "true"})
	for _, want := range []string{
		"<b>Data race.</b> main.go:12 and main.go:15",
		`Read by goroutine 8 (started at main.go:11) in main.f: <a href="#cell-one-L12"`,
		`Previous write by the main goroutine in main.main: <a href="#cell-one-L15"`,
		"race detector on",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(html, "Read by goroutine 8"); n != 1 || strings.Contains(html, "Race 1") {
		t.Errorf("the only race is told %d times", n)
	}
	inTest := raced()
	inTest.Kind, inTest.Status, inTest.Tests = sandbox.KindTest, sandbox.StatusTestFailed, []sandbox.Test{{Name: "TestA", Status: sandbox.TestFailed}}
	html = resultsHTML(t, inTest, nil)
	for _, want := range []string{"First: TestA. Data race: main.go:12 and main.go:15", `<a href="#cell-one-L12"`, `<a href="#cell-one-L15"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page of a test with a race lacks %s", want)
		}
	}
	marks := underLines(CellView{Result: raced()})
	if len(marks) != 2 || marks[0].Line != 12 || marks[1].Line != 15 {
		t.Errorf("marked are %v", marks)
	}
}

// A race of which both accesses are on one line has two goroutines all the same,
// and of several races it can be seen which accesses belong together.
func TestRacesAreToldApart(t *testing.T) {
	r := raced()
	r.Diagnostics = append([]sandbox.Diagnostic{{File: "main.go", Line: 21, Code: "runtime:race",
		Message: "data race: read by goroutine 9 (started at main.go:26) in main.bump; previous write by goroutine 8 (started at main.go:25) in main.bump at main.go:21",
		Explain: "Two goroutines use the same memory. Guard both."}}, r.Diagnostics...)
	html := resultsHTML(t, r, map[string]string{"race": "true"})
	rest := html
	for _, want := range []string{
		"Race 1 of 2", `Read by goroutine 9 (started at main.go:26) in main.bump: <a href="#cell-one-L21"`,
		`Previous write by goroutine 8 (started at main.go:25) in main.bump: <a href="#cell-one-L21"`,
		"Race 2 of 2", "Read by goroutine 8 (started at main.go:11) in main.f", "Previous write by the main goroutine in main.main",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the page lacks %s, or has it elsewhere:\n%s", want, html)
		}
		rest = after
	}
	// What has no line of the learner's has none to go to.
	bare := explain(&sandbox.Result{Status: sandbox.StatusRace, Diagnostics: []sandbox.Diagnostic{{Code: "runtime:race",
		Message: "data race: read by goroutine 9 (started at main.go:26); write by goroutine 8 (started at main.go:25)", Explain: "Two. Guard both."}}})
	if want := (explainedPlace{Text: "Write by goroutine 8 (started at main.go:25)"}); len(bare.Races) != 1 || bare.Races[0].Accesses[1] != want {
		t.Errorf("%+v", bare.Races)
	}
}

// On the fake clock GOMAXPROCS is 1, whatever the listing asks for.
func TestFakeClockHasNoOtherProcs(t *testing.T) {
	for _, c := range []struct {
		options map[string]string
		kind    string
		want    string
	}{
		{map[string]string{"procs": "2"}, "", `<span class="tag" data-procs>GOMAXPROCS 2</span>`},
		{map[string]string{"procs": "2"}, KindFake, `<span class="tag" data-procs hidden>GOMAXPROCS 2</span>`},
		{map[string]string{"vary": "GOMAXPROCS:1,2"}, KindFake, `<span class="tag" data-procs hidden>GOMAXPROCS 1`},
		{map[string]string{"procs": "2", "clock": "fake"}, "", ""},
	} {
		renderer, err := New()
		if err != nil {
			t.Fatal(err)
		}
		cell := &content.Cell{ID: "one", Verb: "run", Options: c.options, Files: []content.File{{Name: "main.go"}}}
		var b strings.Builder
		if err := renderer.tmpl.ExecuteTemplate(&b, "cell", newCell(cell, CellView{Kind: c.kind}, "/run", "")); err != nil {
			t.Fatal(err)
		}
		if html := b.String(); !strings.Contains(html, c.want) || c.want == "" && strings.Contains(html, "GOMAXPROCS") {
			t.Errorf("%v as %q: no %s in\n%s", c.options, c.kind, c.want, html)
		}
	}
}

// All the output is there without a script; what a replay would add is said.
func TestFakeClockIsSaid(t *testing.T) {
	r := &sandbox.Result{ID: "r", Status: sandbox.StatusOK, Clock: sandbox.ClockFake, Events: []sandbox.Output{
		{TMS: 0, Stream: "stdout", Text: "go\n"}, {TMS: 2500, Stream: "stdout", Text: "done\n"},
	}}
	html := resultsHTML(t, r, map[string]string{"clock": "fake"})
	for _, want := range []string{"Times are of the fake clock", "It prints the same each time.", "2.50 s", `data-act="skip"`, ">done<", "fake clock</span>", "the program saw the fake one"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(html, `data-act="trace"`) {
		t.Error("a trace is offered, which the fake clock has not")
	}
	r.Varies = []sandbox.Diagnostic{{File: "main.go", Line: 7, Message: "a select with several cases takes any that is ready"}}
	html = resultsHTML(t, r, nil)
	if !strings.Contains(html, "The next run may differ: a select with several cases takes any that is ready (main.go:7).") || strings.Contains(html, "the same each time") {
		t.Error("what varies is not said")
	}
	r.Varies = append(r.Varies, sandbox.Diagnostic{Message: "a limit ended it, on the real clock"})
	if says := MayDiffer(r); !strings.HasSuffix(says, "(main.go:7); a limit ended it, on the real clock.") {
		t.Errorf("it says %q", says)
	}
	r.Clock = sandbox.ClockReal
	if html = resultsHTML(t, r, nil); strings.Contains(html, "fake clock") || strings.Contains(html, `data-act="skip"`) {
		t.Error("the real clock is called fake")
	}
}
