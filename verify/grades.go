package verify

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/sandbox"
)

// grades proves every exercise: its starter compiles and does not get all
// points, its solution gets them all, and each wrong solution fails where and
// as it says, under every seed.
func (r *run) grades() error {
	if r.cfg.Judge == nil {
		return nil
	}
	for _, ex := range r.exercisesAsked() {
		if !complete(ex) {
			continue
		}
		if err := r.prove(ex); err != nil {
			return fmt.Errorf("verify exercise %s: %w", ex.ID, err)
		}
	}
	return nil
}

// complete reports whether an exercise has what grading needs; what it lacks
// was told when it was read.
func complete(ex *exercises.Exercise) bool {
	return len(ex.Starter) > 0 && len(ex.Solution) > 0 && len(ex.Checks) > 0
}

// everyCheckFails wants every check that gives points to have refused some
// wrong solution: one that was never seen to fail proves nothing.
func (r *run) everyCheckFails(ex *exercises.Exercise, failed []string) {
	for _, c := range ex.Checks {
		if c.Points > 0 && !slices.Contains(failed, c.ID) {
			r.add(inExercises(path.Join(ex.Dir, "exercise.md")), c.Line, "unchecked", fmt.Sprintf("no wrong solution fails at check %s", c.ID), "add one: _wrong/NAME with // want: "+c.ID)
		}
	}
}

// attempt is one piece of work, and how its verdict is judged.
type attempt struct {
	ex    *exercises.Exercise
	name  string // told while it is graded
	file  string // of the problem
	rule  string
	work  grade.Work
	wrong func(*grade.Verdict) (message, fix string) // "" when the verdict is as it should be
}

func (r *run) prove(ex *exercises.Exercise) error {
	if _, err := r.try(r.starter(ex), 1); err != nil {
		return err
	}
	solution := attempt{ex, "solution", path.Join(ex.Dir, "_solution", first(ex.Solution)), "solution", grade.Work{Files: edited(ex, ex.Solution), Answers: ex.Answers}, fullPoints}
	if _, err := r.try(solution, r.cfg.Seeds); err != nil {
		return err
	}
	var failed []string
	for _, w := range ex.Wrong {
		if _, ok := ex.Check(w.Want); !ok || len(w.Files) == 0 {
			continue // told when it was read
		}
		a := attempt{ex, "wrong solution " + w.Name, path.Join(ex.Dir, "_wrong", w.Name, first(w.Files)), "wrong", grade.Work{Files: edited(ex, w.Files), Answers: w.Answers},
			func(v *grade.Verdict) (string, string) { return refused(ex, w, v) }}
		at, err := r.try(a, r.cfg.Seeds)
		if err != nil {
			return err
		}
		failed = append(failed, at...)
	}
	r.everyCheckFails(ex, failed)
	return nil
}

func first(files []sandbox.File) string { return files[0].Name }

// edited is the part of some files that a learner hands in.
func edited(ex *exercises.Exercise, files []sandbox.File) []sandbox.File {
	return slices.DeleteFunc(slices.Clone(files), func(f sandbox.File) bool { return !slices.Contains(ex.Edit, f.Name) })
}

// proof is what the cache keeps of a verdict that was as it should be.
type proof struct {
	Failed []string `json:"failed"` // ids of checks
}

// try grades an attempt under some seeds and gives the checks that failed. The
// first verdict that is wrong is told; one whose neighbours are right says
// that it depends on the seed.
func (r *run) try(a attempt, seeds int) (failed []string, err error) {
	for i := range seeds {
		seed := fmt.Sprintf("verify-%d", i+1)
		key := keyOf(append([]string{"grade", a.ex.Hash, kitText(), seed, r.goVersion, a.rule}, workParts(a.work)...)...)
		var p proof
		if r.cache.load(key, &p) {
			failed = append(failed, p.Failed...)
			continue
		}
		r.progress("exercise %s: %s, seed %d of %d", a.ex.ID, a.name, i+1, seeds)
		v, message, fix, err := r.verdict(a, seed)
		if err != nil {
			return nil, err
		}
		p.Failed = failedChecks(v)
		failed = append(failed, p.Failed...)
		if message == "" {
			r.cache.store(key, p)
			continue
		}
		if i > 0 {
			message += fmt.Sprintf(" (under seed %s; under others it doesn't)", seed)
		}
		r.add(inExercises(a.file), 1, a.rule, message, fix)
		return failed, nil
	}
	return failed, nil
}

