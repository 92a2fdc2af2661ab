package site

import (
	"cmp"
	"context"
	"slices"
	"time"

	"course/tutor/learner"
)

// progressResponse is one line of GET /api/progress.
type progressResponse struct {
	Key       string        `json:"key"`
	State     learner.State `json:"state"`
	Points    int           `json:"points"`
	MaxPoints int           `json:"max_points"`
	Attempts  int           `json:"attempts"`
	Updated   time.Time     `json:"updated"`
}

// apiProgress is GET /api/progress: everything known, by key.
func (s *Server) apiProgress(ctx context.Context, _ *nothing) ([]progressResponse, error) {
	all, err := s.Store.Progress(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]progressResponse, 0, len(all))
	for _, p := range all {
		list = append(list, progressResponse(p))
	}
	slices.SortFunc(list, func(a, b progressResponse) int { return cmp.Compare(a.Key, b.Key) })
	return list, nil
}

// progressRequest is the body of PUT /api/progress/{key}.
type progressRequest struct {
	Key   string        `param:"*" json:"-"`
	State learner.State `json:"state"`
}

// apiPutProgress is PUT /api/progress/{key}: a section was read. What is done
// of an exercise is for verdicts alone to say.
func (s *Server) apiPutProgress(ctx context.Context, req *progressRequest) (nothing, error) {
	if _, p := s.section(req.Key); p == nil {
		return nothing{}, fail("not-found", "There is no section with the key %q in this course. Keys are section:CHAPTER/SECTION.", clip(req.Key, maxName))
	}
	if req.State != learner.Tried && req.State != learner.Read {
		return nothing{}, fail("unsupported", "The state of a section can be tried or read, not %q.", clip(string(req.State), maxName))
	}
	return nothing{}, s.Store.SetProgress(ctx, learner.Progress{Key: req.Key, State: req.State})
}
