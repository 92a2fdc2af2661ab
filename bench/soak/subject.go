package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// subject is one solution that is graded many times: by all rules about
// traces, which must pass it, or by the one that must refuse it.
type subject struct {
	ex   *exercises.Exercise // with the checks that are asked, and no others
	name string              // "the reference", or the name of a wrong solution
	work grade.Work
	want string // the check that refuses it; "" for a reference
	says string // part of the message that it must give
}

// subjectsOf are the solutions of every exercise that has a rule about a trace.
func subjectsOf(only string) ([]subject, error) {
	all, problems, err := exercises.Load(exercises.FS())
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("load the exercises: %v", problems[0])
	}
	var list []subject
	for _, ex := range all {
		if only == "" || ex.ID == only {
			list = append(list, subjectsIn(ex)...)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no exercise %q has a rule about a trace", only)
	}
	return list, nil
}

func subjectsIn(ex *exercises.Exercise) []subject {
	traced := ex.Traced()
	if len(traced) == 0 {
		return nil
	}
	list := []subject{{ex: asking(ex, traced...), name: "the reference", work: grade.Work{Files: ex.Solution, Answers: ex.Answers}}}
	for _, w := range ex.Wrong {
		if slices.Contains(traced, w.Want) {
			list = append(list, subject{ex: asking(ex, w.Want), name: w.Name, want: w.Want, says: w.Message,
				work: grade.Work{Files: w.Files, Answers: w.Answers}})
		}
	}
	return list
}

// asking is the exercise with these checks alone, so that a rule is asked
// whatever the checks say that come before it.
func asking(ex *exercises.Exercise, ids ...string) *exercises.Exercise {
	short := *ex
	short.Checks = nil
	for _, c := range ex.Checks {
		if slices.Contains(ids, c.ID) {
			c.Needs = nil
			short.Checks = append(short.Checks, c)
		}
	}
	return &short
}

// judge grades a subject once, under a seed of its own.
type judge func(ctx context.Context, s subject, seed string) (*grade.Verdict, error)

// newJudge grades with the real toolchain, as tutor does.
func newJudge(ctx context.Context, data string) (judge, func(), error) {
	remove := func() {}
	if data == "" {
		temp, err := os.MkdirTemp("", "tutor-soak-")
		if err != nil {
			return nil, nil, err
		}
		data, remove = temp, func() { os.RemoveAll(temp) }
	}
	engine, err := toolchain.New(toolchain.Config{DataDir: data})
	if err != nil {
		remove()
		return nil, nil, err
	}
	stop := func() { engine.Close(); remove() }
	hello := sandbox.Job{Key: "soak", Files: []sandbox.File{{Name: "main.go", Content: "package main\nfunc main() {}\n"}}}
	if _, err := engine.Run(ctx, hello, nil); err != nil {
		stop()
		return nil, nil, fmt.Errorf("run a first program: %w", err)
	}
	return func(ctx context.Context, s subject, seed string) (*grade.Verdict, error) {
		g := grade.New(grade.Config{Runner: engine, Analyse: analyse, Secret: []byte("soak"), Seed: seed})
		return g.Grade(ctx, s.ex, s.work, nil)
	}, stop, nil
}

func analyse(_ context.Context, trace []byte) (*exectrace.Trace, error) {
	return exectrace.Parse(bytes.NewReader(trace), exectrace.Options{})
}

// outcome is what one verdict says of one rule.
type outcome int

const (
	right outcome = iota
	wrongVerdict
	otherMessage // refused, and for another reason than the learner should read
	notJudged    // the grader said that it could not tell
)

// outcomeOf judges the judge.
func (s subject) outcomeOf(c grade.CheckResult) outcome {
	switch {
	case c.Status == grade.NotJudged || c.Status == grade.Error:
		return notJudged
	case (s.want == "") != (c.Status == grade.Passed):
		return wrongVerdict
	case s.want != "" && !strings.Contains(c.Message, s.says):
		return otherMessage
	}
	return right
}
