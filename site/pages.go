package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// html renders whole, then answers: a page that fails half way is an error.
func html(c echo.Context, status int, render func(io.Writer) error) error {
	var b bytes.Buffer
	if err := render(&b); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		return c.HTMLBlob(status, compressed(b.Bytes(), gzip.BestSpeed))
	}
	return c.HTMLBlob(status, b.Bytes())
}

// chrome is what every page shows. Progress may be nil.
func (s *Server) chrome(c echo.Context, progress map[string]learner.Progress) page.Chrome {
	m := s.Machine()
	states := make(map[string]string, len(progress))
	for key, p := range progress {
		states[key] = string(p.State)
	}
	return page.Chrome{
		Course: s.Course, Path: c.Request().URL.Path, Isolation: m.Isolation, Mends: m.Mends,
		GoVersion: m.GoVersion, GoProblem: m.Problem, Approximate: m.Approximate, States: states,
	}
}

// home is GET /.
func (s *Server) home(c echo.Context) error {
	progress, err := s.Store.Progress(c.Request().Context())
	if err != nil {
		return err
	}
	v := page.HomeView{Chrome: s.chrome(c, progress), Resume: s.resume(progress), Exercises: s.exercises}
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.Home(w, v) })
}

// resume is where the learner was last; nil when they were nowhere yet.
func (s *Server) resume(progress map[string]learner.Progress) *page.Resume {
	var last learner.Progress
	var where *page.Resume
	for _, p := range progress {
		if to := s.target(p.Key); to != nil && (where == nil || p.Updated.After(last.Updated)) {
			last, where = p, to
		}
	}
	return where
}

// target is the page of a progress key; nil when the course has none.
func (s *Server) target(key string) *page.Resume {
	if ex, ok := s.exerciseOf(key); ok {
		return &page.Resume{Title: ex.Title, URL: "/exercises/" + ex.ID, Chapter: ex.Chapter}
	}
	if ch, p := s.section(key); p != nil {
		return &page.Resume{Title: strings.TrimSpace(p.Number + " " + p.Title), URL: p.URL(), Chapter: ch.Slug}
	}
	return nil
}

// section finds the section of a progress key.
func (s *Server) section(key string) (*content.Chapter, *content.Page) {
	where, ok := strings.CutPrefix(key, "section:")
	slug, section, _ := strings.Cut(where, "/")
	ch := s.Course.Chapter(slug)
	if !ok || ch == nil {
		return nil, nil
	}
	return ch, ch.Section(section)
}

func sectionKey(ch *content.Chapter, p *content.Page) string {
	return "section:" + ch.Slug + "/" + p.Slug
}

// at finds the page that the path of a request names.
func (s *Server) at(c echo.Context) (*content.Chapter, *content.Page, error) {
	ch := s.Course.Chapter(c.Param("slug"))
	if ch == nil {
		return nil, nil, fail("not-found", "There is no chapter %q in this course. The front page lists those there are.", clip(c.Param("slug"), maxName))
	}
	section := c.Param("section")
	if section == "" {
		return ch, ch.Page, nil
	}
	p := ch.Section(section)
	if p == nil {
		return nil, nil, fail("not-found", "There is no section %q in this chapter. Its own page lists those there are.", clip(section, maxName))
	}
	return ch, p, nil
}

// chapterPage is GET /chapters/{slug} and /chapters/{slug}/{section}.
func (s *Server) chapterPage(c echo.Context) error {
	ch, p, err := s.at(c)
	if err != nil {
		return err
	}
	return s.showChapter(c, http.StatusOK, ch, p, nil)
}

// showChapter renders a page of the course. Instead says what to show of a
// cell in place of what is stored, by cell id.
func (s *Server) showChapter(c echo.Context, status int, ch *content.Chapter, p *content.Page, instead map[string]page.CellView) error {
	ctx := c.Request().Context()
	if p.Slug != "" && p.Status == content.Written && c.Request().Header.Get("Sec-Purpose") == "" {
		if err := s.Store.SetProgress(ctx, learner.Progress{Key: sectionKey(ch, p), State: learner.Tried}); err != nil {
			s.Log.Error("remember where the learner is", "err", err) // the page is worth more
		}
	}
	progress, err := s.Store.Progress(ctx)
	if err != nil {
		return err
	}
	v := page.ChapterView{Chrome: s.chrome(c, progress), Chapter: ch, Page: p, Exercises: s.exercises}
	if v.Cells, err = s.cellViews(ctx, p, c.QueryParam("run")); err != nil {
		return err
	}
	for id, cell := range instead {
		v.Cells[id] = cell
	}
	return html(c, status, func(w io.Writer) error { return s.Page.Chapter(w, v) })
}

