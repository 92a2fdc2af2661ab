package page

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// Line is a status line: a fact in one to three words, then the detail.
type Line struct {
	State  string // colour of the spine: ok, err, limit, run, pass or ""
	Icon   string // symbol name without its "i-"
	Fact   string
	Detail string
}

// Text is the line without markup.
func (l Line) Text() string {
	return strings.TrimSpace(l.Fact + " " + l.Detail)
}

// StatusLine says in words how a run ended. expect is what the author said
// would happen (the expect= of the fence), "" for nothing special.
func StatusLine(r *sandbox.Result, expect string) Line {
	if r == nil {
		return idleLine(expect)
	}
	words, known := statusWords[r.Status]
	if !known {
		return Line{State: "err", Icon: "warn", Fact: "Ended as " + string(r.Status) + "."}
	}
	line := words(r)
	if with := firstBad(r); with != "" {
		line.Detail = joinSentences(with, line.Detail)
	}
	if r.Approximate && r.Ran() {
		line.Detail = strings.TrimSuffix(line.Detail, ".") + ". Approximate: interpreted, as no Go is installed"
	}
	if expected(r, expect) {
		return asExpected(line)
	}
	return line
}

// asExpected turns a line of something that went wrong into one of something
// the author showed on purpose.
func asExpected(line Line) Line {
	line.State, line.Icon = "ok", "check"
	fact, ended := strings.CutSuffix(line.Fact, ".")
	if ended {
		line.Fact = fact + ", as expected."
	} else {
		line.Fact = fact + ", as expected,"
	}
	line.Detail = strings.TrimPrefix(line.Detail, everyoneWaits+"; ")
	return line
}

const everyoneWaits = "Every goroutine waits"

// statusWords is one sentence for each way to end.
var statusWords = map[sandbox.Status]func(*sandbox.Result) Line{
	sandbox.StatusOK: func(r *sandbox.Result) Line {
		switch r.Kind {
		case sandbox.KindTest, sandbox.KindCover:
			return testsLine(r)
		case sandbox.KindBench:
			return benchLine(r)
		case sandbox.KindAsm:
			return Line{"ok", "check", "Compiled.", "Nothing was run"}
		}
		if len(r.Vary) > 0 {
			return variedLine(r)
		}
		return Line{"ok", "check", "Ran.", "Exit 0 after " + duration(r.Timing.RunMS) + onClock(r) + built(r)}
	},
	sandbox.StatusCompileError: func(r *sandbox.Result) Line {
		return Line{"err", "cross", "Doesn’t compile.", errorCount(r.Diagnostics)}
	},
	sandbox.StatusRuntimeError: crashLine,
	sandbox.StatusDeadlock: func(r *sandbox.Result) Line {
		return Line{"err", "deadlock", "Deadlock.", everyoneWaits + where("; ", r.Diagnostics)}
	},
	sandbox.StatusRace: func(r *sandbox.Result) Line {
		return Line{"err", "warn", "Data race.", raceLines(r.Diagnostics)}
	},
	sandbox.StatusTestFailed: testLine,
	sandbox.StatusTimeLimit: func(r *sandbox.Result) Line {
		detail := of(r.Limit, seconds) + " s used"
		if r.Limit != nil && r.Limit.Name == "cpu" {
			detail = of(r.Limit, seconds) + " s of processor time used"
		}
		return Line{"limit", "limit", "Stopped: time.", detail}
	},
	sandbox.StatusMemoryLimit: func(r *sandbox.Result) Line {
		if r.Limit != nil && r.Limit.Refused() {
			return Line{"limit", "limit", "Stopped: memory.", "Had " + megabytes(r.Limit.Used) + " MB, and asked for more than the " + megabytes(r.Limit.Allowed) + " MB that it may use"}
		}
		return Line{"limit", "limit", "Stopped: memory.", "Used " + of(r.Limit, megabytes) + " MB after " + duration(r.Timing.RunMS)}
	},
	sandbox.StatusOutputLimit: func(r *sandbox.Result) Line {
		return Line{"limit", "limit", "Stopped: output.", "Printed " + ofSize(r.Limit)}
	},
	sandbox.StatusProcessLimit: func(r *sandbox.Result) Line {
		return Line{"limit", "limit", "Stopped: processes.", of(r.Limit, whole) + " started"}
	},
	sandbox.StatusDiskLimit: func(r *sandbox.Result) Line {
		return Line{"limit", "limit", "Stopped: disk.", "Wrote " + ofSize(r.Limit)}
	},
	sandbox.StatusCompileLimit: compileLimitLine,
	sandbox.StatusForbidden: func(r *sandbox.Result) Line {
		return Line{"limit", "limit", "Stopped: not allowed here.", firstMessage(r.Diagnostics)}
	},
	sandbox.StatusRefused: func(r *sandbox.Result) Line {
		return Line{"limit", "limit", "Not built.", firstMessage(r.Diagnostics)}
	},
	sandbox.StatusKilled: func(r *sandbox.Result) Line {
		for _, d := range r.Diagnostics {
			if d.Code == "runtime:replaced" || d.Code == "runtime:stopping" {
				return Line{"limit", "stop", "Stopped:", d.Message}
			}
		}
		return Line{"limit", "stop", "Stopped", "by you after " + duration(r.Timing.RunMS)}
	},
}

