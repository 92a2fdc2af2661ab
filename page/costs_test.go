package page

import (
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// costly is a trace in which three lines took time.
func costly() *TraceView {
	return &TraceView{ID: "t1", Trace: &exectrace.Trace{Metrics: exectrace.Metrics{Lines: []exectrace.LineCost{
		{File: "main.go", Line: 2, RunningMS: new(1.), RunnableMS: 2, WaitingMS: map[string]float64{"sync": 40, "chan receive": 3, "select": .5}},
		{File: "main.go", Line: 1, WaitingMS: map[string]float64{"sleep": 7}},
		{File: "other.go", Line: 1, RunningMS: new(5.)},
	}}}}
}

func TestCostsSayHowALineSpentItsTime(t *testing.T) {
	costs := lineCosts(costly())
	if len(costs) != 3 || costs[0].File != "main.go" || costs[0].Line != 2 {
		t.Fatalf("costs are %+v", costs)
	}
	html := string(costs[0].HTML)
	for _, want := range []string{
		`title="main.go:2: ran at least 1 ms, waited to run 2 ms, blocked (sync) 40 ms, blocked (chan receive) 3 ms, blocked (select) 500 µs` + costNote + `"`,
		`href="/traces/t1"`, `data-at="2"`, `#sw-running`, `#sw-runnable`, `<span class="cp mx"><svg class="sw" aria-hidden="true"><use href="#sw-sync"/></svg>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("a cost lacks %s:\n%s", want, html)
		}
	}
	if n := strings.Count(html, `class="cp`); n != shownCosts {
		t.Errorf("%d parts are drawn, want %d", n, shownCosts)
	}
	if lineCosts(nil) != nil || lineCosts(&TraceView{Problem: "none"}) != nil {
		t.Error("there are costs without a trace")
	}
}

func TestCostsHangOnTheirLines(t *testing.T) {
	files := []fileData{{Name: "main.go", Blocks: blocks(codeLines("main.go", "package main\nfunc main() {}\n", "", nil))}, {Name: "b.go"}}
	hangCosts(files, lineCosts(costly()))
	lines := files[0].Blocks[0].Lines
	if !strings.Contains(string(lines[0].Cost), "blocked (sleep) 7 ms") || !strings.Contains(string(lines[1].Cost), "ran at least 1 ms") {
		t.Errorf("costs are %q and %q", lines[0].Cost, lines[1].Cost)
	}
}
