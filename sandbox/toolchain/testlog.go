package toolchain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// Bounds of what is kept of tests: a program can make up as many as it likes.
const (
	maxTests      = 1000
	maxTestOutput = 16 << 10
	maxFrame      = 4 << 10 // a line of framing; a longer one is output
)

// marker is what package testing prints before each line of framing, when it
// is asked for the output that go test -json reads.
const marker = "\x16"

// testRow is a test on its way.
type testRow struct {
	sandbox.Test
	ended  bool
	paused bool // it is parallel, and waits for its turn
	cut    int  // bytes of output left out
}

// testLog reads what a program of tests prints: the lines by which testing
// frames it become rows, all else is output.
//
// A program can print such lines itself. What it says is believed only of
// tests there are, and what has failed stays failed; a run is information and
// no grade.
type testLog struct {
	pack  string          // the folder of the tests; "" at the top
	known map[string]bool // tests at the top level
	tell  func(sandbox.Event)

	rows    []*testRow
	byName  map[string]*testRow
	last    *testRow // that started last
	current *testRow // whose output this is; nil: of none
	pending *testRow // that has ended and may still be followed by output
	failing *testRow // whose failure is the last that testing said; the innermost, when it is of several
	dropped int      // rows that were too many
	final   string   // PASS or FAIL, once testing has said so
	frame   string   // of a line of framing, what has come of it
	framing bool
	kept    []sandbox.Output
	text    string  // of the burst at hand, what is to be kept of it so far
	at      float64 // when that came
	// filter, when not nil, is given each piece of output and whose it is, and
	// returns what is to be kept of it; in the end it is given "".
	filter func(row *testRow, text string) string
}

func newTestLog(pack string, known []string, tell func(sandbox.Event)) *testLog {
	l := &testLog{pack: pack, known: map[string]bool{}, byName: map[string]*testRow{}, tell: tell}
	for _, name := range known {
		l.known[name] = true
	}
	return l
}

// feed takes what was printed. What goes to stderr has no framing.
func (l *testLog) feed(o sandbox.Output) {
	if o.Stream != sandbox.Stdout {
		l.keep(o)
		return
	}
	l.at = o.TMS
	for rest := string(o.Raw); rest != ""; {
		if l.framing {
			rest = l.unframe(rest)
			continue
		}
		plain, after, found := strings.Cut(rest, marker)
		l.output(plain)
		rest, l.framing = after, found
	}
	l.flush()
}

// unframe takes what belongs to a line of framing and returns the rest. What
// turns out to be none is output.
func (l *testLog) unframe(rest string) string {
	line, after, whole := strings.Cut(rest, "\n")
	if before, again, found := strings.Cut(line, marker); found {
		l.output(l.frame + before)
		l.frame = ""
		return again + rest[len(line):]
	}
	l.frame += line
	if !whole && len(l.frame) <= maxFrame {
		return ""
	}
	line = l.frame
	l.frame, l.framing = "", false
	if whole && len(line) <= maxFrame && l.line(strings.TrimRight(line, "\r")) {
		return after
	}
	if whole {
		line += "\n"
	}
	l.output(line)
	return after
}

// line reads a line of framing and says whether it is one.
func (l *testLog) line(line string) bool {
	if word, rest, ok := frameOf(line, "=== "); ok {
		return l.update(word, rest)
	}
	if word, rest, ok := frameOf(strings.TrimLeft(line, " "), "--- "); ok {
		return l.report(strings.TrimSuffix(word, ":"), rest)
	}
	if line == "PASS" || line == "FAIL" {
		l.settle()
		l.final, l.current = line, nil
		return true
	}
	return false
}

func frameOf(line, prefix string) (word, rest string, ok bool) {
	text, ok := strings.CutPrefix(line, prefix)
	if !ok {
		return "", "", false
	}
	word, rest, _ = strings.Cut(text, " ")
	return word, strings.TrimSpace(rest), true
}

// update is a line that says which test runs now.
func (l *testLog) update(word, name string) bool {
	switch word {
	case "ATTR", "ARTIFACTS":
		l.settle()
		return true
	case "NAME", "CONT", "PAUSE", "RUN":
	default:
		return false
	}
	if !l.isTest(name) && (name != "" || word == "RUN") {
		return false
	}
	l.settle()
	l.current, l.failing = l.byName[name], nil
	switch {
	case word == "RUN":
		if l.current == nil {
			l.current = l.start(name)
		}
		if l.current != nil {
			l.last = l.current
			l.last.ended = false // with -count it runs again
		}
	case word == "PAUSE" && l.current != nil:
		l.current.paused = true
		l.current = nil
	}
	if l.current != nil {
		l.current.paused = false
	}
	return true
}

