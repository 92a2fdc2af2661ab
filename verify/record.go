package verify

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// recordedResult is result.json: the Result, with its stamp.
type recordedResult struct {
	*sandbox.Result
	Recorded content.Stamp `json:"recorded"`
}

// recordedRun is the recording of a cell as an observation; nil when there is
// none that can be read.
func (r *run) recordedRun(c *content.Cell) (*observation, error) {
	rec, err := r.course.Recording(c.ID)
	if err != nil {
		return nil, nil //nolint:nilerr // a missing or broken recording is told as recorded-stale
	}
	var res struct {
		sandbox.Result
		Trace *struct {
			Metrics json.RawMessage `json:"metrics"`
		} `json:"trace"`
	}
	if err := json.Unmarshal(rec.Result, &res); err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	o := observed(&res.Result)
	o.result = nil
	if res.Trace != nil {
		o.Metrics = res.Trace.Metrics
	}
	return o, nil
}

// stale says why a cell's recording is not one of this text and toolchain;
// "" when it is.
func (r *run) stale(c *content.Cell) string {
	rec, err := r.course.Recording(c.ID)
	switch {
	case errors.Is(err, content.ErrNoRecording):
		return fmt.Sprintf("listing %s was never recorded", c.ID)
	case err != nil:
		return err.Error()
	case rec.Stamp.Cell != c.Hash():
		return fmt.Sprintf("the recording of %s is of another text", c.ID)
	case release(rec.GoVersion) != release(r.goVersion):
		return fmt.Sprintf("the recording of %s is of %s, installed is %s", c.ID, rec.GoVersion, r.goVersion)
	case c.Traced() && len(rec.Trace) == 0:
		return fmt.Sprintf("the recording of %s has no trace", c.ID)
	}
	return ""
}

var releasePattern = regexp.MustCompile(`^go\d+\.\d+`)

// release is go1.26 of go1.26.8: patch releases don't change what the book
// says.
func release(version string) string { return releasePattern.FindString(version) }

// recordings tells recordings that are missing, stale, or of no listing.
func (r *run) recordings() error {
	if err := r.orphans(); err != nil {
		return err
	}
	for _, c := range r.runnable() {
		if _, why := JobOf(c); why != "" || !c.Named {
			continue
		}
		if why := r.stale(c); why != "" {
			r.at(c, c.Line, "recorded-stale", why, "tutor verify --update")
			continue
		}
		r.recordedOutput(c)
	}
	r.cache.sweep(r.now())
	return nil
}

// recordedOutput holds what the page shows before the first run against the
// fence below it.
func (r *run) recordedOutput(c *content.Cell) {
	o, _ := r.recordedRun(c)
	if o == nil || r.cfg.Runner == nil {
		return // without a Runner the recording was compared already
	}
	for _, s := range []struct {
		expect *content.Expect
		text   string
	}{{c.Output, o.Stdout}, {c.Stderr, o.Stderr}} {
		if s.expect == nil || r.told(c, s.expect) {
			continue
		}
		if m := compare(s.expect, s.text); m != nil {
			r.at(c, s.expect.Line+1+m.index, "recorded-stale", "in the recording, "+m.message, "tutor verify --update")
		}
	}
}

// told reports whether the fence has a problem already.
func (r *run) told(c *content.Cell, e *content.Expect) bool {
	last := e.Line + len(lines(e.Text)) + 1
	return slices.ContainsFunc(r.problems, func(p Problem) bool {
		return p.File == inContent(c.File) && p.Line >= e.Line && p.Line <= last
	})
}

func (r *run) orphans() error {
	all, err := r.course.Recorded()
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	for id, dir := range all {
		if c := r.course.Cell(id); c != nil && content.RecordingDir(c) == dir {
			continue
		}
		if r.opts.Update && r.cfg.WriteDir != "" {
			if err := os.RemoveAll(filepath.Join(r.cfg.WriteDir, filepath.FromSlash(dir))); err != nil {
				return fmt.Errorf("remove recording: %w", err)
			}
			continue
		}
		r.add(inContent(path.Join(dir, "result.json")), 1, "recorded-stale", fmt.Sprintf("no listing of this chapter has id=%s", id), "tutor verify --update removes it")
	}
	return nil
}

// mustRecord reports whether Update has to run a cell anew.
func (r *run) mustRecord(c *content.Cell) bool {
	if !r.opts.Update || r.cfg.WriteDir == "" || !c.Named {
		return false
	}
	if r.stale(c) != "" {
		return true
	}
	o, _ := r.recordedRun(c)
	return o == nil || differs(c.Output, o.Stdout) || differs(c.Stderr, o.Stderr) || r.denied(c, o, false) > 0
}

// denied counts the numbers of the book that this run of a cell doesn't bear
// out: those with a tolerance, which holds for every run, or all.
func (r *run) denied(c *content.Cell, o *observation, all bool) (n int) {
	for _, p := range r.course.Pages() {
		for _, num := range p.Numbers {
			if claim, ok := newClaim(num); ok && num.Target == c.ID && (all || claim.tolerance.Mode != "") && claim.check(o) != "" {
				n++
			}
		}
	}
	return n
}

// typical is the run to keep: the first that bears out most of what the book
// says, and of these the shortest. A busy machine may spoil any one of them,
// and it only ever adds.
func (r *run) typical(c *content.Cell, obs []*observation) *observation {
	return slices.MinFunc(obs, func(a, b *observation) int {
		return cmp.Or(r.denied(c, a, true)-r.denied(c, b, true), cmp.Compare(a.length(), b.length()))
	})
}

// length is how long a run took by its trace, in ms; 0 without one.
func (o *observation) length() float64 {
	if len(o.Metrics) == 0 {
		return 0
	}
	ms, err := metric(o.Metrics, "wall_ms")
	if err != nil {
		return 0
	}
	return ms
}

func differs(e *content.Expect, text string) bool { return e != nil && compare(e, text) != nil }

// record writes the recording of a cell.
func (r *run) record(c *content.Cell, o *observation) error {
	if o.result == nil {
		return nil
	}
	res := *o.result
	res.ID, res.Cached = "", false
	if len(o.Metrics) > 0 {
		info := sandbox.TraceInfo{}
		if res.Trace != nil {
			info = *res.Trace
		}
		info.ID, info.Metrics = "", o.Metrics
		res.Trace = &info
	}
	stamp := content.Stamp{GoVersion: r.goVersion, Cell: c.Hash()}
	data, err := json.MarshalIndent(recordedResult{&res, stamp}, "", " ")
	if err != nil {
		return fmt.Errorf("record %s: %w", c.ID, err)
	}
	dir := filepath.Join(r.cfg.WriteDir, filepath.FromSlash(content.RecordingDir(c)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("record %s: %w", c.ID, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "result.json"), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("record %s: %w", c.ID, err)
	}
	return writeTrace(filepath.Join(dir, "trace.gz"), o.trace)
}

// writeTrace packs a trace; none removes the file.
func writeTrace(name string, trace []byte) error {
	if len(trace) == 0 {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove old trace: %w", err)
		}
		return nil
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("pack trace: %w", err)
	}
	if _, err := z.Write(trace); err != nil {
		return fmt.Errorf("pack trace: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pack trace: %w", err)
	}
	if err := os.WriteFile(name, packed.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write trace: %w", err)
	}
	return nil
}
