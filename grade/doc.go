// Package grade turns an exercise and a learner's files into a Verdict.
//
// It owns Verdict and CheckResult, the judge, and one file per kind of check.
//
// It refuses people and persistence.
//
// Its invariant: the thing that reports is never the thing that is graded. No
// point comes from the exit code, the output or the test log of a process in
// which learner code ran.
//
// It may import exercises, sandbox and exectrace; classroom, verify, page,
// site and cmd/tutor may import it.
package grade
