package site

import (
	"context"
	"fmt"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// aheadResponse says what became of a program that was to be built ahead.
type aheadResponse struct {
	Ahead sandbox.Ahead `json:"ahead"`
}

// apiAhead is POST /api/ahead: builds the program that the same body at
// /api/runs would run, while the reader pauses, so that Run costs only the run.
// It ends when the request does. That nothing was built is no mistake.
func (s *Server) apiAhead(ctx context.Context, req *runRequest) (*aheadResponse, error) {
	job, err := s.jobOf(req)
	if err != nil {
		return nil, err
	}
	what := sandbox.AheadNot
	if s.Ahead != nil && s.Machine().Problem == "" {
		begun, _, end, err := s.live.begin(ctx)
		if err != nil {
			return nil, err
		}
		defer end()
		if what, err = s.Ahead(begun, job); err != nil {
			return nil, err
		}
	}
	s.counts.add("tutor_ahead_total", "ahead", string(what))
	return &aheadResponse{what}, nil
}

// Listings are the Jobs that a reader's Run of the unchanged listings of a
// course are, in the order of the course, without those that can't be run.
func Listings(course *content.Course) []sandbox.Job {
	var jobs []sandbox.Job
	for _, p := range course.Pages() {
		for _, c := range p.Cells {
			job, err := cellJob(c, starterOf(c))
			if err == nil && job.Kind != sandbox.KindAsm { // which makes no program
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}

// primedText tells in /metrics how many programs of the course, of those that
// are to be, were built ahead.
func (s *Server) primedText() string {
	if s.Primed == nil {
		return ""
	}
	done, total := s.Primed()
	return fmt.Sprintf("# TYPE tutor_primed gauge\ntutor_primed %d\n# TYPE tutor_to_prime gauge\ntutor_to_prime %d\n", done, total)
}
