package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"course/tutor/exectrace"
	"course/tutor/page"
)

const (
	// maxTrace bounds a trace that is opened, keepRaw one whose bytes are kept.
	maxTrace = 128 << 20
	keepRaw  = 8 << 20
	// uploadWithin is how long a trace may take to arrive.
	uploadWithin = 5 * time.Minute
)

// uploads says whether a route takes a whole trace.
func uploads(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && (c.Path() == "/traces" || c.Path() == "/api/traces")
}

// openTrace reads a trace that somebody hands in, and keeps what was read.
func (s *Server) openTrace(c echo.Context, name string, in io.Reader) (*traceRecord, error) {
	size := c.Request().ContentLength
	if size < 0 {
		size = maxTrace
	}
	raw := &firstBytes{most: keepRaw}
	t, err := s.AnalyseFile(c.Request().Context(), io.TeeReader(in, raw), size)
	rec := &traceRecord{id: newID(), title: name, trace: t}
	if bad := (*exectrace.BadTraceError)(nil); errors.As(err, &bad) {
		if !bad.Cut {
			return nil, fail("bad-trace", "%s can't be opened: %s.", name, describe(bad))
		}
		m := bad.Metrics()
		rec.unread, rec.problem, err = &m, fmt.Sprintf("Nothing of %s can be shown: %s.", name, describe(bad)), nil
	}
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return nil, over("body", maxTrace, int(max(size, maxTrace+1)), "%s is larger than %d MiB, the most that is opened. Trace a shorter stretch of the run.", name, maxTrace>>20)
	}
	if err != nil {
		return nil, err
	}
	rec.data = raw.data
	s.keepTrace(rec)
	return rec, nil
}

// describe is what is wrong with a trace, and where.
func describe(bad *exectrace.BadTraceError) string {
	if bad.Offset > 0 {
		return fmt.Sprintf("%s, near byte %s", bad.What, grouped(int(bad.Offset)))
	}
	return bad.What
}

// firstBytes keeps what is written to it, as long as it is not too much.
type firstBytes struct {
	most int
	data []byte // all of it; nil when it was too much
	over bool
}

// Write implements io.Writer.
func (f *firstBytes) Write(p []byte) (int, error) {
	if f.over = f.over || len(f.data)+len(p) > f.most; f.over {
		f.data = nil
		return len(p), nil
	}
	f.data = append(f.data, p...)
	return len(p), nil
}

// apiOpenTrace is POST /api/traces: the body is the file.
func (s *Server) apiOpenTrace(c echo.Context) error {
	name := plainName(c.QueryParam("name"))
	rec, err := s.openTrace(c, name, c.Request().Body)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Location", "/api/traces/"+rec.id)
	return c.JSON(http.StatusCreated, struct {
		ID      string             `json:"id"`
		Metrics *exectrace.Metrics `json:"metrics"`
	}{rec.id, rec.metrics()})
}

// plainName is the last part of a file's name, as a title.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return "This file"
	}
	return clip(strings.ToValidUTF8(name, "?"), maxName)
}

// postTrace is POST /traces: the form of the page.
func (s *Server) postTrace(c echo.Context) error {
	rec, err := s.traceOfForm(c)
	if p := (*problem)(nil); err != nil {
		if p = problemOf(err); p.Status >= 500 {
			return err
		}
		return s.tracesPage(c, p.Status, p.Detail)
	}
	return c.Redirect(http.StatusSeeOther, "/traces/"+rec.id)
}

func (s *Server) traceOfForm(c echo.Context) (*traceRecord, error) {
	if kind, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); kind != "multipart/form-data" {
		return nil, fail("media-type", "This address takes the form of the page. Scripts send the file as it is: POST /api/traces.")
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return nil, bodyError(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fail("empty", "No file was chosen. Choose a trace, then Open.")
		}
		if err != nil {
			return nil, bodyError(err)
		}
		if part.FormName() != "trace" {
			continue
		}
		if part.FileName() == "" {
			return nil, fail("empty", "No file was chosen. Choose a trace, then Open.")
		}
		return s.openTrace(c, plainName(part.FileName()), part)
	}
}

// traceList is GET /traces.
func (s *Server) traceList(c echo.Context) error { return s.tracesPage(c, http.StatusOK, "") }

func (s *Server) tracesPage(c echo.Context, status int, trouble string) error {
	v := page.TracesView{Chrome: s.chrome(c, nil), Most: fmt.Sprintf("%d MiB", maxTrace>>20), Problem: trouble}
	for _, t := range s.traces.list() {
		switch {
		case t.trace != nil:
			v.List = append(v.List, page.TraceItem{ID: t.id, Name: t.name(), Since: clock(t.kept), Says: page.TraceSays(t.trace)})
		case t.unread != nil:
			v.List = append(v.List, page.TraceItem{ID: t.id, Name: t.name(), Since: clock(t.kept), Says: "cut, and nothing of it can be shown"})
		}
	}
	return html(c, status, func(w io.Writer) error { return s.Page.Traces(w, v) })
}

// name is what a trace is called in a list.
func (t *traceRecord) name() string {
	switch {
	case t.title != "":
		return t.title
	case t.cellID != "":
		return "Your run of " + t.cellID
	}
	return "Run " + clip(t.id, 8)
}

// namesOf are what two traces are called beside each other: where the names are
// the same, as of two runs of a listing, the time tells them apart.
func namesOf(a, b *traceRecord) (string, string) {
	nameA, nameB := a.name(), b.name()
	if nameA != nameB {
		return nameA, nameB
	}
	sinceA, sinceB := clock(a.kept), clock(b.kept)
	if sinceA == sinceB {
		const exact = "15:04:05.000000"
		sinceA, sinceB = a.kept.Format(exact), b.kept.Format(exact)
	}
	return nameA + " (" + sinceA + ")", nameB + " (" + sinceB + ")"
}

// clock is a time of the last days, as the server's clock shows it.
func clock(t time.Time) string {
	if time.Since(t) < 12*time.Hour {
		return t.Format(time.TimeOnly)
	}
	return t.Format("2 Jan " + time.TimeOnly)
}

// compareTraces is GET /traces/compare?a=ID&b=ID.
func (s *Server) compareTraces(c echo.Context) error {
	v := page.CompareView{Chrome: s.chrome(c, nil)}
	a, err := s.trace(c.QueryParam("a"))
	if err != nil {
		return err
	}
	b, err := s.trace(c.QueryParam("b"))
	if err != nil {
		return err
	}
	v.A, v.B = a.view(), b.view()
	v.A.Title, v.B.Title = namesOf(a, b)
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.Compare(w, v) })
}

// readAll is how a trace that arrives is read where nothing better was wired.
func readAll(analyse func(context.Context, []string, []byte) (*exectrace.Trace, error)) func(context.Context, io.Reader, int64) (*exectrace.Trace, error) {
	return func(ctx context.Context, in io.Reader, _ int64) (*exectrace.Trace, error) {
		data, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return analyse(ctx, nil, data)
	}
}