// cellViews is what is known of each cell of a page.
func (s *Server) cellViews(ctx context.Context, p *content.Page, run string) (map[string]page.CellView, error) {
	recorded := s.recorded.all(ctx, p.Cells, s.Log)
	views := make(map[string]page.CellView, len(p.Cells))
	for _, cell := range p.Cells {
		if !cell.Runs() {
			continue
		}
		v, err := s.cellView(ctx, cell, run)
		if err != nil {
			return nil, err
		}
		v.Recorded = recorded[cell.ID]
		views[cell.ID] = v
	}
	return views, nil
}

// cellView is a cell with the learner's draft and what came of running it: the
// run that was asked for, or the last one of the text that is shown.
func (s *Server) cellView(ctx context.Context, cell *content.Cell, run string) (page.CellView, error) {
	d, found, err := s.Store.Draft(ctx, cell.Key)
	if err != nil {
		return page.CellView{}, err
	}
	v := page.CellView{Version: d.Version}
	shown := starterOf(cell)
	if found {
		v.Files, shown = d.Files, d.Files
		v.Input = shownInput(ofItsOwn(cell, d.Input))
		v.NewStarter = starterChanges(d, starterOf(cell))
	}
	rec, ok := s.runs.get(run)
	if !ok || rec.key != cell.Key {
		rec, ok = s.runs.newest(isLast(cell, shown, d.Input))
	}
	if ok {
		s.fillRun(&v, rec)
	}
	return v, nil
}

func (s *Server) fillRun(v *page.CellView, rec *ranRecord) {
	v.Result, v.Problem, v.Picked, v.Before = rec.result, rec.problem, rec.picked, nil
	if rec.again {
		v.Before = rec.before
	}
	v.Profile, v.Kind, v.Fed = s.profileView(rec.result), rec.kind, s.fed(rec)
	if rec.result != nil && rec.result.Trace != nil {
		v.Trace = s.traceView(rec.result.Trace.ID)
		if why := rec.result.Trace.Problem; v.Trace == nil && why != "" {
			v.Trace = &page.TraceView{Problem: why}
		}
	}
}

// sameFiles says whether two sets of files hold the same.
func sameFiles(a, b []sandbox.File) bool {
	if len(a) != len(b) {
		return false
	}
	text := make(map[string]string, len(a))
	for _, f := range a {
		text[f.Name] = f.Content
	}
	for _, f := range b {
		if have, ok := text[f.Name]; !ok || have != f.Content {
			return false
		}
	}
	return true
}

// runPanel is GET /runs/{id}/panel: what a cell shows of a run.
func (s *Server) runPanel(c echo.Context) error {
	rec, ok := s.runs.get(c.Param("id"))
	if !ok {
		return fail("not-found", "There is no run %q, or it is no longer kept. Run it again.", clip(c.Param("id"), maxName))
	}
	var v page.CellView
	s.fillRun(&v, rec)
	v.Files = rec.files
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.RunPanel(w, s.cells[rec.key].cell, v) })
}

// tracePanel is GET /traces/{id}/panel.
func (s *Server) tracePanel(c echo.Context) error {
	t, err := s.trace(c.Param("id"))
	if err != nil {
		return err
	}
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.TracePanelFragment(w, s.viewOf(t)) })
}

// tracePage is GET /traces/{id}.
func (s *Server) tracePage(c echo.Context) error {
	t, err := s.trace(c.Param("id"))
	if err != nil {
		return err
	}
	v := page.DocView{Chrome: s.chrome(c, nil), Title: "Trace", Trace: s.viewOf(t)}
	v.Trace.Lines = s.linesOf(t.cellID)
	if t.title != "" {
		v.Title = "Trace: " + t.title
	}
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.Doc(w, v) })
}

// linesOf begins the address of a line of a listing: its number follows. "" for
// one that stands nowhere in the course.
func (s *Server) linesOf(cellID string) string {
	at, ok := s.cellByID(cellID)
	if !ok {
		return ""
	}
	return at.page.URL() + "#cell-" + cellID + "-L"
}

// verdictPanel is GET /verdicts/{id}/panel.
func (s *Server) verdictPanel(c echo.Context) error {
	rec, ok := s.checks.get(c.Param("id"))
	if !ok {
		return fail("not-found", "There is no verdict %q, or it is no longer kept. Check again.", clip(c.Param("id"), maxName))
	}
	v, err := s.exerciseView(c, s.exercises[rec.exercise], rec)
	if err != nil {
		return err
	}
	return html(c, http.StatusOK, func(w io.Writer) error { return s.Page.VerdictPanel(w, v) })
}

