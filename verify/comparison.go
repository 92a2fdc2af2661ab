package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// comparisons holds the sentences that the prose beside a comparison relies on
// against what the two recorded runs give.
func (r *run) comparisons() error {
	for _, p := range r.course.Pages() {
		for _, c := range p.Comparisons {
			if len(c.Says) == 0 || !r.wants(inContent(c.File)) {
				continue
			}
			if err := r.comparison(c); err != nil {
				return fmt.Errorf("verify comparison of %s and %s: %w", c.A, c.B, err)
			}
		}
	}
	return nil
}

func (r *run) comparison(c *content.Comparison) error {
	a, err := r.recordedMetrics(c.A)
	if err != nil {
		return err
	}
	b, err := r.recordedMetrics(c.B)
	if err != nil {
		return err
	}
	if a == nil || b == nil {
		return nil // told already: no such listing, or no recording of it
	}
	got := exectrace.Compare(c.A, a, c.B, b)
	for _, rule := range c.Says {
		if !slices.Contains(got.Rules, rule) {
			r.add(inContent(c.File), c.Line, "compare",
				fmt.Sprintf("the recorded runs of %s and %s give no sentence of the rule %q", c.A, c.B, rule), "they give "+strings.Join(got.Rules, ", "))
		}
	}
	return nil
}

// recordedMetrics are those of the recording of a listing; nil when it has
// none.
func (r *run) recordedMetrics(id string) (*exectrace.Metrics, error) {
	cell := r.course.Cell(id)
	if cell == nil {
		return nil, nil
	}
	o, err := r.recordedRun(cell)
	if err != nil || o == nil || len(o.Metrics) == 0 {
		return nil, err
	}
	m := &exectrace.Metrics{}
	if err := json.Unmarshal(o.Metrics, m); err != nil {
		return nil, fmt.Errorf("read the recorded metrics of %s: %w", id, err)
	}
	return m, nil
}
