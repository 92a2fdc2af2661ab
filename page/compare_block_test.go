package page

import (
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// A comparison shows two recorded runs under the names of their files; a
// listing without a recording gets a sentence, not a hole.
func TestCompareBlock(t *testing.T) {
	cell := func(id string) *content.Cell {
		return &content.Cell{ID: id, Verb: "run", Files: []content.File{{Name: id + ".go"}}}
	}
	rec := &Recording{Trace: &TraceView{Recorded: true, Trace: recordedTrace(t, "mutex", exectrace.Options{})}}
	cw := cellWriter{v: ChapterView{
		Page:  &content.Page{Cells: []*content.Cell{cell("locked"), cell("free"), cell("new")}},
		Cells: map[string]CellView{"locked": {Recorded: rec}, "free": {Recorded: rec}},
	}}
	var b strings.Builder
	if err := cw.Compare(&b, &content.Comparison{A: "locked", B: "free"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<div class="trace cmp compare">`, "locked.go", "free.go", "Context switches"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the comparison lacks %s", want)
		}
	}
	b.Reset()
	if err := cw.Compare(&b, &content.Comparison{A: "locked", B: "new"}); err != nil || !strings.Contains(b.String(), "This listing has no recorded trace") {
		t.Errorf("without a recording: %v, %s", err, b.String())
	}
	if rec.Trace.Title != "" {
		t.Error("the shared view was changed")
	}
}
