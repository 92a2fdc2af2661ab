package site

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// Form posts do for readers without scripts what the API does for scripts.
// Each saves what was typed before it does anything with it, and answers with
// a redirect, so that reloading repeats nothing.

// form is what a form post holds.
type form struct {
	values  url.Values
	files   []sandbox.File // those of names, in their order
	answers map[string]string
}

// readForm reads a form post. Names are the files that it may hold.
func readForm(r *http.Request, names []sandbox.File) (*form, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && kind != "multipart/form-data" {
		return nil, fail("media-type", "This address takes a form, as a browser sends it. Scripts use the API: /api/openapi.json.")
	}
	err := r.ParseForm()
	if err == nil && kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxBody)
	}
	if err != nil {
		return nil, bodyError(err)
	}
	f := &form{values: r.PostForm, answers: map[string]string{}}
	for _, file := range names {
		if text, sent := r.PostForm["file:"+file.Name]; sent {
			f.files = append(f.files, sandbox.File{Name: file.Name, Content: newlines(text[0])})
		}
	}
	for field, text := range r.PostForm {
		if id, ok := strings.CutPrefix(field, "answer:"); ok {
			f.answers[id] = text[0]
		}
		if name, ok := strings.CutPrefix(field, "file:"); ok && !has(names, name) {
			return nil, fail("bad-name", "There is no file %q to change here.", clip(name, maxName))
		}
	}
	return f, nil
}

func has(files []sandbox.File, name string) bool {
	for _, f := range files {
		if f.Name == name {
			return true
		}
	}
	return false
}

// newlines undoes what browsers do to the text of a form: each line ends in
// CR LF.
func newlines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// number is a field that holds a number; -1 when it holds none.
func (f *form) number(field string) int {
	n, err := strconv.Atoi(f.values.Get(field))
	if err != nil {
		return -1
	}
	return n
}

// postRun is POST /chapters/{slug}/{section}/run: action run or reset.
func (s *Server) postRun(c echo.Context) error {
	ch, p, err := s.at(c)
	if err != nil {
		return err
	}
	cell, f, err := cellForm(c, p)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if f.values.Get("action") == "reset" {
		if err := s.Store.DeleteDraft(ctx, cell.Key); err != nil {
			return err
		}
		return backTo(c, p.URL(), nil, "cell-"+cell.ID)
	}
	rec := &ranRecord{key: cell.Key, files: f.files, picked: max(0, f.number("predict"))}
	input := formInput(cell, f)
	told, err := "", checkRunFiles(f.files)
	if err == nil {
		err = checkInput(input)
	}
	if err == nil {
		told, err = s.saveForm(ctx, learner.Draft{Key: cell.Key, Files: f.files, Input: input}, f)
	}
	var job sandbox.Job
	if err == nil {
		job, err = cellJob(cell, f.files)
	}
	if err == nil {
		err = feed(&job, cell, input)
	}
	if err == nil {
		asked := askedFor(f.values.Get("kind"), cell)
		if err = asked.available(); err == nil {
			err = asked.over(&job)
		}
	}
	if err != nil {
		return s.showChapter(c, problemOf(err).Status, ch, p, map[string]page.CellView{
			cell.ID: {Files: f.files, Input: shownInput(input), Problem: problemOf(err).Detail, Picked: rec.picked},
		})
	}
	job.Trace = job.Trace || f.values.Get("trace") != "" && job.Kind != sandbox.KindAsm && job.Clock != sandbox.ClockFake
	if job.Kind == sandbox.KindTest && f.values.Get("cover") != "" {
		job.Kind = sandbox.KindCover
		dropVary(&job)
	}
	s.runForm(ctx, job, rec, told)
	return backTo(c, p.URL(), url.Values{"run": {rec.id}}, "cell-"+cell.ID)
}

// askedFor is a choice of the list beside the button in the words of a request.
func askedFor(choice string, c *content.Cell) runRequest {
	base := c.Kind()
	what, profiled := strings.CutPrefix(choice, string(sandbox.KindProfile)+":")
	switch of, both := strings.CutPrefix(choice, page.KindBoth+":"); {
	case both:
		return runRequest{Kind: base, Profile: of, Asm: true}
	case choice == page.KindRace:
		return runRequest{Kind: base, Race: true}
	case choice == page.KindFake:
		return runRequest{Kind: base, Clock: sandbox.ClockFake}
	case c.Tests() && choice == string(sandbox.KindAsm):
		return runRequest{Kind: base, Asm: true}
	case c.Tests() && profiled:
		return runRequest{Kind: base, Profile: what}
	case c.Tests() && choice != "":
		return runRequest{Kind: base}
	}
	return runRequest{Kind: choice}
}

// cellForm reads a form post for a cell of a page.
func cellForm(c echo.Context, p *content.Page) (*content.Cell, *form, error) {
	var all []sandbox.File
	for _, cell := range p.Cells {
		all = append(all, starterOf(cell)...)
	}
	f, err := readForm(c.Request(), all)
	if err != nil {
		return nil, nil, err
	}
	for _, cell := range p.Cells {
		if cell.ID != f.values.Get("cell") || !cell.Runs() {
			continue
		}
		f, err := readForm(c.Request(), starterOf(cell))
		return cell, f, err
	}
	return nil, nil, fail("not-found", "There is no listing %q to run on this page.", clip(f.values.Get("cell"), maxName))
}