func idleLine(expect string) Line {
	switch expect {
	case "", string(sandbox.StatusOK):
		return Line{}
	case string(sandbox.StatusDeadlock):
		return Line{Detail: "Expected to end in a deadlock"}
	case string(sandbox.StatusCompileError):
		return Line{Detail: "Expected not to compile"}
	case string(sandbox.StatusRace):
		return Line{Detail: "Expected to have a data race"}
	case string(sandbox.StatusTestFailed):
		return Line{Detail: "Expected to have tests that fail"}
	case "panic", string(sandbox.StatusRuntimeError):
		return Line{Detail: "Expected to panic"}
	}
	if code, ok := strings.CutPrefix(expect, "exit:"); ok {
		return Line{Detail: "Expected to exit with " + code}
	}
	return Line{Detail: "Expected to be stopped by a limit"}
}

// expected reports whether r ended as the author said, in another way than ok.
func expected(r *sandbox.Result, expect string) bool {
	switch expect {
	case "", string(sandbox.StatusOK):
		return false
	case "panic":
		return r.Status == sandbox.StatusRuntimeError && panicked(r)
	}
	if code, ok := strings.CutPrefix(expect, "exit:"); ok {
		return r.Status == sandbox.StatusRuntimeError && strconv.Itoa(r.ExitCode) == code
	}
	return string(r.Status) == expect
}

// crashLine tells a panic, a signal and a plain exit code apart.
func crashLine(r *sandbox.Result) Line {
	after := " after " + duration(r.Timing.RunMS)
	switch {
	case r.Signal != "" && hasCode(r, "runtime:killed"):
		return Line{"err", "panic", "Ended by " + r.Signal + ",", "from outside the sandbox" + after}
	case r.Signal != "":
		return Line{"err", "panic", "Ended by " + r.Signal, strings.TrimSpace(after)}
	case panicked(r):
		return Line{"err", "panic", "Panicked", strings.TrimSpace(where("at ", r.Diagnostics)+". Exit "+strconv.Itoa(r.ExitCode)) + after}
	}
	return Line{"err", "cross", "Exited with " + strconv.Itoa(r.ExitCode), strings.TrimSpace(after)}
}

func hasCode(r *sandbox.Result, code string) bool {
	return slices.ContainsFunc(r.Diagnostics, func(d sandbox.Diagnostic) bool { return d.Code == code })
}

// panicked reports whether the runtime said why it ended. It is information:
// a program can print the same words.
func panicked(r *sandbox.Result) bool {
	for _, d := range r.Diagnostics {
		if strings.HasPrefix(d.Code, "runtime:") && d.Code != "runtime:exit" {
			return true
		}
	}
	return false
}

func testLine(r *sandbox.Result) Line {
	failed, all, first := 0, 0, ""
	for _, t := range r.Tests {
		top := !strings.Contains(t.Name, "/")
		if top {
			all++
		}
		if t.Status != sandbox.TestFailed {
			continue
		}
		if top {
			failed++
		}
		if first == "" || strings.HasPrefix(t.FullName(), first+"/") {
			first = t.FullName() // the innermost of the first that failed
		}
	}
	if first == "" {
		return Line{"err", "cross", "Failed.", firstMessage(r.Diagnostics)}
	}
	detail := "First: " + first
	if ofRace(r.Diagnostics) {
		detail += ". Data race: " + raceLines(r.Diagnostics)
	}
	if r.Cover != nil {
		detail += ". " + coverWords(r.Cover)
	}
	return Line{"err", "cross", fmt.Sprintf("%d of %s.", failed, plural(all, "test fails", "tests fail")), detail}
}

