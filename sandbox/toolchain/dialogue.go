package toolchain

import (
	"context"

	"course/tutor/sandbox"
)

// converse carries on the dialogue of a job of several parts.
func (r *run) converse(ctx context.Context, stages []*stage) error {
	var voices []sandbox.Voice
	for _, s := range stages {
		voices = append(voices, sandbox.Voice{Name: s.part.Name, Launch: r.launch(s, nil)})
	}
	talked, err := sandbox.Converse(ctx, *r.job.Dialogue, voices, r.limits.Wall)
	if err != nil {
		return err
	}
	r.result.Exchanges, r.result.Report = talked.Exchanges, talked.Report
	for _, s := range stages {
		s.fillAll(talked.Ended[s.part.Name])
	}
	r.collectParts(stages)
	return nil
}

// fillAll makes one result of the processes that spoke for a part. Its status
// is that of the first that did not end well; its traces are all there.
func (s *stage) fillAll(ended []*sandbox.Ended) {
	sum := s.result
	sum.Status = sandbox.StatusOK
	for _, e := range ended {
		one := &stage{part: s.part, learners: s.learners, result: &sandbox.Result{}}
		one.fill(e)
		res := one.result
		if sum.Status == sandbox.StatusOK && res.Status != sandbox.StatusOK {
			sum.Status, sum.ExitCode, sum.Signal, sum.Limit = res.Status, res.ExitCode, res.Signal, res.Limit
			sum.Diagnostics = append(sum.Diagnostics, res.Diagnostics...)
		}
		sum.Events = append(sum.Events, res.Events...)
		if sum.Truncated == nil {
			sum.Truncated = res.Truncated
		}
		addUsage(sum, res)
		s.addTrace(res)
	}
}

func addUsage(sum, one *sandbox.Result) {
	sum.Usage.CPUMS += one.Usage.CPUMS
	sum.Usage.WallMS += one.Usage.WallMS
	sum.Usage.MaxRSSKiB = max(sum.Usage.MaxRSSKiB, one.Usage.MaxRSSKiB)
	sum.Usage.ThreadsPeak = max(sum.Usage.ThreadsPeak, one.Usage.ThreadsPeak)
	sum.Timing.StartMS += one.Timing.StartMS
	sum.Timing.RunMS += one.Timing.RunMS
}

// addTrace hands over the trace of one more process of the part: the first is
// named trace, the others trace.2 and so on.
func (s *stage) addTrace(one *sandbox.Result) {
	for _, a := range one.Artifacts {
		if a.Kind != "trace" {
			continue
		}
		if n := len(s.result.Artifacts); n > 0 {
			a.Name += "." + itoa(n+1)
		}
		s.result.Artifacts = append(s.result.Artifacts, a)
	}
	if s.result.Trace == nil {
		s.result.Trace = one.Trace
	}
}
