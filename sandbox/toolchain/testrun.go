package toolchain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// framingRoom is how much more a program of tests may print than others,
// since testing frames what it prints.
const framingRoom = 512 << 10

// runTests runs the program of a job of tests.
func (r *run) runTests(ctx context.Context, s *stage) error {
	if r.tests.kind == sandbox.KindBench {
		return r.runBenchmarks(ctx, s)
	}
	args := r.tests.args.flags
	if n := r.tests.args.count; n > 0 {
		args = append(args, "-test.count="+itoa(n))
	}
	if r.tests.args.failfast {
		args = append(args, "-test.failfast")
	}
	log := newTestLog(r.tests.below(), r.tests.names(), r.tell)
	ended, err := r.runOnce(ctx, s, log, r.limits, args)
	if err != nil {
		return err
	}
	s.fill(ended)
	r.handOver(s, ended)
	(&testEnd{tests: r.tests, log: log, result: s.result, panicked: len(ended.Crash) > 0}).conclude()
	if r.clock() == sandbox.ClockSynctest {
		if s.result.Clock = r.tests.testsClock(); s.result.Clock != sandbox.ClockSynctest {
			s.result.Diagnostics = append(s.result.Diagnostics, sandbox.Diagnostic{Code: "runtime:tests", Message: notSynctest})
		}
	}
	if r.tests.kind == sandbox.KindCover {
		s.result.Cover = r.coverage(ended)
	}
	return nil
}

// runOnce runs the program of the tests from start to end.
func (r *run) runOnce(ctx context.Context, s *stage, log *testLog, limits sandbox.Limits, args []string) (*sandbox.Ended, error) {
	l := r.launch(s, log.feed)
	l.Limits = limits
	l.Limits.Output += framingRoom
	l.Spec.Args = slices.Concat([]string{"/app/prog", "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0"}, args, r.tests.args.rest)
	p, err := sandbox.Start(ctx, l)
	if err != nil {
		return nil, err
	}
	ended, err := p.Wait()
	if err != nil {
		return nil, err
	}
	log.finish()
	ended.Events = log.kept
	return ended, nil
}

// testEnd says what the end of a program of tests means for the tests.
type testEnd struct {
	tests    *tests
	log      *testLog
	result   *sandbox.Result
	panicked bool // the runtime had dying words
	exited   bool // which were that a test called os.Exit(0)
}

// conclude settles the rows and the status, and says what a learner could not
// see from them.
func (e *testEnd) conclude() {
	e.ownWords()
	running := e.log.running()
	missed := e.missed()
	if sentence := e.sentence(running, missed); sentence != "" {
		e.say(sentence)
	}
	for _, row := range running {
		row.Status = sandbox.TestFailed
		e.log.told(row)
	}
	for _, name := range missed {
		row := e.log.byName[name]
		if row == nil {
			row = e.log.start(name)
		}
		if row != nil {
			row.Status, row.ended = sandbox.TestNotRun, true
			e.log.told(row)
		}
	}
	if e.log.dropped > 0 {
		e.say(fmt.Sprintf("%d tests more were run: only the first %d are shown", e.log.dropped, maxTests))
	}
	e.result.Tests = e.log.tests()
	e.result.Status = e.status()
}

// ownWords takes back what is true of a program and not of tests: testing
// itself ends with code 1 when a test fails, and makes a panic of os.Exit(0).
func (e *testEnd) ownWords() {
	e.result.Diagnostics = slices.DeleteFunc(e.result.Diagnostics, func(d sandbox.Diagnostic) bool { return d.Code == "runtime:exit" })
	e.exited = explainExit(e.result.Diagnostics)
}

// explainExit explains testing's panic on os.Exit(0), and says whether there is
// one.
func explainExit(diags []sandbox.Diagnostic) (exited bool) {
	for i, d := range diags {
		if strings.Contains(d.Message, exitPanic) {
			exited = true
			diags[i].Explain = "Something called os.Exit(0) in a test or a benchmark. It would end all at once, and look as if they had passed, so that the package testing makes a panic of it. Return instead, or use Skip."
		}
	}
	return exited
}

// exitPanic is testing's word for os.Exit(0) in a test.
const exitPanic = "unexpected call to os.Exit(0) during test"

func (e *testEnd) say(sentence string) {
	e.result.Diagnostics = append(e.result.Diagnostics, sandbox.Diagnostic{Code: "runtime:tests", Message: sentence})
}

// status is test_failed for what go test would call a failure of tests; a
// limit, a deadlock or a race stay what they are.
func (e *testEnd) status() sandbox.Status {
	switch s := e.result.Status; s {
	case sandbox.StatusOK, sandbox.StatusRuntimeError:
		if e.log.failed() || s == sandbox.StatusRuntimeError && e.log.final == "FAIL" {
			return sandbox.StatusTestFailed
		}
		return s
	default:
		return s
	}
}