func compileLimitLine(r *sandbox.Result) Line {
	detail := ""
	if r.Limit != nil {
		detail = "Over " + whole(r.Limit.Allowed/1000) + " s"
		if r.Limit.Unit == "bytes" {
			detail = "Over " + megabytes(r.Limit.Allowed) + " MB"
		}
	}
	for _, d := range r.Diagnostics {
		if d.Line > 0 {
			return Line{"limit", "limit", "Build stopped.", fmt.Sprintf("%s; see line %d", detail, d.Line)}
		}
	}
	return Line{"limit", "limit", "Build stopped.", detail}
}

// onClock tells a fake clock from the real one, and what was watched for races.
func onClock(r *sandbox.Result) string {
	switch {
	case r.Clock == sandbox.ClockFake:
		return " on the real clock; the program saw the fake one"
	case r.Race:
		return ", and no race was seen"
	}
	return ""
}

// built says how long building took, or that nothing was built.
func built(r *sandbox.Result) string {
	switch {
	case r.Engine == sandbox.EngineInterp && !r.Approximate:
		return ", interpreted"
	case r.Cached:
		return ", from cache"
	}
	ms := r.Timing.CompileMS + r.Timing.LinkMS
	if ms <= 0 {
		return ""
	}
	return fmt.Sprintf(", built in %.2f s", ms/1000)
}

func errorCount(diags []sandbox.Diagnostic) string {
	n, line := 0, 0
	for _, d := range diags {
		n++
		if line == 0 {
			line = d.Line
		}
	}
	switch {
	case n == 0 || line == 0:
		return plural(n, "error", "errors")
	case n == 1:
		return fmt.Sprintf("1 error, line %d", line)
	}
	return fmt.Sprintf("%d errors, first on line %d", n, line)
}

// where is "BEFOREfile:line" of the first diagnostic that has a place.
func where(before string, diags []sandbox.Diagnostic) string {
	for _, d := range diags {
		if d.Line > 0 && !isVet(d) {
			return before + filePlace(d.File, d.Line)
		}
	}
	return ""
}

func raceLines(diags []sandbox.Diagnostic) string {
	var places []string
	for _, d := range diags {
		if !isVet(d) && d.Line > 0 && len(places) < 2 {
			places = append(places, filePlace(d.File, d.Line))
		}
	}
	return strings.Join(places, " and ")
}

func firstMessage(diags []sandbox.Diagnostic) string {
	if len(diags) == 0 {
		return ""
	}
	return diags[0].Message
}

func filePlace(file string, line int) string {
	if file == "" {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// of is "USED of ALLOWED", both written by f.
func of(l *sandbox.LimitHit, f func(float64) string) string {
	if l == nil {
		return "all"
	}
	return f(l.Used) + " of " + f(l.Allowed)
}

// ofSize is "USED of ALLOWED UNIT" for bytes, in the unit of what is allowed.
func ofSize(l *sandbox.LimitHit) string {
	switch {
	case l == nil:
		return "all that is allowed"
	case l.Allowed >= 1<<20:
		return of(l, megabytes) + " MB"
	case l.Allowed >= 1<<10:
		return of(l, func(v float64) string { return whole(v / 1024) }) + " KB"
	}
	return of(l, whole) + " bytes"
}

func seconds(ms float64) string      { return fmt.Sprintf("%.1f", ms/1000) }
func whole(v float64) string         { return thousands(int64(math.Round(v))) }
func megabytes(bytes float64) string { return trimZero(fmt.Sprintf("%.1f", bytes/(1<<20))) }

func trimZero(s string) string { return strings.TrimSuffix(s, ".0") }

// duration writes a time: under a second in ms, then with decimals in the unit
// that keeps it short, since the fake clock may run for hours.
func duration(ms float64) string {
	switch {
	case ms <= 0:
		return "0 ms"
	case ms < 1:
		return trimZero(fmt.Sprintf("%.1f", math.Max(ms, 0.1))) + " ms"
	case ms < 999.5:
		return whole(ms) + " ms"
	case ms < 100e3:
		return fmt.Sprintf("%.2f s", ms/1000)
	case ms < 3600e3:
		return trimZero(fmt.Sprintf("%.1f", ms/60e3)) + " min"
	}
	return trimZero(fmt.Sprintf("%.1f", ms/3600e3)) + " h"
}

// thousands writes n with a comma each three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(int64(n)) + " " + many
}
