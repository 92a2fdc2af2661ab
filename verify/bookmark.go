package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// bookmarks holds what the author points at in a trace against the recorded
// one, which a reader sees first, and what is named by see= against the runs
// just made: it has to be there in the reader's run too.
func (r *run) bookmarks() error {
	if r.cfg.Analyse == nil {
		return nil
	}
	for _, c := range r.runnable() {
		if m := c.Bookmark(); !c.Flag("trace") || m.To == 0 && m.See == "" {
			continue
		}
		t, err := r.recordedTrace(c)
		if err != nil {
			return err
		}
		if t == nil {
			continue // a missing or broken recording is told as recorded-stale
		}
		r.bookmark(c, t)
	}
	return nil
}

// recordedTrace reads the trace of a cell's recording; nil when there is none
// that can be read.
func (r *run) recordedTrace(c *content.Cell) (*exectrace.Trace, error) {
	rec, err := r.course.Recording(c.ID)
	if err != nil || len(rec.Trace) == 0 {
		return nil, nil //nolint:nilerr // told as recorded-stale
	}
	var of struct{ Packages []string }
	_ = json.Unmarshal(rec.Result, &of) // one that is damaged is told as recorded-stale
	t, err := r.cfg.Analyse(r.ctx, of.Packages, rec.Trace)
	if err != nil && r.ctx.Err() != nil {
		return nil, fmt.Errorf("read the recorded trace of %s: %w", c.ID, err)
	}
	return t, nil
}

func (r *run) bookmark(c *content.Cell, t *exectrace.Trace) {
	m := c.Bookmark()
	wall := time.Duration(t.Wall)
	if m.To > wall {
		r.at(c, c.Line, "bookmark", fmt.Sprintf("t=%s points beyond the recorded trace of %s, which is %s long", c.Options["t"], c.ID, wall.Round(time.Microsecond)),
			"name a time within it, or a thing that every run has with see=")
	}
	if m.See == "" {
		return
	}
	if _, found := t.Moment(m.See); !found {
		r.at(c, c.Line, "bookmark", fmt.Sprintf("see=%s: the recorded run of %s doesn't show it", m.See, c.ID), "tutor verify --update, or point at something else")
		return
	}
	looked, without := 0, 0
	for _, o := range r.seen[c] {
		if o.Moments == nil {
			continue
		}
		looked++
		if !slices.Contains(o.Moments, m.See) {
			without++
		}
	}
	if 2*without > looked {
		r.at(c, c.Line, "bookmark", fmt.Sprintf("see=%s: %d of %d runs of %s don't show it", m.See, without, looked, c.ID), "point at something that every run has")
	}
}

// momentsIn names what can be pointed at in a trace.
func momentsIn(t *exectrace.Trace) []string {
	found := slices.AppendSeq([]string{}, maps.Keys(t.Moments()))
	slices.Sort(found)
	return found
}