// missed are the tests that were asked for and did not come to run, or not
// beyond the point where they let others go first.
func (e *testEnd) missed() []string {
	if e.log.final != "" && !e.tests.args.failfast {
		return nil
	}
	var names []string
	for _, row := range e.log.rows {
		if row.paused && !row.ended {
			names = append(names, row.Name)
		}
	}
	for _, name := range e.tests.names() {
		if e.log.byName[name] == nil && e.tests.args.selects(name) {
			names = append(names, name)
		}
	}
	return names
}

// sentence says in plain words how the tests came to an end that was none of
// their own; "" when they ended by themselves.
func (e *testEnd) sentence(running []*testRow, missed []string) string {
	culprit := "a test"
	if e.log.last != nil {
		culprit = e.log.last.Name
	}
	if len(running) > 0 {
		culprit = names(running)
	}
	left := leftOver(missed)
	if e.log.last == nil {
		return e.before(left)
	}
	switch e.result.Status {
	case sandbox.StatusOK:
		if len(running) > 0 {
			return "the program ended, with exit code 0, while " + culprit + " ran" + left
		}
		return ""
	case sandbox.StatusTimeLimit:
		return culprit + " still ran when the time was up" + left
	case sandbox.StatusKilled:
		return ""
	case sandbox.StatusRace, sandbox.StatusRuntimeError:
	default:
		if e.log.final != "" {
			return "" // the tests went on to their end
		}
		return stoppedWords(e.result.Status) + " while " + culprit + " ran" + left
	}
	switch {
	case e.log.final != "":
		return ""
	case e.exited:
		return "while " + culprit + " ran, something called os.Exit(0): testing makes a panic of it, which ends all tests" + left
	case e.panicked && e.log.failing != nil: // testing says so of the one that panics, and then no more
		return e.log.failing.Name + " panicked, and a panic ends the whole program of the tests" + left
	case e.panicked && len(running) == 0:
		return culprit + " panicked, and a panic ends the whole program of the tests" + left
	case e.panicked:
		return "the program panicked while " + culprit + " ran, and a panic ends all tests" + left
	case e.result.ExitCode < 0:
		return "the program was ended by a signal while " + culprit + " ran" + left
	}
	return fmt.Sprintf("while %s ran, something called os.Exit(%d), as log.Fatal does with 1: that ends all tests at once. Use t.Fatal to end one test%s",
		culprit, e.result.ExitCode, left)
}

// before is the sentence of a program in which no test was begun.
func (e *testEnd) before(left string) string {
	switch e.result.Status {
	case sandbox.StatusOK:
		if e.log.final == "" {
			return "the program ended before any test was run: a TestMain has to call m.Run" + left
		}
		return "no test was run: none has a name that -run selects"
	case sandbox.StatusKilled:
		return ""
	case sandbox.StatusRuntimeError:
		if e.log.final == "" && e.panicked {
			return "the program panicked before any test was run, in an init function, a variable's value or TestMain" + left
		}
		return fmt.Sprintf("the program ended with exit code %d before any test was run", e.result.ExitCode) + left
	}
	return stoppedWords(e.result.Status) + " before any test was run" + left
}

// stoppedWords say of a program that did not come to its end what stopped it.
func stoppedWords(s sandbox.Status) string {
	switch s {
	case sandbox.StatusDeadlock:
		return "all goroutines waited for each other"
	case sandbox.StatusTimeLimit:
		return "the time was up"
	case sandbox.StatusMemoryLimit:
		return "the memory that the program may use was used up"
	case sandbox.StatusOutputLimit:
		return "the program had printed all that it may"
	case sandbox.StatusProcessLimit:
		return "the program had started all the threads and processes that it may"
	case sandbox.StatusDiskLimit:
		return "the program's disk was full"
	case sandbox.StatusForbidden:
		return "the program was stopped for a system call that is not allowed"
	}
	return "the program was stopped"
}

// names lists the innermost of tests that ran, two at most by name.
func names(rows []*testRow) string {
	var inner []string
	for _, row := range rows {
		if !slices.ContainsFunc(rows, func(o *testRow) bool { return strings.HasPrefix(o.Name, row.Name+"/") }) {
			inner = append(inner, row.Name)
		}
	}
	switch len(inner) {
	case 1:
		return inner[0]
	case 2:
		return inner[0] + " and " + inner[1]
	}
	return fmt.Sprintf("%s and %d other tests", inner[0], len(inner)-1)
}

// leftOver ends a sentence with the tests that were not run.
func leftOver(missed []string) string {
	switch len(missed) {
	case 0:
		return ""
	case 1:
		return "; " + missed[0] + " was not run"
	}
	return fmt.Sprintf("; %d tests were not run", len(missed))
}
