package grade

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// Runner is what the grader needs of the sandbox.
type Runner = sandbox.Runner

// session is one grading of one submission.
type session struct {
	g      *Grader
	ex     *exercises.Exercise
	work   Work
	seed   string
	files  []sandbox.File // the learner's package: edited and shown files
	broken string         // why nothing can be built; "" when it can

	results map[string]CheckResult
	order   []string
	runs    map[string]*tracedRun // by call and arguments
	traces  []TraceFile
	onCPU   *float64
}

func newSession(g *Grader, ex *exercises.Exercise, work Work) *session {
	s := &session{g: g, ex: ex, work: work, results: map[string]CheckResult{}, runs: map[string]*tracedRun{}}
	s.files, s.broken = learnerFiles(ex, work.Files)
	s.seed = g.cfg.Seed
	if s.seed == "" {
		s.seed = seedOf(g.cfg.Secret, ex.ID, checksHash(ex), s.files)
	}
	return s
}

// check decides one check.
func (s *session) check(ctx context.Context, c exercises.Check) CheckResult {
	r := CheckResult{ID: c.ID, Title: c.Title, Kind: c.Kind, Seal: sealOf(c.Kind), MaxPoints: c.Points, Evidence: []Evidence{}}
	if first := s.unmet(c); first != "" {
		r.Status, r.Message = Failed, fmt.Sprintf("Fix “%s” first: this check builds on it.", first)
		return r
	}
	var err error
	switch c.Kind {
	case "build":
		err = s.build(ctx, &r)
	case "io":
		err = s.io(ctx, c, &r)
	case "call":
		err = s.call(ctx, c, &r)
	case "trace":
		err = s.trace(ctx, c, &r)
	case "cpu":
		err = s.cpu(ctx, c, &r)
	case "predict":
		err = s.predict(c, &r)
	default:
		err = fmt.Errorf("judge check %s: kind %q is unknown", c.ID, c.Kind)
	}
	if err != nil {
		return trouble(r, err)
	}
	return s.settle(c, r)
}

// unmet is the title of the first check that c needs and that did not pass.
func (s *session) unmet(c exercises.Check) string {
	for _, id := range c.Needs {
		if need := s.results[id]; need.Status != Passed {
			return need.Title
		}
	}
	return ""
}

// settle gives the points and bounds the texts.
func (s *session) settle(c exercises.Check, r CheckResult) CheckResult {
	if r.Status == Passed {
		r.Points = r.MaxPoints
	}
	if r.Seal == Advisory && !s.ex.Unsealed {
		r.Points = 0
	}
	if r.Status == Failed && c.Hint != "" && !strings.Contains(r.Message, c.Hint) {
		r.Message = strings.TrimSpace(r.Message + " " + c.Hint)
	}
	r.Expected, r.Got = clip(r.Expected), clip(r.Got)
	return r
}

// trouble is the result of a check that we could not judge.
func trouble(r CheckResult, err error) CheckResult {
	r.Status, r.Points = Error, 0
	r.Message = "This could not be checked, and that is not your code's doing. Nothing was counted; check again in a moment."
	if errors.Is(err, errReference) {
		r.Message = "This check is broken: " + errReference.Error() + ". Tell whoever wrote it; nothing was counted."
	}
	r.Evidence = append(r.Evidence, Evidence{Kind: "output", Text: clip(err.Error())})
	return r
}

func (s *session) record(r CheckResult) {
	s.results[r.ID] = r
	s.order = append(s.order, r.ID)
}

func (s *session) verdict() *Verdict {
	v := &Verdict{Exercise: s.ex.ID, Status: Passed, Checks: []CheckResult{}, Ignored: s.work.Ignored, Seed: s.seed,
		Toolchain: s.g.cfg.Toolchain, ChecksHash: checksHash(s.ex), Machine: s.g.cfg.Machine,
		Noise: Noise{OnCPU: s.onCPU, Judged: true}, Traces: s.shownTraces()}
	if v.Ignored == nil {
		v.Ignored = []string{}
	}
	for _, id := range s.order {
		r := s.results[id]
		v.Checks = append(v.Checks, r)
		v.Points, v.MaxPoints = v.Points+r.Points, v.MaxPoints+r.MaxPoints
		v.Noise.Judged = v.Noise.Judged && r.Status != NotJudged
		v.Status = worse(v.Status, r.Status)
	}
	return v
}

// shownTraces are the traces that questions are about, and those that failed
// checks point at; without questions, all.
func (s *session) shownTraces() []TraceFile {
	shown := map[string]bool{}
	asked := false
	for _, c := range s.ex.Checks {
		for _, id := range c.Needs {
			shown[id] = shown[id] || c.Kind == "predict"
		}
		asked = asked || c.Kind == "predict"
		for _, e := range s.results[c.ID].Evidence {
			shown[e.TraceID] = shown[e.TraceID] || e.Kind == "trace"
		}
	}
	if !asked {
		return s.traces
	}
	return slices.DeleteFunc(s.traces, func(t TraceFile) bool { return !shown[t.Check] })
}

// worse joins the status of a verdict with that of a further check. What could
// not be judged makes the whole an error, so that it costs no attempt and is
// tried again.
func worse(verdict, check Status) Status {
	switch {
	case verdict == Error || check == Error || check == NotJudged:
		return Error
	case check == Failed:
		return Failed
	}
	return verdict
}

// nonce is a word that nobody can guess.
func nonce() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(rand.Uint32()) // ChaCha8, seeded by the system
	}
	return hex.EncodeToString(b[:])
}

// clip bounds a text at 4 KiB, at a whole character.
func clip(text string) string {
	const most = 4 << 10
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len(" …")], "") + " …"
}
