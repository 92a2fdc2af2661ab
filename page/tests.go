package page

import (
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// testsView is the tests of a run as a table.
type testsView struct {
	Caption string // "3 tests: 2 passed, 1 failed"
	Rows    []testRow
}

// testRow is one test.
type testRow struct {
	Name   string
	Depth  int    // 0 at the top level
	Icon   string // of the sprite
	State  string // pass, err or "": its colour
	Word   string // passed, failed, skipped, not run
	Time   string // "" for a test that was not run
	Output string
	Lines  string // "2 lines", of Output
	Open   bool   // Output is shown without being asked for
}

// testWords say how a test ended: colour, icon and word.
var testWords = map[string][3]string{
	sandbox.TestPassed:  {"pass", "check", "passed"},
	sandbox.TestFailed:  {"err", "cross", "failed"},
	sandbox.TestSkipped: {"", "dash", "skipped"},
	sandbox.TestNotRun:  {"", "dash", "not run"},
}

// openOutputs bounds the failed tests whose output is open at first.
const openOutputs = 5

// newTests makes the table of a run; nil when it has no tests.
func newTests(r *sandbox.Result) *testsView {
	if len(r.Tests) == 0 {
		return nil
	}
	v := &testsView{Caption: testCounts(r.Tests)}
	open := 0
	for _, t := range under(r.Tests, "") {
		words, known := testWords[t.Status]
		if !known {
			words = [3]string{"", "dash", t.Status}
		}
		row := testRow{Name: t.FullName(), Depth: strings.Count(t.Name, "/"), State: words[0], Icon: words[1], Word: words[2], Time: duration(t.MS), Output: strings.TrimRight(t.Output, "\n")}
		if t.Status == sandbox.TestNotRun {
			row.Time = ""
		}
		if row.Output != "" {
			row.Lines = plural(1+strings.Count(row.Output, "\n"), "line", "lines")
			if row.Open = t.Status == sandbox.TestFailed && open < openOutputs; row.Open {
				open++
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// under puts tests below those they belong to: they started in between others
// when they ran at the same time.
func under(tests []sandbox.Test, parent string) []sandbox.Test {
	children := map[string][]sandbox.Test{}
	there := map[string]bool{}
	for _, t := range tests {
		there[t.FullName()] = true
	}
	for _, t := range tests {
		up := t.FullName()
		for up != "" && (up == t.FullName() || !there[up]) {
			at := strings.LastIndexByte(up, '/')
			up = up[:max(at, 0)]
		}
		children[up] = append(children[up], t)
	}
	var out []sandbox.Test
	var walk func(name string)
	walk = func(name string) {
		for _, t := range children[name] {
			out = append(out, t)
			walk(t.FullName())
		}
	}
	walk(parent)
	return out
}

// testCounts is "3 tests: 2 passed, 1 failed". Tests below others are counted
// with those.
func testCounts(tests []sandbox.Test) string {
	n := map[string]int{}
	total := 0
	for _, t := range tests {
		if !strings.Contains(t.Name, "/") {
			n[t.Status]++
			total++
		}
	}
	var parts []string
	for _, status := range []string{sandbox.TestPassed, sandbox.TestFailed, sandbox.TestSkipped, sandbox.TestNotRun} {
		if n[status] > 0 {
			parts = append(parts, strconv.Itoa(n[status])+" "+testWords[status][2])
		}
	}
	return plural(total, "test", "tests") + ": " + strings.Join(parts, ", ")
}

// testsLine is the status line of tests that ended well.
func testsLine(r *sandbox.Result) Line {
	skipped := 0
	for _, t := range r.Tests {
		if t.Status == sandbox.TestSkipped {
			skipped++
		}
	}
	fact := "Passed."
	if len(r.Tests) == 0 {
		return Line{"limit", "warn", "No test ran.", firstMessage(r.Diagnostics)}
	}
	if skipped == len(r.Tests) {
		fact = "Skipped."
	}
	detail := testCounts(r.Tests) + ", after " + duration(r.Timing.RunMS) + built(r)
	if r.Cover != nil {
		detail = coverWords(r.Cover) + "; " + detail
	}
	return Line{"ok", "check", fact, detail}
}

// OwnClock says in a sentence that tests kept a clock of their own; nothing where
// none did.
func OwnClock(r *sandbox.Result) string {
	if r.Clock != sandbox.ClockSynctest || neverRan(r) {
		return ""
	}
	return "What runs in synctest.Test saw a clock of its own: there sleeping takes no time. All else saw the real one."
}
