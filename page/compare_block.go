package page

import (
	"fmt"
	"io"

	"course/tutor/content"
)

// Compare writes the recorded traces of two listings of the page below each
// other on one time axis, with what differs.
func (cw cellWriter) Compare(w io.Writer, c *content.Comparison) error {
	drawn, err := TraceCompare(cw.recorded(c.A), cw.recorded(c.B))
	if err == nil {
		_, err = io.WriteString(w, string(drawn)+"\n")
	}
	if err != nil {
		return fmt.Errorf("compare %s with %s: %w", c.A, c.B, err)
	}
	return nil
}

// recorded is the recorded trace of a listing of this page under the name of
// its file, or the sentence that there is none.
func (cw cellWriter) recorded(id string) *TraceView {
	name := id
	for _, c := range cw.v.Page.Cells {
		if c.ID == id {
			name = mainFile(c)
		}
	}
	rec := cw.v.Cells[id].Recorded
	if rec == nil || rec.Trace == nil {
		return &TraceView{Title: name, Problem: "This listing has no recorded trace. Run it to see one."}
	}
	own := *rec.Trace
	own.Title = name
	return &own
}