// exercisePage is GET /exercises/{id}.
func (s *Server) exercisePage(c echo.Context) error {
	ex, err := s.exercise(c.Param("id"))
	if err != nil {
		return err
	}
	rec, ok := s.checks.get(c.QueryParam("check"))
	if !ok || rec.exercise != ex.ID {
		rec, _ = s.checks.newest(func(r *checkRecord) bool { return r.exercise == ex.ID && r.verdict != nil })
	}
	return s.showExercise(c, http.StatusOK, ex, rec, nil)
}

// showExercise renders the page of an exercise; typed, when not nil, is shown
// in place of the draft.
func (s *Server) showExercise(c echo.Context, status int, ex *exercises.Exercise, rec *checkRecord, typed *checkRecord) error {
	v, err := s.exerciseView(c, ex, rec)
	if err != nil {
		return err
	}
	if typed != nil {
		v.Files, v.Answers, v.Problem, v.Changed = typed.files, typed.answers, typed.problem, true
	}
	return html(c, status, func(w io.Writer) error { return s.Page.Exercise(w, v) })
}

// exerciseView is an exercise with the learner's draft and a check of it,
// which may be nil.
func (s *Server) exerciseView(c echo.Context, ex *exercises.Exercise, rec *checkRecord) (page.ExerciseView, error) {
	ctx := c.Request().Context()
	progress, err := s.Store.Progress(ctx)
	if err != nil {
		return page.ExerciseView{}, err
	}
	d, found, err := s.Store.Draft(ctx, exerciseKey(ex.ID))
	if err != nil {
		return page.ExerciseView{}, err
	}
	v := page.ExerciseView{Chrome: s.chrome(c, progress), Exercise: ex, Files: editable(ex), Answers: d.Answers, Version: d.Version}
	if found {
		v.Files, v.Changed = d.Files, !sameFiles(d.Files, editable(ex))
		v.NewStarter = starterChanges(d, editable(ex))
	}
	s.fillVerdict(&v, rec)
	s.fillSolution(&v, progress[exerciseKey(ex.ID)], c.QueryParam("solution") != "")
	v.NextURL, v.NextTitle = s.after(ex)
	return v, s.fillTexts(&v)
}

// fillTexts renders the task and the hints.
func (s *Server) fillTexts(v *page.ExerciseView) (err error) {
	if v.TaskHTML, _, err = content.Markdown(v.Exercise.Task); err != nil {
		return err
	}
	for _, h := range v.Exercise.Hints {
		text, _, err := content.Markdown(h.Text)
		if err != nil {
			return err
		}
		v.Hints = append(v.Hints, page.HintView{Summary: h.Summary, HTML: text})
	}
	return nil
}

func (s *Server) fillVerdict(v *page.ExerciseView, rec *checkRecord) {
	if rec == nil {
		return
	}
	v.Verdict, v.Problem, v.Traces = rec.verdict, rec.problem, s.traceViews(rec.traces)
	v.VerdictOld = rec.verdict != nil && (!sameFiles(rec.files, v.Files) || !sameAnswers(rec.answers, v.Answers))
}

// sameAnswers says whether two sets of answers hold the same; an empty answer
// is none.
func sameAnswers(a, b map[string]string) bool {
	for _, pair := range [][2]map[string]string{{a, b}, {b, a}} {
		for id, text := range pair[0] {
			if pair[1][id] != text {
				return false
			}
		}
	}
	return true
}

// after is where a learner goes from an exercise: the section after the one
// that names it, else its chapter.
func (s *Server) after(ex *exercises.Exercise) (url, title string) {
	ch := s.Course.Chapter(ex.Chapter)
	if ch == nil {
		return "/", s.Course.Title
	}
	for i, p := range ch.Sections {
		if mentions(p, ex.ID) && i+1 < len(ch.Sections) && ch.Sections[i+1].Status == content.Written {
			next := ch.Sections[i+1]
			return next.URL(), next.Title
		}
	}
	return ch.Page.URL(), ch.Page.Title
}

// mentions says whether a page names an exercise.
func mentions(p *content.Page, id string) bool {
	for _, have := range p.Exercises {
		if have == id {
			return true
		}
	}
	for _, c := range p.Cells {
		if c.Exercise == id {
			return true
		}
	}
	return false
}