// verdict grades once, and once more when a time could not be judged.
func (r *run) verdict(a attempt, seed string) (v *grade.Verdict, message, fix string, err error) {
	for range 2 {
		if v, err = r.cfg.Judge(seed).Grade(r.ctx, a.ex, a.work, nil); err != nil {
			return nil, "", "", err
		}
		if c := broken(v); c != nil {
			return v, fmt.Sprintf("check %s could not be judged: %s", c.ID, clip(c.Message)), "mend the exercise's probe, judge or rule", nil
		}
		if message, fix = a.wrong(v); message == "" || !noisy(v) {
			break
		}
	}
	return v, message, fix, nil
}

func failedChecks(v *grade.Verdict) []string {
	var ids []string
	for _, c := range v.Checks {
		if c.Status == grade.Failed {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func broken(v *grade.Verdict) *grade.CheckResult {
	i := slices.IndexFunc(v.Checks, func(c grade.CheckResult) bool { return c.Status == grade.Error })
	if i < 0 {
		return nil
	}
	return &v.Checks[i]
}

func noisy(v *grade.Verdict) bool {
	return slices.ContainsFunc(v.Checks, func(c grade.CheckResult) bool { return c.Status == grade.NotJudged })
}

func workParts(w grade.Work) []string {
	var parts []string
	for _, f := range w.Files {
		parts = append(parts, f.Name, f.Content)
	}
	for _, id := range sortedNames(w.Answers) {
		parts = append(parts, "answer", id, w.Answers[id])
	}
	return parts
}

// kitText is all of our code that is compiled into probes and judges.
func kitText() string {
	var b strings.Builder
	kit := grade.Kit()
	var paths []string
	for p := range kit {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		for _, f := range kit[p] {
			b.WriteString(f.Name + "\x00" + f.Content)
		}
	}
	return b.String()
}

// starter must compile, and must leave something to do.
func (r *run) starter(ex *exercises.Exercise) attempt {
	file := path.Join(ex.Dir, "_starter", first(ex.Starter))
	if len(ex.Edit) > 0 {
		file = path.Join(ex.Dir, "_starter", ex.Edit[0])
	}
	return attempt{ex, "starter", file, "starter", grade.Work{Files: edited(ex, ex.Starter)}, func(v *grade.Verdict) (string, string) {
		for _, c := range v.Checks {
			if k, ok := ex.Check(c.ID); ok && k.Kind == "build" && c.Status != grade.Passed {
				return "the starter doesn't compile: " + clip(c.Message+" "+c.Got), "leave the learner something that compiles"
			}
		}
		if v.Status == grade.Passed || v.Points >= v.MaxPoints && v.MaxPoints > 0 {
			return "the starter passes already", "take the solution out of it, or check what it lacks"
		}
		return "", ""
	}}
}

// fullPoints is what a solution must get.
func fullPoints(v *grade.Verdict) (message, fix string) {
	for _, c := range v.Checks {
		if c.Status != grade.Passed {
			return fmt.Sprintf("the solution fails at check %s: %s", c.ID, clip(told(c))), "correct the solution, or the check"
		}
	}
	if v.Status != grade.Passed || v.Points != v.MaxPoints {
		return fmt.Sprintf("the solution gets %d of %d points", v.Points, v.MaxPoints), "correct the points of the checks"
	}
	return "", ""
}

func told(c grade.CheckResult) string {
	s := c.Message
	if c.Expected != "" || c.Got != "" {
		s += fmt.Sprintf(" (expected %s, got %s)", c.Expected, c.Got)
	}
	return s
}

// refused holds the verdict on a wrong solution against its first line.
func refused(ex *exercises.Exercise, w exercises.Wrong, v *grade.Verdict) (message, fix string) {
	byID := map[string]grade.CheckResult{}
	for _, c := range v.Checks {
		byID[c.ID] = c
	}
	for _, need := range needs(ex, w.Want) {
		if byID[need].Status != grade.Passed {
			return fmt.Sprintf("it should fail at %s and already fails at %s, which that needs: %s", w.Want, need, clip(told(byID[need]))), "make it wrong in one way only, or name " + need
		}
	}
	got := byID[w.Want]
	switch {
	case got.Status != grade.Failed:
		return fmt.Sprintf("it should fail at check %s, which says %s", w.Want, got.Status), "make the check stricter, or correct the // want: line"
	case !strings.Contains(got.Message, w.Message):
		return fmt.Sprintf("check %s says %q, the // want: line says %q", w.Want, clip(got.Message), w.Message), "write part of the message"
	}
	return "", ""
}

// needs lists the checks that a check needs, and those that these need.
func needs(ex *exercises.Exercise, id string) []string {
	var all []string
	var add func(id string)
	add = func(id string) {
		c, ok := ex.Check(id)
		if !ok {
			return
		}
		for _, n := range c.Needs {
			if !slices.Contains(all, n) {
				all = append(all, n)
				add(n)
			}
		}
	}
	add(id)
	return all
}
