package grade_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// builds notes which programs were built by the runs that pass through it.
type builds struct {
	sandbox.Runner
	mu           sync.Mutex
	built, there int
}

func (b *builds) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	res, err := b.Runner.Run(ctx, job, sink)
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, part := range res.Parts {
			if part.Cached {
				b.there++
			} else {
				b.built++
			}
		}
	}
	return res, err
}

// TestProgramsAreThoseOfChecks: what is built ahead for an exercise is what its
// checks build for the starter, and all of it.
func TestProgramsAreThoseOfChecks(t *testing.T) {
	needsEngine(t)
	e, err := toolchain.New(toolchain.Config{DataDir: testData})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ex := builtIn(t, "03-01")
	e.Prime(t.Context(), []sandbox.Job{grade.Programs(ex)}, time.Millisecond)
	if done, total := e.Primed(); done != 1 || total != 1 {
		t.Fatalf("%d of %d exercises were built ahead", done, total)
	}
	counted := &builds{Runner: e}
	g := grade.New(grade.Config{Runner: counted, Analyse: analyse})
	if _, err := g.Grade(t.Context(), ex, grade.Work{Files: ex.Starter}, nil); err != nil {
		t.Fatal(err)
	}
	if counted.built > 0 || counted.there == 0 {
		t.Errorf("%d programs were built by the checks, %d were there", counted.built, counted.there)
	}
}