// isTest says whether a name is that of a test there is, or of one below it.
func (l *testLog) isTest(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return l.known[top]
}

// start makes the row of a test, unless there are too many.
func (l *testLog) start(name string) *testRow {
	if len(l.rows) == maxTests {
		l.dropped++
		return nil
	}
	row := &testRow{Test: sandbox.Test{Package: l.pack, Name: strings.ToValidUTF8(name, "\uFFFD")}}
	l.rows, l.byName[name] = append(l.rows, row), row
	return row
}

// testWords are how testing says that a test has ended.
var testWords = map[string]string{"PASS": sandbox.TestPassed, "FAIL": sandbox.TestFailed, "SKIP": sandbox.TestSkipped}

// report is a line that says how a test has ended.
func (l *testLog) report(word, rest string) bool {
	name, took, timed := strings.Cut(rest, " (")
	status, ok := testWords[word]
	if word == "BENCH" {
		return l.isTest(name)
	}
	row := l.byName[name]
	if !ok || !timed || row == nil {
		return ok && timed && l.isTest(name) && l.dropped > 0
	}
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(took, "s)"), 64)
	if err != nil || seconds < 0 {
		return false
	}
	l.settle()
	if row.Status != sandbox.TestFailed {
		row.Status = status
	}
	switch {
	case status != sandbox.TestFailed:
		l.failing = nil
	case l.failing == nil:
		l.failing = row
	}
	row.MS, row.ended = seconds*1000, true
	l.current, l.pending = row, row
	return true
}

// settle tells the test that has ended last.
func (l *testLog) settle() {
	if row := l.pending; row != nil {
		l.pending = nil
		l.told(row)
	}
}

// told tells a row, after what was printed before it ended.
func (l *testLog) told(row *testRow) {
	l.flush()
	test := row.Test
	l.tell(sandbox.Event{Name: "test", Test: &test})
}

// output gives text to the test that runs, and keeps it for all.
func (l *testLog) output(text string) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if l.filter != nil && text != "" {
		text = l.filter(l.current, text)
	}
	if row := l.current; row != nil && text != "" {
		n := min(len(text), maxTestOutput-len(row.Output))
		row.Output += strings.ToValidUTF8(text[:n], "")
		row.cut += len(text) - n
	}
	l.text += text
}

// flush keeps the output so far as one piece.
func (l *testLog) flush() {
	text := l.text
	l.text = ""
	l.keep(sandbox.Output{TMS: l.at, Stream: sandbox.Stdout, Text: text})
}

// keep passes output on, and keeps it.
func (l *testLog) keep(o sandbox.Output) {
	if o.Text == "" {
		return
	}
	if o.Raw == nil {
		o.Raw = []byte(o.Text)
	}
	l.tell(sandbox.Event{Name: "out", Out: &o})
	if n := len(l.kept); n > 0 && l.kept[n-1].Stream == o.Stream && l.kept[n-1].TMS == o.TMS {
		l.kept[n-1].Text += o.Text
		l.kept[n-1].Raw = append(slices.Clip(l.kept[n-1].Raw), o.Raw...)
		return
	}
	l.kept = append(l.kept, o)
}

// finish takes what an unfinished line has left.
func (l *testLog) finish() {
	if l.framing {
		l.output(l.frame)
		l.frame, l.framing = "", false
	}
	if l.filter != nil {
		l.text += l.filter(nil, "")
	}
	l.flush()
	l.settle()
	for _, row := range l.rows {
		if row.cut > 0 {
			row.Output += fmt.Sprintf("\n(%d bytes more are left out)\n", row.cut)
		}
	}
}

// running are the tests that have started and not ended, and do not wait for
// their turn.
func (l *testLog) running() []*testRow {
	var out []*testRow
	for _, row := range l.rows {
		if !row.ended && !row.paused {
			out = append(out, row)
		}
	}
	return out
}

// failed says whether any test has.
func (l *testLog) failed() bool {
	return slices.ContainsFunc(l.rows, func(r *testRow) bool { return r.Status == sandbox.TestFailed })
}

// tests are the rows as a Result has them.
func (l *testLog) tests() []sandbox.Test {
	out := []sandbox.Test{}
	for _, row := range l.rows {
		out = append(out, row.Test)
	}
	return out
}
