package site

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// keyPattern is the form of a draft key.
var keyPattern = regexp.MustCompile(`^(cell:[a-z0-9-]+/[a-z0-9.-]+|exercise:[a-z0-9-]+)$`)

func exerciseKey(id string) string { return "exercise:" + id }

// exerciseOf finds the exercise of a draft key.
func (s *Server) exerciseOf(key string) (*exercises.Exercise, bool) {
	id, ok := strings.CutPrefix(key, "exercise:")
	if !ok {
		return nil, false
	}
	ex, ok := s.exercises[id]
	return ex, ok
}

// starter is the author's text under a draft key.
func (s *Server) starter(key string) ([]sandbox.File, error) {
	if at, ok := s.cells[key]; ok {
		return starterOf(at.cell), nil
	}
	if ex, ok := s.exerciseOf(key); ok {
		return editable(ex), nil
	}
	return nil, fail("not-found", "There is no cell or exercise with the key %q in this course. Keys are cell:CHAPTER/CELL and exercise:ID.", clip(key, maxName))
}

// editable are the files of an exercise that a learner changes.
func editable(ex *exercises.Exercise) []sandbox.File {
	var files []sandbox.File
	for _, name := range ex.Edit {
		for _, f := range ex.Starter {
			if f.Name == name {
				files = append(files, f)
			}
		}
	}
	return files
}

// starterChanges is what the author changed since a draft was begun.
func starterChanges(d learner.Draft, now []sandbox.File) []page.FileChange {
	if len(d.Starter) == 0 || sameFiles(d.Starter, now) {
		return nil
	}
	var changes []page.FileChange
	for _, f := range now {
		if old := contentOf(d.Starter, f.Name); old != f.Content {
			changes = append(changes, page.FileChange{Name: f.Name, Old: old, New: f.Content})
		}
	}
	for _, f := range d.Starter {
		if !has(now, f.Name) {
			changes = append(changes, page.FileChange{Name: f.Name, Old: f.Content})
		}
	}
	return changes
}

func contentOf(files []sandbox.File, name string) string {
	for _, f := range files {
		if f.Name == name {
			return f.Content
		}
	}
	return ""
}

// keyRequest names a draft.
type keyRequest struct {
	Key string `param:"*" json:"-"`
}

// draftRequest is the body of PUT /api/drafts/{key}. BaseVersion is the
// version that was changed, 0 for the starter. StarterSeen says that the
// learner has been shown how the author's text has changed.
type draftRequest struct {
	Key         string            `param:"*" json:"-"`
	Files       []sandbox.File    `json:"files"`
	Answers     map[string]string `json:"answers"`
	Input       *learner.Input    `json:"input"`
	BaseVersion int               `json:"base_version"`
	StarterSeen bool              `json:"starter_seen"`
}

// draftResponse is a draft, and whether the author's text has changed since.
type draftResponse struct {
	learner.Draft
	StarterChanged bool `json:"starter_changed"`
}

// versionResponse is what a saved draft is answered with.
type versionResponse struct {
	Version int       `json:"version"`
	Updated time.Time `json:"updated"`
}

// apiDraft is GET /api/drafts/{key}.
func (s *Server) apiDraft(ctx context.Context, req *keyRequest) (*draftResponse, error) {
	if !keyPattern.MatchString(req.Key) {
		return nil, fail("not-found", "%q is no key of a draft. Keys are cell:CHAPTER/CELL and exercise:ID.", clip(req.Key, maxName))
	}
	d, found, err := s.Store.Draft(ctx, req.Key)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fail("not-found", "There is no draft of %s: nothing was changed in it.", req.Key)
	}
	resp := &draftResponse{Draft: d}
	if files, err := s.starter(req.Key); err == nil {
		resp.StarterChanged = starterChanges(d, files) != nil
	}
	return resp, nil
}

// apiPutDraft is PUT /api/drafts/{key}.
func (s *Server) apiPutDraft(ctx context.Context, req *draftRequest) (*versionResponse, error) {
	if err := checkRunFiles(req.Files); err != nil {
		return nil, err
	}
	if err := checkAnswers(req.Answers); err != nil {
		return nil, err
	}
	if err := checkInput(req.Input); err != nil {
		return nil, err
	}
	d := learner.Draft{Key: req.Key, Files: req.Files, Answers: req.Answers, Input: ofItsOwn(s.cells[req.Key].cell, req.Input)}
	saved, err := s.saveDraft(ctx, d, req.BaseVersion, req.StarterSeen)
	if err != nil {
		return nil, err
	}
	return &versionResponse{saved.Version, saved.Updated}, nil
}

// saveDraft saves d over version base. The first one remembers the
// author's text it began from, and so does one whose writer has seen the new.
func (s *Server) saveDraft(ctx context.Context, d learner.Draft, base int, seen bool) (learner.Draft, error) {
	files, err := s.starter(d.Key)
	if err != nil {
		return d, err
	}
	if base == 0 || seen {
		d.Starter = files
	}
	saved, err := s.Store.PutDraft(ctx, d, base)
	if errors.Is(err, learner.ErrConflict) {
		p := fail("conflict", "Version %d is stored and version %d was changed: another tab or window saved this too. Both texts are kept in the history.", saved.Version, base)
		p.Draft = &saved
		return saved, p
	}
	return saved, err
}

// apiDeleteDraft is DELETE /api/drafts/{key}: back to the author's text.
func (s *Server) apiDeleteDraft(ctx context.Context, req *keyRequest) (nothing, error) {
	return nothing{}, s.Store.DeleteDraft(ctx, req.Key)
}

// apiHistory is GET /api/history/{key}: older versions, newest first.
func (s *Server) apiHistory(ctx context.Context, req *keyRequest) ([]learner.Kept, error) {
	return s.Store.History(ctx, req.Key)
}

// module is GET /api/modules/{key}: the learner's code as a module, zipped.
func (s *Server) module(c echo.Context) error {
	key := c.Param("*")
	files, err := s.starter(key)
	if err != nil {
		return err
	}
	d, found, err := s.Store.Draft(c.Request().Context(), key)
	if err != nil {
		return err
	}
	if found {
		files = d.Files
	}
	name, files := s.moduleFiles(key, files, d.Answers)
	data, err := zipped(name, files)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`.zip"`)
	return c.Blob(http.StatusOK, "application/zip", data)
}

// moduleFiles completes the files of a draft to a module and names it.
func (s *Server) moduleFiles(key string, files []sandbox.File, answers map[string]string) (string, []sandbox.File) {
	if ex, ok := s.exerciseOf(key); ok {
		return "exercise-" + ex.ID, ex.Module(files, answers)
	}
	name := moduleName(s.cells[key].cell)
	if has(files, "go.mod") {
		return name, files
	}
	path := name
	if slices.ContainsFunc(files, func(f sandbox.File) bool { return strings.Contains(f.Name, "/") && !sandbox.IsData(f.Name) }) {
		path = sandbox.ModulePath // by which its packages import each other
	}
	mod := sandbox.File{Name: "go.mod", Content: "module " + path + "\n\ngo 1.26\n"}
	return name, append([]sandbox.File{mod}, files...)
}

func moduleName(c *content.Cell) string { return strings.ReplaceAll(c.ID, ".", "-") }

// zipped packs files into a folder.
func zipped(folder string, files []sandbox.File) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(folder + "/" + f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(f.Content)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
