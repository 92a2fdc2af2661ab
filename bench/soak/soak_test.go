package main

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"course/tutor/grade"
)

// fixed is a judge that gives one status to every check, and refuses the
// reference every third time it is asked by a loaded machine.
func fixed(asked *int, loaded *bool) judge {
	var asking sync.Mutex // under load several are graded at once
	return func(_ context.Context, s subject, _ string) (*grade.Verdict, error) {
		asking.Lock()
		defer asking.Unlock()
		*asked++
		v := &grade.Verdict{}
		for _, c := range s.ex.Checks {
			r := grade.CheckResult{ID: c.ID, Status: grade.Passed}
			if s.want != "" {
				r.Status, r.Message = grade.Failed, s.says
			}
			if *loaded && s.want == "" && c.ID == "io" {
				r.Status, r.Message = grade.Failed, "too slow"
			}
			v.Checks = append(v.Checks, r)
		}
		return v, nil
	}
}

// A soak counts a wrong verdict where there is one, says it in the table, and
// goes on from its state file instead of beginning again.
func TestSoakCounts(t *testing.T) {
	subjects, err := subjectsOf("03-01")
	if err != nil {
		t.Fatal(err)
	}
	if len(subjects) < 8 || len(subjects[0].ex.Checks) != 5 || len(subjects[1].ex.Checks) != 1 {
		t.Fatalf("%d subjects, %+v", len(subjects), subjects[0].ex.Checks)
	}
	asked, loaded := 0, false
	hog := func(int) (func(), error) {
		loaded = true
		return func() { loaded = false }, nil
	}
	o := options{runs: 2, hogs: 4, state: filepath.Join(t.TempDir(), "state.json")}
	soakOnce := func(runs int) *soak {
		tl, err := loadTally(o.state)
		if err != nil {
			t.Fatal(err)
		}
		o.runs = runs
		s := &soak{options: o, subjects: subjects, tally: tl, judge: fixed(&asked, &loaded), hog: hog}
		if err := s.all(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := soakOnce(2)
	if asked != 2*2*len(subjects) || s.tally.wrong(subjects) != 2 {
		t.Errorf("%d gradings of %d subjects, %d wrong", asked, len(subjects), s.tally.wrong(subjects))
	}
	s = soakOnce(3)
	if asked != 3*2*len(subjects) || s.tally.wrong(subjects) != 3 {
		t.Errorf("after a further run: %d gradings, %d wrong", asked, s.tally.wrong(subjects))
	}
	var b strings.Builder
	if err := s.table(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| 03-01 | io | the reference | pass | 3 | 0 | 0 | 3 | 3 | 0 |",
		"| 03-01 | io | one-at-a-time | fail | 3 | 0 | 0 | 3 | 0 | 0 |",
		"3 of them wrong", "- 03-01, io, the reference: failed: too slow",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

// Every verdict is told apart: right, wrong, right with the wrong words, and
// not judged.
func TestOutcome(t *testing.T) {
	good, bad := subject{}, subject{want: "io", says: "one after the other"}
	for _, c := range []struct {
		s    subject
		r    grade.CheckResult
		want outcome
	}{
		{good, grade.CheckResult{Status: grade.Passed}, right},
		{good, grade.CheckResult{Status: grade.Failed}, wrongVerdict},
		{bad, grade.CheckResult{Status: grade.Passed}, wrongVerdict},
		{bad, grade.CheckResult{Status: grade.Failed, Message: "they wait one after the other"}, right},
		{bad, grade.CheckResult{Status: grade.Failed, Message: "it panicked"}, otherMessage},
		{bad, grade.CheckResult{Status: grade.NotJudged}, notJudged},
		{good, grade.CheckResult{Status: grade.Error}, notJudged},
	} {
		if got := c.s.outcomeOf(c.r); got != c.want {
			t.Errorf("%+v of %+v is %d, want %d", c.r, c.s, got, c.want)
		}
	}
}
