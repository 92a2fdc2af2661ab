package site

import (
	"context"
	"errors"
	"slices"

	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// checkRequest is the body of POST /api/exercises/{id}/checks.
type checkRequest struct {
	ID      string            `param:"id" json:"-"`
	Files   []sandbox.File    `json:"files"`
	Answers map[string]string `json:"answers"`
	Key     string            `json:"key"`
}

// checkRecord is what is kept of one check, for the page to show.
type checkRecord struct {
	id       string
	exercise string
	files    []sandbox.File
	answers  map[string]string
	verdict  *grade.Verdict // nil when problem says why there is none
	problem  string
	traces   []string // ids, in the order of the checks
}

// apiCheck is POST /api/exercises/{id}/checks.
func (s *Server) apiCheck(ctx context.Context, req *checkRequest, tell emit) (*grade.Verdict, error) {
	ex, err := s.exercise(req.ID)
	if err != nil {
		return nil, err
	}
	if err := checkFiles(req.Files); err != nil {
		return nil, err
	}
	if err := checkAnswers(req.Answers); err != nil {
		return nil, err
	}
	rec := &checkRecord{exercise: ex.ID, files: req.Files, answers: req.Answers}
	if err := s.check(ctx, ex, rec, tell); err != nil {
		return nil, err
	}
	return rec.verdict, nil
}

// exercise finds an exercise by its id.
func (s *Server) exercise(id string) (*exercises.Exercise, error) {
	ex, ok := s.exercises[id]
	if !ok {
		return nil, fail("not-found", "There is no exercise %q in this course. Those there are: %s.", clip(id, maxName), s.exerciseIDs())
	}
	return ex, nil
}

func (s *Server) exerciseIDs() string {
	if len(s.Exercises) == 0 {
		return "none"
	}
	ids := make([]string, len(s.Exercises))
	for i, ex := range s.Exercises {
		ids[i] = ex.ID
	}
	slices.Sort(ids)
	return sandbox.OneOf(ids)
}

// check grades the work in rec, tells each check as it is done, and keeps what
// came of it under the id that it tells first.
func (s *Server) check(ctx context.Context, ex *exercises.Exercise, rec *checkRecord, tell emit) error {
	if m := s.Machine(); m.Problem != "" {
		return fail("no-go", "%s", m.Problem)
	}
	sub, err := exercises.Accept(ex, rec.files, rec.answers)
	if err != nil {
		var refused *exercises.RefusedError
		if errors.As(err, &refused) {
			return fail("bad-request", "%v.", refused)
		}
		return err
	}
	if len(sub.Files) == 0 {
		return fail("empty", "None of the files is one that this exercise lets you change: %s.", sandbox.OneOf(ex.Edit))
	}
	ctx, id, end, err := s.live.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	rec.id = id
	tell("run", map[string]string{"id": id})
	v, err := s.Judge.Grade(ctx, ex, grade.WorkOf(sub), func(r grade.CheckResult) { tell("check", r) })
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err() // a check that was stopped counts for nothing
	}
	v.Ignored = sub.Ignored
	s.counts.add("tutor_checks_total", "status", string(v.Status))
	s.tracesOfVerdict(rec, v)
	rec.verdict = v
	s.checks.put(id, rec, int64(4096+filesSize(rec.files)+8192*len(v.Checks)))
	return s.recordVerdict(ctx, v)
}

// tracesOfVerdict keeps the traces that checks took, and points their evidence
// at them.
func (s *Server) tracesOfVerdict(rec *checkRecord, v *grade.Verdict) {
	for _, file := range v.Traces {
		t := &traceRecord{id: rec.id + "-" + file.Check, title: file.Title, data: file.Data, trace: file.Trace}
		s.keepTrace(t)
		if slices.Contains(rec.traces, t.id) {
			continue
		}
		rec.traces = append(rec.traces, t.id)
		for i, c := range v.Checks {
			for j, e := range c.Evidence {
				if e.Kind == "trace" && e.TraceID == file.Check {
					v.Checks[i].Evidence[j].TraceID = t.id
				}
			}
		}
	}
}

// recordVerdict remembers how far the learner got. A verdict that could not be
// reached is no attempt.
func (s *Server) recordVerdict(ctx context.Context, v *grade.Verdict) error {
	if v.Status == grade.Error {
		return nil
	}
	p := learner.Progress{Key: exerciseKey(v.Exercise), State: learner.Tried, Points: v.Points, MaxPoints: v.MaxPoints, Attempts: 1}
	if v.Status == grade.Passed {
		p.State = learner.Passed
	}
	return s.Store.SetProgress(ctx, p)
}

// traceViews are the kept traces of a check.
func (s *Server) traceViews(ids []string) []*page.TraceView {
	var views []*page.TraceView
	for _, id := range ids {
		views = append(views, s.traceView(id))
	}
	return views
}