// runForm runs a job for a form post: whatever happens, rec says so under an
// id that the page can be asked for.
func (s *Server) runForm(ctx context.Context, job sandbox.Job, rec *ranRecord, told string) {
	rec.problem = told
	rec.replace = true // as the page asks where it has JavaScript
	err := s.run(ctx, job, rec, func(string, any) {})
	if err == nil {
		return
	}
	s.Log.Warn("run failed", "key", rec.key, "err", err)
	if rec.id == "" {
		rec.id = newID()
	}
	rec.problem = problemText(err)
	s.runs.put(rec.id, rec, sizeOf(rec))
}

// problemText is an error in the place of a result, of a form whose text was
// saved.
func problemText(err error) string {
	p := problemOf(err)
	return p.Title + ". " + p.Detail + " What you typed is saved."
}

// notSaved says that what was typed could not be saved; the page it is on
// shows it still.
func (s *Server) notSaved(key string, err error) *problem {
	s.Log.Error("save draft", "key", key, "err", err)
	return fail("internal", "What you typed could not be saved; it is still on this page. Copy it before you leave, or try again. The log says why.")
}

// saveForm saves what was typed in a form. The version that it was typed over
// may be in the field version; when another one is stored, what is typed here
// is saved over it all the same, since it is what is run, and told says where
// the other is. The error is a problem.
func (s *Server) saveForm(ctx context.Context, d learner.Draft, f *form) (told string, err error) {
	if told, err = s.saveOver(ctx, d, f); err != nil {
		return "", s.notSaved(d.Key, err)
	}
	return told, nil
}

func (s *Server) saveOver(ctx context.Context, d learner.Draft, f *form) (told string, err error) {
	old, found, err := s.Store.Draft(ctx, d.Key)
	if err != nil {
		return "", err
	}
	starter, err := s.starter(d.Key)
	if err != nil {
		return "", err
	}
	if !found && sameFiles(d.Files, starter) && sameAnswers(d.Answers, nil) && d.Input == nil {
		return "", nil // nothing was typed
	}
	base := old.Version
	if f.values.Get("version") != "" {
		base = max(0, f.number("version"))
	}
	for range 3 {
		var p *problem
		_, err = s.saveDraft(ctx, d, base, false)
		if !errors.As(err, &p) || p.Draft == nil {
			return told, err
		}
		base, told = p.Draft.Version, "Another tab or window had saved another text here. It is kept in the history; this page shows yours."
	}
	return told, err
}

// backTo redirects to a page of ours.
func backTo(c echo.Context, path string, query url.Values, fragment string) error {
	u := url.URL{Path: path, RawQuery: query.Encode(), Fragment: fragment}
	return c.Redirect(http.StatusSeeOther, u.String())
}

// postRead is POST /chapters/{slug}/{section}/read: the section is done.
func (s *Server) postRead(c echo.Context) error {
	ch, p, err := s.at(c)
	if err != nil {
		return err
	}
	if err := s.Store.SetProgress(c.Request().Context(), learner.Progress{Key: sectionKey(ch, p), State: learner.Read}); err != nil {
		return err
	}
	return backTo(c, p.URL(), nil, "")
}

// postCheck is POST /exercises/{id}/check: action check, save, reset or
// solution.
func (s *Server) postCheck(c echo.Context) error {
	ex, err := s.exercise(c.Param("id"))
	if err != nil {
		return err
	}
	f, err := readForm(c.Request(), editable(ex))
	if err != nil {
		return err
	}
	ctx, key, home := c.Request().Context(), exerciseKey(ex.ID), "/exercises/"+ex.ID
	action := f.values.Get("action")
	if action == "reset" {
		if err := s.Store.DeleteDraft(ctx, key); err != nil {
			return err
		}
		return backTo(c, home, nil, "code")
	}
	rec := &checkRecord{exercise: ex.ID, files: f.files, answers: f.answers}
	told, err := s.saveCheckForm(ctx, ex, rec, f, action)
	if err != nil {
		rec.problem = problemOf(err).Detail
		return s.showExercise(c, problemOf(err).Status, ex, nil, rec)
	}
	switch action {
	case "save":
		return backTo(c, home, nil, "code")
	case "solution":
		return backTo(c, home, url.Values{"solution": {"1"}}, "solution")
	}
	s.checkForm(ctx, ex, rec, told)
	return backTo(c, home, url.Values{"check": {rec.id}}, "checks")
}

// saveCheckForm saves what was typed for an exercise. A form that only asks
// for the solution may hold nothing.
func (s *Server) saveCheckForm(ctx context.Context, ex *exercises.Exercise, rec *checkRecord, f *form, action string) (told string, err error) {
	if action == "solution" && len(rec.files) == 0 {
		return "", nil
	}
	if err := checkFiles(rec.files); err != nil {
		return "", err
	}
	if err := checkAnswers(rec.answers); err != nil {
		return "", err
	}
	return s.saveForm(ctx, learner.Draft{Key: exerciseKey(ex.ID), Files: rec.files, Answers: rec.answers}, f)
}

// checkForm checks for a form post: whatever happens, rec says so.
func (s *Server) checkForm(ctx context.Context, ex *exercises.Exercise, rec *checkRecord, told string) {
	rec.problem = told
	err := s.check(ctx, ex, rec, func(string, any) {})
	if err == nil {
		return
	}
	s.Log.Warn("check failed", "exercise", ex.ID, "err", err)
	if rec.id == "" {
		rec.id = newID()
	}
	rec.problem = problemText(err)
	s.checks.put(rec.id, rec, int64(4096+filesSize(rec.files)))
}
