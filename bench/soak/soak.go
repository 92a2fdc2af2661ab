package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"course/tutor/grade"
)

// soak runs all subjects in turns, so that when it is stopped early all have
// had about as many runs.
type soak struct {
	options
	subjects []subject
	tally    *tally
	judge    judge
	hog      func(n int) (stop func(), err error)
}

// all runs until every subject has had its runs, or ctx is done.
func (s *soak) all(ctx context.Context) error {
	for n := range s.runs {
		for _, loaded := range []bool{false, true} {
			if err := s.round(ctx, n, loaded); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return nil
			}
		}
	}
	return nil
}

// round gives every subject its n-th run.
func (s *soak) round(ctx context.Context, n int, loaded bool) error {
	var missing []subject
	for _, sub := range s.subjects {
		if s.tally.runs(sub, loaded) <= n {
			missing = append(missing, sub)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if loaded {
		stop, err := s.hog(s.hogs)
		if err != nil {
			return err
		}
		defer stop()
	}
	at := 1
	if loaded {
		at = gradersUnderLoad
	}
	if err := s.grade(ctx, missing, at, n, loaded); err != nil || ctx.Err() != nil {
		return err
	}
	return s.tally.save(s.state)
}

// gradersUnderLoad is how many solutions are graded at once beside the hogs:
// each is more load for the others, and together they get more of the machine.
const gradersUnderLoad = 2

// grade gives each of these their n-th run, so many at a time. What is not
// through when ctx is done does not count.
func (s *soak) grade(ctx context.Context, list []subject, atOnce, n int, loaded bool) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	var counting sync.Mutex
	for _, sub := range list {
		all.Go(func() error {
			v, err := s.judge(ctx, sub, fmt.Sprintf("soak %d", n))
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return fmt.Errorf("grade %s of %s: %w", sub.name, sub.ex.ID, err)
			}
			counting.Lock()
			defer counting.Unlock()
			s.tally.add(sub, loaded, v)
			return nil
		})
	}
	return all.Wait()
}

// counts are the outcomes of one rule on one subject. They are kept by the
// hash of the exercise: what was counted of another text does not count.
type counts struct {
	Runs         int      `json:"runs"`
	Wrong        int      `json:"wrong"`
	OtherMessage int      `json:"other_message"`
	NotJudged    int      `json:"not_judged"`
	Said         []string `json:"said,omitempty"` // the first few wrong verdicts, in words
}

// tally is everything that was counted.
type tally struct {
	Counts map[string]*counts `json:"counts"`
}

// loadTally reads a state file; one that is not there is empty.
func loadTally(file string) (*tally, error) {
	t := &tally{Counts: map[string]*counts{}}
	if file == "" {
		return t, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = json.Unmarshal(text, t)
	}
	if err != nil {
		return nil, fmt.Errorf("read the state: %w", err)
	}
	if t.Counts == nil {
		t.Counts = map[string]*counts{}
	}
	return t, nil
}

// save writes the state file beside it first, so that a stop loses nothing.
func (t *tally) save(file string) error {
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(t, "", " ")
	if err == nil {
		err = os.WriteFile(file+".new", text, 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	return nil
}

func key(s subject, check string, loaded bool) string {
	return fmt.Sprintf("%s %s %s %s loaded=%t", s.ex.ID, s.ex.Hash, check, s.name, loaded)
}

// of are the counts of one rule on one subject.
func (t *tally) of(s subject, check string, loaded bool) *counts {
	k := key(s, check, loaded)
	if t.Counts[k] == nil {
		t.Counts[k] = &counts{}
	}
	return t.Counts[k]
}

// runs is how often a subject was graded.
func (t *tally) runs(s subject, loaded bool) int {
	return t.of(s, s.ex.Checks[0].ID, loaded).Runs
}

func (t *tally) add(s subject, loaded bool, v *grade.Verdict) {
	const keep = 3
	for _, r := range v.Checks {
		c := t.of(s, r.ID, loaded)
		c.Runs++
		how := s.outcomeOf(r)
		switch how {
		case wrongVerdict:
			c.Wrong++
		case otherMessage:
			c.OtherMessage++
		case notJudged:
			c.NotJudged++
		}
		if how != right && len(c.Said) < keep {
			c.Said = append(c.Said, fmt.Sprintf("%s: %s (%s)", r.Status, r.Message, r.Got))
		}
	}
}

// wrong sums the wrong verdicts of these subjects.
func (t *tally) wrong(list []subject) int {
	sum := 0
	for _, s := range list {
		for _, c := range s.ex.Checks {
			for _, loaded := range []bool{false, true} {
				n := t.of(s, c.ID, loaded)
				sum += n.Wrong + n.OtherMessage
			}
		}
	}
	return sum
}
