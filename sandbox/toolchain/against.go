package toolchain

import "context"

// other is the version that the benchmarks of a job are held against.
type other struct {
	run   *run
	stage *stage
	why   string // sentence that says why there is none, though it was asked for
}

// buildAgainst builds the other version, if there is one, before anything is
// measured. When it cannot be built, a sentence says so, and the job goes on
// without it.
func (r *run) buildAgainst(ctx context.Context) error {
	if len(r.job.Against) == 0 {
		return nil
	}
	job := r.job
	job.Files, job.Against = job.Against, nil
	o := r.engine.newRun(job, nil)
	stage, err := o.prepareTests(ctx)
	if err != nil {
		return err
	}
	if stage == nil {
		why := string(o.result.Status)
		if d := o.result.Diagnostics; len(d) > 0 {
			why = d[0].Message
		}
		r.other.why = "the version to compare with was not measured: " + why
		return nil
	}
	r.other = other{run: o, stage: stage}
	return nil
}

// letGoAgainst allows the other version to be swept from the cache again.
func (r *run) letGoAgainst() {
	if r.other.stage != nil {
		r.letGo([]*stage{r.other.stage})
	}
}

// prepareTests builds the program of a job of tests; nil when the Result says
// why there is none.
func (r *run) prepareTests(ctx context.Context) (*stage, error) {
	library, err := r.engine.standard(ctx)
	if err != nil {
		return nil, err
	}
	parts, err := r.testParts(ctx, library)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	stages, ok, err := r.inspect(ctx, library, parts)
	if err == nil && ok {
		ok, err = r.build(ctx, library, stages)
	}
	if err != nil || !ok {
		return nil, err
	}
	return stages[0], nil
}
