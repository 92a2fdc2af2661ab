package page

import (
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/sandbox"
)

func panelText(t *testing.T, v CellView) string {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.RunPanel(&b, nil, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTestsBelowTheirParents puts tests that ran at the same time below those
// they belong to, and says what a status is in a word beside its sign.
func TestTestsBelowTheirParents(t *testing.T) {
	rows := newTests(&sandbox.Result{Tests: []sandbox.Test{
		{Name: "TestA", Status: "failed"}, {Name: "TestB", Status: "passed"}, {Name: "TestA/x/y", Status: "passed"},
		{Name: "TestA/z", Status: "failed", Output: "<no>\n"}, {Name: "TestC", Status: "not_run", MS: 5},
		{Package: "in/x", Name: "TestA", Status: "passed"}, {Package: "in/x", Name: "TestA/x", Status: "passed"},
	}})
	var got []string
	for _, r := range rows.Rows {
		got = append(got, r.Name+" "+r.Word+" "+r.Time)
	}
	want := "TestA failed 0 ms|TestA/x/y passed 0 ms|TestA/z failed 0 ms|TestB passed 0 ms|TestC not run |in/x.TestA passed 0 ms|in/x.TestA/x passed 0 ms"
	if s := strings.Join(got, "|"); s != want || rows.Caption != "4 tests: 2 passed, 1 failed, 1 not run" {
		t.Errorf("%s\n%s", s, rows.Caption)
	}
}

// TestFolders shows the files of a listing by their paths, and what is wrong at
// the line of the file that it is in.
func TestFolders(t *testing.T) {
	c := &content.Cell{ID: "a", Verb: "run", Files: []content.File{{Name: "main.go", Content: "package main\n"}, {Name: "greet/main.go", Content: "package greet\n\nvar x int = 1\n"}}}
	wrong := &sandbox.Result{Status: sandbox.StatusCompileError, Diagnostics: []sandbox.Diagnostic{{File: "greet/main.go", Line: 1, Message: "no"}, {File: "greet/none.go", Line: 1, Message: "elsewhere"}}}
	d := newCell(c, CellView{Result: wrong}, "", "")
	if len(d.Files) != 2 || d.Files[1].Name != "greet/main.go" || len(d.Files[0].Blocks[0].Diags) > 0 || len(d.Files[1].Blocks[0].Diags) != 1 {
		t.Errorf("%+v", d.Files)
	}
	if rest := d.Panel.Diags; len(rest) != 1 || rest[0].Message != "elsewhere" {
		t.Errorf("beside the files: %+v", rest)
	}
}

// TestBenchPanel judges two versions that were measured in turn, and does not
// judge a text against itself.
func TestBenchPanel(t *testing.T) {
	slow := sandbox.Bench{Name: "BenchmarkA", NsOp: []float64{200, 201, 202, 203, 204, 205}}
	fast := sandbox.Bench{Name: "BenchmarkA", NsOp: []float64{100, 101, 102, 103, 104, 105}}
	slow.Summarize()
	fast.Summarize()
	now := &sandbox.Result{Kind: sandbox.KindBench, Status: sandbox.StatusOK, Bench: []sandbox.Bench{fast}, Baseline: []sandbox.Bench{slow}}
	text := panelText(t, CellView{Result: now})
	for _, want := range []string{"<b>Faster.</b>", "measured in turn", `class="bb-old"`, "103 ns, between 100 ns and 105 ns; before: 203 ns, between 200 ns and 205 ns.",
		"the thin bar above it is the version before", `Version before</th>`, `<td class="n">103</td><td class="n">100 to 105</td><td class="n">203</td><td class="n">200 to 205</td>`, "1 benchmark, 6 counts each"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Measured alone") {
		t.Errorf("it says of a run that was not alone that it was: %s", text)
	}
	now.Measured = &sandbox.Measured{Alone: true, CPUs: []int{1, 3}, Beside: 2}
	want := "Measured alone: this tutor ran nothing else meanwhile, and it was kept on the processors 1 and 3. Something small was done beside it 2 times"
	if text = panelText(t, CellView{Result: now}); !strings.Contains(text, want) {
		t.Errorf("no %q in %s", want, text)
	}
	now.Baseline = nil
	if text = panelText(t, CellView{Result: now}); strings.Contains(text, "before") || strings.Contains(text, "Its range") {
		t.Errorf("it tells of a version before, and there is none: %s", text)
	}
	text = panelText(t, CellView{Result: now, Before: &sandbox.Result{Bench: []sandbox.Bench{slow}}})
	for _, want := range []string{"the thin bar above it is the run before", `Run before</th>`, `<td class="n">200 to 205</td>`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Faster") || !strings.Contains(text, "The text is the same as in the run before") {
		t.Errorf("a text is judged against itself: %s", text)
	}
}

// TestCoverPanel says in words which lines did not run, and never 100 % of
// what is not all.
func TestCoverPanel(t *testing.T) {
	c := &sandbox.Coverage{Statements: 2001, Covered: 2000,
		Files:     []sandbox.CoveredFile{{Name: "a.go", Blocks: []sandbox.Block{{Line: 3, Col: 1, EndLine: 3, EndCol: 9, Statements: 2000, Count: 1}, {Line: 5, Col: 4, EndLine: 6, EndCol: 9, Statements: 1}}}},
		Functions: []sandbox.CoveredFunc{{Name: "T.F", File: "a.go", Line: 3, Statements: 2001, Covered: 2000}}}
	text := panelText(t, CellView{Result: &sandbox.Result{Kind: sandbox.KindCover, Status: sandbox.StatusOK, Tests: []sandbox.Test{{Name: "TestA", Status: "passed"}}, Cover: c}})
	for _, want := range []string{"99.9 % of statements ran", "a.go: lines 5 to 6", "T.F", `data-at="5" title="a.go:5: not run"`, `data-at="3" title="a.go:3: ran"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "100 %") {
		t.Error("100 % of what is not all")
	}
}
