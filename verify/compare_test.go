package verify

import (
	"encoding/json"
	"strings"
	"testing"

	"course/tutor/content"
)

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		mode       string
		n          int
		want, got  string
		index      int // -1: equal
		saidInPart string
	}{
		{"", 0, "a\nb\n", "a\nb\n", -1, ""},
		{"", 0, "a\n", "a", -1, ""},
		{"", 0, "", "", -1, ""},
		{"", 0, "a\n\n", "a\n", 1, "it printed 1 lines"},
		{"", 0, "a\n", "a\n\n", 0, "it printed 2 lines"},
		{"", 0, "a\n", "a \n", 0, `"a "`},
		{"", 0, "a\nb\n", "a\nc\n", 1, `line 2 is "c"`},
		{"", 0, "", "x\n", 0, `the next is "x"`},
		{"unordered", 0, "a\nb\nb\n", "b\na\nb\n", -1, ""},
		{"unordered", 0, "a\nb\nb\n", "b\na\na\n", 2, `no line of the output is "b"`},
		{"unordered", 0, "a\n", "a\na\n", 0, `also printed "a"`},
		{"match", 0, "a.*c\n\\d+\n", "abc\n12\n", -1, ""},
		{"match", 0, "a\n", "ab\n", 0, `the page says "a"`},
		{"match", 0, "a|b\n", "b\n", -1, ""},
		{"first", 2, "a\nb\n", "a\nb\nc\nd\n", -1, ""},
		{"first", 2, "a\nb\n", "a\n", 1, "it printed 1 lines"},
	} {
		m := compare(&content.Expect{Mode: tc.mode, N: tc.n, Text: tc.want}, tc.got)
		switch {
		case m == nil && tc.index >= 0:
			t.Errorf("%s %q against %q: equal", tc.mode, tc.want, tc.got)
		case m != nil && (m.index != tc.index || !strings.Contains(m.message, tc.saidInPart)):
			t.Errorf("%s %q against %q: %+v", tc.mode, tc.want, tc.got, *m)
		}
	}
}

func TestMetric(t *testing.T) {
	metrics := json.RawMessage(`{"procs":2,"latency":{"p50_us":1.5,"p99_us":null},"tasks":[{"name":"a.b","n":3}],
		"blocked":{"chan receive":{"n":4}},"why":{"latency.p99_us":"too few"}}`)
	for path, want := range map[string]float64{"procs": 2, "latency.p50_us": 1.5, "tasks.a.b.n": 3, "blocked.chan%20receive.n": 4} {
		if got, err := metric(metrics, path); err != nil || got != want {
			t.Errorf("%s = %v, %v", path, got, err)
		}
	}
	for path, want := range map[string]string{"latency.p99_us": "too few", "latency": "no number", "nothing.here": "no number", "tasks.c.n": "no number"} {
		if _, err := metric(metrics, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestInUnit(t *testing.T) {
	for _, tc := range []struct {
		v          float64
		name, unit string
		want       float64
		ok         bool
	}{
		{1500, "latency.p50_us", "s", 0.0015, true}, {2, "latency.p50_us", "", 2, true}, {3, "gc.stw_ms", "s", 0.003, true},
		{0.9, "utilisation", "%", 0.9, true}, {9, "gc.stw_ms", "%", 0, false}, {64, "heap.peak_bytes", "B", 64, true},
		{9, "switches.per_s", "s", 0, false}, {9, "switches.per_s", "", 9, true},
	} {
		got, err := inUnit(tc.v, tc.name, tc.unit)
		if (err == nil) != tc.ok || got != tc.want {
			t.Errorf("%v of %s in %q = %v, %v", tc.v, tc.name, tc.unit, got, err)
		}
	}
}

func TestShows(t *testing.T) {
	for _, tc := range []struct {
		source, page string
		want         bool
	}{
		{"256", "256", true}, {"256", "255", false}, {"2048", "204", false}, {"10000", "10,000", true}, {"10_000", "10000", true},
		{"must have an associated P", "must have an associated P", true}, {"old  runnext", "old runnext", true},
		{"size/gomaxprocs+1", "size/gomaxprocs+1", true}, {"findRunnable", "find", false}, {"func findRunnable()", "findRunnable", true},
		{`"IO wait"`, "IO wait", true}, {"10 * 1000", "10 ms", true}, {"", "5", false}, {"5", "", false},
	} {
		if got := shows(tc.source, tc.page); got != tc.want {
			t.Errorf("%q shows %q: %v", tc.source, tc.page, got)
		}
	}
}

func TestMachineCall(t *testing.T) {
	for body, want := range map[string]string{
		"println(runtime.NumCPU())":      "runtime.NumCPU",
		"println(runtime.GOMAXPROCS(0))": "runtime.GOMAXPROCS",
		"n := runtime.GOMAXPROCS(n)":     "runtime.GOMAXPROCS",
		"runtime.GOMAXPROCS(2)":          "",
		"println(os.NumCPU())":           "",
		"(":                              "",
	} {
		if got := machineCall([]content.File{{Name: "a.go", Content: "package main\nfunc main() {\n" + body + "\n}\n"}}); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

// Ensure that edits keep the lines above them, and the indent of a list.
func TestApply(t *testing.T) {
	src := "a\n```text output\nx\ny\n```\nb\n- c\n\n  ```text output\n  z\n  ```\n"
	got := string(apply([]byte(src), []edit{{3, 2, []string{"1"}}, {10, 1, []string{"2", "3"}}}))
	if want := "a\n```text output\n1\n```\nb\n- c\n\n  ```text output\n  2\n  3\n  ```\n"; got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestGofmt(t *testing.T) {
	for _, tc := range []struct {
		src, says string
		line      int
	}{
		{"package main\n\nfunc f() {}\n", "", 0},
		{"x := <-c\n", "", 0},
		{"package main\n\nfunc f() { }\n", "gofmt's form", 3},
		{"package main\n\nfunc f( {\n", "does not parse", 0},
	} {
		line, says := gofmt(tc.src)
		if line != tc.line || !strings.Contains(says, tc.says) || (says == "") != (tc.says == "") {
			t.Errorf("%q: line %d: %s", tc.src, line, says)
		}
	}
}
