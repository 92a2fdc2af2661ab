package site

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"course/tutor/exectrace"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// traceRecord is a trace that is kept: the file, and what was read in it.
type traceRecord struct {
	id      string
	title   string
	data    []byte
	trace   *exectrace.Trace // nil when problem says why
	problem string
	unread  *exectrace.Metrics // of one that was cut too early to be shown: nulls, with the reason
	cellID  string
	kept    time.Time
	leaks   *sandbox.LeakProfile // nil when nobody asked
	end     *page.OtherTrace     // leads to the end of one that was cut
}

// view is the trace as a page shows it.
func (t *traceRecord) view() *page.TraceView {
	return &page.TraceView{
		ID: t.id, Title: t.title, Trace: t.trace, Problem: t.problem, CellID: t.cellID, Leaks: t.leaks, End: t.end,
		Recorded: strings.HasPrefix(t.id, recordedID), NoFile: len(t.data) == 0,
	}
}

// metrics are what is known of the trace; nil when it can't be read at all.
func (t *traceRecord) metrics() *exectrace.Metrics {
	if t.trace == nil {
		return t.unread
	}
	return &t.trace.Metrics
}

// traceOfRun analyses the trace that a run left and puts what it says into the
// result. Title is "" where the run leaves but one.
func (s *Server) traceOfRun(ctx context.Context, rec *ranRecord, res *sandbox.Result, title string, tell emit) {
	cellID := ""
	if at, ok := s.cells[rec.key]; ok {
		cellID = at.cell.ID
	}
	s.keepMore(ctx, cellID, res)
	data := res.TraceData()
	if data == nil || ctx.Err() != nil {
		return
	}
	t := s.readTrace(ctx, res.ID, res.Packages, data)
	if t.trace == nil && res.TraceCut() == "stopped" {
		t.problem = "The program read a part of this run's trace itself (runtime.ReadTrace), and what is left of it can't be drawn."
	}
	t.cellID, t.title = cellID, title
	if res.Trace == nil {
		res.Trace = &sandbox.TraceInfo{}
	}
	res.Trace.ID, res.Trace.Problem = t.id, t.problem
	t.leaks, t.end = res.Trace.Leaks, page.TraceEnd(res)
	if t.trace != nil {
		t.trace.Know(res.TraceCut(), res.Status == sandbox.StatusDeadlock, res.Usage.CPU())
		if res.Race {
			t.trace.KnowRace()
		}
		res.Trace.Metrics, res.Trace.Truncated = &t.trace.Metrics, t.trace.Metrics.Truncated
	}
	s.keepTrace(t)
	for i := range res.Artifacts {
		if res.Artifacts[i].Kind == "trace" {
			res.Artifacts[i].ID = t.id
		}
	}
	tell("trace", map[string]string{"id": t.id})
}

// readTrace analyses a trace that is to be kept under id. One that can't be
// analysed is to be kept too, with the reason.
func (s *Server) readTrace(ctx context.Context, id string, own []string, data []byte) *traceRecord {
	t := &traceRecord{id: id, data: data}
	trace, err := s.Analyse(ctx, own, data)
	if err != nil {
		t.problem = fmt.Sprintf("The trace of this run can't be drawn: %v.", err)
		s.Log.Warn("analyse trace", "id", id, "bytes", len(data), "err", err)
	}
	t.trace = trace
	return t
}

// keepTrace keeps a trace: nothing of it is changed from then on.
func (s *Server) keepTrace(t *traceRecord) {
	t.kept = time.Now()
	s.traces.put(t.id, t, t.size())
}

// viewOf is a trace as a page shows it, with the run of the same listing that
// was traced last before it, when that is still kept.
func (s *Server) viewOf(t *traceRecord) *page.TraceView {
	v := t.view()
	if t.cellID == "" || t.title != "" || t.trace == nil || v.Recorded {
		return v
	}
	var before *traceRecord
	for _, o := range s.traces.list() {
		same := o.cellID == t.cellID && o.title == "" && o.trace != nil && o.kept.Before(t.kept)
		if same && (before == nil || o.kept.After(before.kept)) {
			before = o
		}
	}
	if before != nil {
		v.Before = before.id
	}
	return v
}

// size is about how many bytes the record takes.
func (t *traceRecord) size() int64 {
	n := len(t.data) + 4096
	if t.trace != nil {
		n += t.trace.TimelineBytes() + 256*len(t.trace.Goroutines) + 128*len(t.trace.Metrics.Lines)
	}
	return int64(n)
}

// traceView is the kept trace of an id, or the sentence that it is gone; nil
// for no id.
func (s *Server) traceView(id string) *page.TraceView {
	if id == "" {
		return nil
	}
	if t, ok := s.traces.get(id); ok {
		return s.viewOf(t)
	}
	return &page.TraceView{Problem: "This trace is no longer kept. Run it again to see it."}
}

// traceRequest names a trace by its id.
type traceRequest struct {
	ID string `param:"id" json:"-"`
}

// trace finds a kept trace, or one of the book's own.
func (s *Server) trace(id string) (*traceRecord, error) {
	if cell, ok := strings.CutPrefix(id, recordedID); ok {
		if t := s.recordedTrace(cell); t != nil {
			return t, nil
		}
		return nil, fail("not-found", "The book has no recorded trace of a listing %q.", clip(cell, maxName))
	}
	t, ok := s.traces.get(id)
	if !ok {
		return nil, fail("not-found", "There is no trace %q, or it is no longer kept: traces live in memory. Run the program again.", clip(id, maxName))
	}
	return t, nil
}

// apiTrace is GET /api/traces/{id}: the metrics.
func (s *Server) apiTrace(_ context.Context, req *traceRequest) (*exectrace.Metrics, error) {
	t, err := s.trace(req.ID)
	if err != nil {
		return nil, err
	}
	m := t.metrics()
	if m == nil {
		return nil, fail("unsupported", "%s", t.problem)
	}
	return m, nil
}

// rawTrace is GET /api/traces/{id}/raw: the file, for go tool trace.
func (s *Server) rawTrace(c echo.Context) error {
	t, err := s.trace(c.Param("id"))
	if err != nil {
		return err
	}
	if len(t.data) == 0 {
		return fail("not-found", "The file of this trace is not kept, only what was read in it: it is larger than %d MiB. Take the file that was opened.", keepRaw>>20)
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="trace-`+t.id+`.out"`)
	h.Set("Content-Length", strconv.Itoa(len(t.data)))
	return c.Blob(http.StatusOK, "application/octet-stream", t.data)
}

// traceTimeline is GET /api/traces/{id}/timeline: what a page needs first of
// what is drawn, ?block=N a further block of it, ?wakes=N who woke whom in one.
func (s *Server) traceTimeline(c echo.Context) error {
	t, err := s.trace(c.Param("id"))
	if err != nil {
		return err
	}
	if t.trace == nil {
		return fail("unsupported", "%s", t.problem)
	}
	h := c.Response().Header()
	for name, write := range map[string]func(io.Writer, int) error{"block": t.trace.WriteBlock, "wakes": t.trace.WriteWakes} {
		text := c.QueryParam(name)
		if text == "" {
			continue
		}
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= t.trace.Blocks() {
			return fail("not-found", "There is no block %q in this timeline: they are numbered from 0 to %d.", clip(text, maxName), t.trace.Blocks()-1)
		}
		h.Set("Content-Type", "application/octet-stream")
		return write(c.Response(), i)
	}
	h.Set("Content-Type", "application/octet-stream")
	return t.trace.WriteTimeline(c.Response())
}
