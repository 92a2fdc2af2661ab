package grade_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"course/tutor/exercises"
	"course/tutor/grade"
)

var packageClause = regexp.MustCompile(`(?m)^package \w+$`)

// TestVendoredImports sees that a module that comes with the course may be
// imported where all evidence is seen from outside, and not where some comes
// from the learner's process.
func TestVendoredImports(t *testing.T) {
	needsEngine(t)
	for id, denied := range map[string]bool{"00-01": false, "03-01": true} {
		ex := exercise(t, id)
		files := slices.Clone(ex.Solution)
		for i, f := range files {
			if strings.HasSuffix(f.Name, ".go") {
				files[i].Content = packageClause.ReplaceAllString(f.Content, "$0\n\nimport _ \"golang.org/x/sync/errgroup\"")
			}
		}
		sub, err := exercises.Accept(ex, files, ex.Answers)
		if err != nil {
			t.Fatal(err)
		}
		v := gradeWork(t, grader(t, ""), ex, grade.WorkOf(sub))
		said := slices.ContainsFunc(v.Checks, func(r grade.CheckResult) bool {
			return strings.Contains(r.Message+r.Got, "package golang.org/x/sync/errgroup may not be used in this exercise")
		})
		if said != denied || denied == (v.Status == grade.Passed) {
			t.Errorf("%s: %s, and it is said to be denied: %t", id, v.Status, said)
			logVerdict(t, v)
		}
	}
}
