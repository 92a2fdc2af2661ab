package grade

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"course/tutor/exectrace"
	"course/tutor/exercises"
)

// Analyse reads an execution trace. The bytes come from a process in which
// learner code ran, so that where others can reach us it works in a jail.
type Analyse func(ctx context.Context, trace []byte) (*exectrace.Trace, error)

// Config is what a Grader needs.
type Config struct {
	Runner  Runner
	Analyse Analyse
	// Secret keys the seeds, so that nobody can foresee the cases. Without
	// one a Grader makes its own, and its seeds differ from launch to launch.
	Secret []byte
	// Seed, when not empty, replaces the seed of every verdict: an old verdict
	// is repeated with the seed it stored.
	Seed      string
	Machine   Machine
	Toolchain string // Go version, for the verdict
}

// Grader grades work. It is safe for use by many at once.
type Grader struct {
	cfg  Config
	refs references
}

// New makes a Grader.
func New(cfg Config) *Grader {
	if len(cfg.Secret) == 0 {
		cfg.Secret = make([]byte, 32)
		rand.Read(cfg.Secret) //nolint:errcheck // it never fails
	}
	return &Grader{cfg: cfg}
}

var _ Judge = (*Grader)(nil)

// Grade runs the checks of ex on work, in their order, and tells each as soon
// as it is decided; progress may be nil. Trouble of ours is a check with
// status error in the verdict. The error is only that ctx ended first.
func (g *Grader) Grade(ctx context.Context, ex *exercises.Exercise, work Work, progress func(CheckResult)) (*Verdict, error) {
	start := time.Now()
	s := newSession(g, ex, work)
	for _, c := range ex.Checks {
		r := s.check(ctx, c)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("grade %s: %w", ex.ID, context.Cause(ctx))
		}
		s.record(r)
		if progress != nil {
			progress(r)
		}
	}
	v := s.verdict()
	v.DurationMS = float64(time.Since(start)) / float64(time.Millisecond)
	return v, nil
}

// errReference is wrapped by every error that says that the exercise itself
// does not work.
var errReference = errors.New("the reference of this exercise does not work")
