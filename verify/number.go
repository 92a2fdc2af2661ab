package verify

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"course/tutor/content"
)

// numbers holds every run: number against the recording and, when it has a
// tolerance, against the runs just made.
func (r *run) numbers() error {
	for _, p := range r.course.Pages() {
		for _, n := range p.Numbers {
			c := r.course.Cell(n.Target)
			if n.Scheme != "run" || c == nil || !c.Counted() || !r.wants(inContent(n.File)) {
				continue
			}
			if err := r.number(n, c); err != nil {
				return fmt.Errorf("verify number %s of %s: %w", n.Text, n.File, err)
			}
		}
	}
	return nil
}

func (r *run) number(n content.Number, c *content.Cell) error {
	claim, ok := newClaim(n)
	if !ok {
		r.add(inContent(n.File), n.Line, "number", fmt.Sprintf("%q holds no number, or its tolerance none", n.Text), "write the number into the link's text")
		return nil
	}
	recorded, err := r.recordedRun(c)
	if err != nil {
		return err
	}
	if recorded != nil {
		if wrong := claim.check(recorded); wrong != "" {
			r.add(inContent(n.File), n.Line, "number", "the page says "+n.Text+", the recorded run of "+c.ID+" "+wrong, "write what the run says, or give a tolerance")
			return nil
		}
	}
	if claim.tolerance.Mode != "" {
		r.freshNumber(c, claim)
	}
	return nil
}

// freshNumber asks the runs just made. A busy machine may spoil one of them:
// most must agree.
func (r *run) freshNumber(c *content.Cell, claim claim) {
	obs := r.seen[c]
	var wrong []string
	for _, o := range obs {
		if w := claim.check(o); w != "" {
			wrong = append(wrong, w)
		}
	}
	if r.cfg.Runner != nil && 2*len(wrong) > len(obs) {
		r.add(inContent(claim.n.File), claim.n.Line, "number",
			fmt.Sprintf("the page says %s, and %d of %d runs of %s disagree: the first %s", claim.said(), len(wrong), len(obs), c.ID, wrong[0]), "write what the runs say, or a wider tolerance")
	}
}

// claim is what a number on a page says of a run.
type claim struct {
	n         content.Number
	page      content.Quantity
	tolerance content.Tolerance
}

// newClaim reads a number; false when it says nothing that can be checked.
func newClaim(n content.Number) (claim, bool) {
	page, err := content.ParseQuantity(n.Text)
	if err != nil || n.Scheme != "run" {
		return claim{}, false
	}
	tolerance, err := content.ParseTolerance(n.Tolerance)
	return claim{n, page, tolerance}, err == nil
}

func (c claim) said() string { return strings.TrimSpace(c.n.Text + " " + c.n.Tolerance) }

// check is "" when a run is what the claim says, and else what it did.
func (c claim) check(o *observation) string {
	counted := o.Metrics
	if len(o.Measured) > 0 {
		counted = o.Measured
	}
	if len(counted) == 0 || string(counted) == "null" {
		return cmp.Or(o.TraceSays, "gave no metrics")
	}
	got, err := metric(counted, c.n.Name)
	if err != nil {
		return err.Error()
	}
	measured, err := inUnit(got, c.n.Name, c.page.Unit)
	if err != nil {
		return err.Error()
	}
	if c.tolerance.Allows(c.page, measured) {
		return ""
	}
	return fmt.Sprintf("has %s %s", c.n.Name, strconv.FormatFloat(got, 'g', 6, 64))
}

// metric finds a number in the JSON of the metrics by its path. In a list the
// next word is the name of one of its objects.
func metric(metrics json.RawMessage, path string) (float64, error) {
	path, err := url.PathUnescape(path)
	if err != nil {
		return 0, fmt.Errorf("has no metric of that name: %w", err)
	}
	var at any
	if err := json.Unmarshal(metrics, &at); err != nil {
		return 0, fmt.Errorf("has metrics that can't be read: %w", err)
	}
	why, _ := at.(map[string]any)["why"].(map[string]any)
	for rest := path; rest != ""; {
		at, rest = down(at, rest)
	}
	if n, ok := at.(float64); ok {
		return n, nil
	}
	if reason, ok := why[path].(string); ok {
		return 0, fmt.Errorf("doesn't know %s: %s", path, reason)
	}
	return 0, fmt.Errorf("has no number %s in its metrics", path)
}

// down goes one step along a path. Names may themselves have dots, so that
// the longest name that fits is taken.
func down(at any, path string) (next any, rest string) {
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if next := named(at, path[:end]); next != nil {
			return next, strings.TrimPrefix(path[end:], ".")
		}
	}
	return nil, ""
}

func named(at any, name string) any {
	switch at := at.(type) {
	case map[string]any:
		return at[name]
	case []any:
		for _, item := range at {
			if m, ok := item.(map[string]any); ok && m["name"] == name {
				return m
			}
		}
	}
	return nil
}

var errUnit = errors.New("is measured in another unit")

// inUnit turns a metric into the base unit of the number on the page; a number
// without a unit is compared in the metric's own.
func inUnit(v float64, name, unit string) (float64, error) {
	own, scale := "", 1.0
	last := name[strings.LastIndexByte(name, '.')+1:]
	for suffix, s := range map[string]float64{"_us": 1e-6, "_ms": 1e-3, "_ns": 1e-9} {
		if strings.HasSuffix(last, suffix) {
			own, scale = "s", s
		}
	}
	if strings.HasSuffix(last, "_bytes") {
		own = "B"
	}
	switch unit {
	case "":
		return v, nil
	case "%":
		if own != "" {
			return 0, errUnit
		}
		return v, nil
	}
	if own != unit {
		return 0, errUnit
	}
	return v * scale, nil
}
