package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"course/tutor/content"
	"course/tutor/exectrace"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// recordings are the book's own runs, kept beside its pages. Each is read once,
// when a page first needs it.
type recordings struct {
	course  *content.Course
	analyse func(context.Context, []string, []byte) (*exectrace.Trace, error)
	mu      sync.Mutex
	byID    map[string]*page.Recording // nil value: there is none
}

// analyseWithin is how long one recorded trace may take.
const analyseWithin = 5 * time.Second

// all reads the recordings of cells, at once those that were not read yet.
func (r *recordings) all(ctx context.Context, cells []*content.Cell, log *slog.Logger) map[string]*page.Recording {
	found := make(map[string]*page.Recording, len(cells))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, c := range cells {
		if !c.Named {
			continue
		}
		wg.Go(func() {
			rec, err := r.of(ctx, c)
			if err != nil {
				log.Error("recorded run can't be shown", "cell", c.ID, "err", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if rec != nil {
				found[c.ID] = rec
			}
		})
	}
	wg.Wait()
	return found
}

// of reads one recording. One whose trace can't be analysed is answered with
// the error and tried again the next time.
func (r *recordings) of(ctx context.Context, c *content.Cell) (*page.Recording, error) {
	r.mu.Lock()
	rec, known := r.byID[c.ID]
	r.mu.Unlock()
	if known {
		return rec, nil
	}
	rec, err := r.read(ctx, c)
	if err != nil {
		return rec, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[string]*page.Recording{}
	}
	r.byID[c.ID] = rec
	return rec, nil
}

func (r *recordings) read(ctx context.Context, c *content.Cell) (*page.Recording, error) {
	kept, err := r.course.Recording(c.ID)
	if errors.Is(err, content.ErrNoRecording) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rec := &page.Recording{Result: &sandbox.Result{}}
	if err := json.Unmarshal(kept.Result, rec.Result); err != nil {
		return nil, fmt.Errorf("read result of %s: %w", c.ID, err)
	}
	if kept.Trace == nil {
		return rec, nil
	}
	rec.Trace = &page.TraceView{ID: recordedID + c.ID, Recorded: true, CellID: c.ID}
	// The next request needs it too, so it does not end with this one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), analyseWithin)
	defer cancel()
	if rec.Trace.Trace, err = r.analyse(ctx, rec.Result.Packages, kept.Trace); err != nil {
		rec.Trace.ID = ""
		rec.Trace.Problem = fmt.Sprintf("The recorded trace can't be drawn: %v.", err)
		return rec, fmt.Errorf("analyse trace of %s: %w", c.ID, err)
	}
	if rec.Result.Trace != nil {
		rec.Trace.Leaks = rec.Result.Trace.Leaks
	}
	rec.Trace.Trace.Know(rec.Result.TraceCut(), rec.Result.Status == sandbox.StatusDeadlock, rec.Result.Usage.CPU())
	if rec.Result.Race {
		rec.Trace.Trace.KnowRace()
	}
	return rec, nil
}

// recordedID begins the id of a trace of the book: then comes the id of the
// listing.
const recordedID = "recorded-"

// recordedTrace is the recorded trace of a listing; nil when there is none, or it can't
// be read.
func (s *Server) recordedTrace(cell string) *traceRecord {
	at, ok := s.cellByID(cell)
	if !ok {
		return nil
	}
	rec, err := s.recorded.of(context.Background(), at.cell) // of has its own end
	if err != nil || rec == nil || rec.Trace == nil || rec.Trace.Trace == nil {
		return nil
	}
	kept, err := s.Course.Recording(cell)
	if err != nil {
		return nil
	}
	return &traceRecord{id: recordedID + cell, title: cell, data: kept.Trace, trace: rec.Trace.Trace, cellID: cell, leaks: rec.Trace.Leaks}
}

// Warm reads the recordings of the whole course, so that no page waits for
// them. It is meant for the background, after the first page is out.
func (s *Server) Warm(ctx context.Context) {
	for _, p := range s.Course.Pages() {
		if ctx.Err() != nil {
			return
		}
		s.recorded.all(ctx, p.Cells, s.Log)
	}
}
