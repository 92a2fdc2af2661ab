package site

import (
	"context"
	"strconv"

	"course/tutor/sandbox"
)

// keepMore keeps the traces that a run left besides its own: those that its
// program took itself, and the end of one that was cut.
func (s *Server) keepMore(ctx context.Context, cellID string, res *sandbox.Result) {
	for i := range res.Artifacts {
		a := &res.Artifacts[i]
		title := a.Name
		switch {
		case ctx.Err() != nil || len(a.Data) == 0:
			continue
		case a.Kind == "trace-end":
			title = "the end of run " + res.ID
		case a.Kind != "trace-file":
			continue
		}
		t := s.readTrace(ctx, res.ID+"-"+strconv.Itoa(i), res.Packages, a.Data)
		t.title, t.cellID = title, cellID
		s.keepTrace(t)
		a.ID = t.id
		if a.Kind == "trace-end" && res.Trace != nil && res.Trace.End != nil {
			res.Trace.End.ID = t.id
		}
	}
}
