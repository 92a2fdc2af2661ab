package page

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// TestStatusLine holds the words of every status: a fact, then the detail
// with digits and units.
func TestStatusLine(t *testing.T) {
	at := func(file string, line int, code string) []sandbox.Diagnostic {
		return []sandbox.Diagnostic{{File: file, Line: line, Code: code, Message: "m"}}
	}
	hit := func(name string, used, allowed float64, unit string) *sandbox.LimitHit {
		return &sandbox.LimitHit{Name: name, Used: used, Allowed: allowed, Unit: unit}
	}
	ran := sandbox.Timing{RunMS: 3, CompileMS: 120, LinkMS: 90}
	tests := []struct {
		name   string
		result *sandbox.Result
		expect string
		state  string
		want   string
	}{
		{"idle", nil, "", "", ""},
		{"idle deadlock", nil, "deadlock", "", "Expected to end in a deadlock"},
		{"idle exit", nil, "exit:3", "", "Expected to exit with 3"},
		{"idle panic", nil, "panic", "", "Expected to panic"},
		{"ok", &sandbox.Result{Status: "ok", Timing: ran}, "", "ok", "Ran. Exit 0 after 3 ms, built in 0.21 s"},
		{"cached", &sandbox.Result{Status: "ok", Timing: ran, Cached: true}, "", "ok", "Ran. Exit 0 after 3 ms, from cache"},
		{"interpreted", &sandbox.Result{Status: "ok", Timing: ran, Engine: "interp"}, "", "ok", "Ran. Exit 0 after 3 ms, interpreted"},
		{"approximate", &sandbox.Result{Status: "ok", Timing: sandbox.Timing{RunMS: 3}, Engine: "interp", Approximate: true}, "", "ok", "Ran. Exit 0 after 3 ms. Approximate: interpreted, as no Go is installed"},
		{"long", &sandbox.Result{Status: "ok", Timing: sandbox.Timing{RunMS: 1004}, Cached: true}, "", "ok", "Ran. Exit 0 after 1.00 s, from cache"},
		{"two errors", &sandbox.Result{Status: "compile_error", Diagnostics: []sandbox.Diagnostic{{Line: 7}, {Line: 9}}}, "", "err", "Doesn’t compile. 2 errors, first on line 7"},
		{"one error", &sandbox.Result{Status: "compile_error", Diagnostics: at("a.go", 7, "")}, "", "err", "Doesn’t compile. 1 error, line 7"},
		{"expected error", &sandbox.Result{Status: "compile_error", Diagnostics: at("a.go", 7, "")}, "compile_error", "ok", "Doesn’t compile, as expected. 1 error, line 7"},
		{"panic", &sandbox.Result{Status: "runtime_error", ExitCode: 2, Timing: sandbox.Timing{RunMS: 2}, Diagnostics: at("hits.go", 5, "runtime:nil-map")}, "", "err", "Panicked at hits.go:5. Exit 2 after 2 ms"},
		{"expected panic", &sandbox.Result{Status: "runtime_error", ExitCode: 2, Timing: sandbox.Timing{RunMS: 2}, Diagnostics: at("hits.go", 5, "runtime:nil-map")}, "panic", "ok", "Panicked, as expected, at hits.go:5. Exit 2 after 2 ms"},
		{"exit", &sandbox.Result{Status: "runtime_error", ExitCode: 3, Timing: sandbox.Timing{RunMS: 12}}, "", "err", "Exited with 3 after 12 ms"},
		{"expected exit", &sandbox.Result{Status: "runtime_error", ExitCode: 3, Timing: sandbox.Timing{RunMS: 12}}, "exit:3", "ok", "Exited with 3, as expected, after 12 ms"},
		{"signal", &sandbox.Result{Status: "runtime_error", Signal: "SIGSEGV", Timing: sandbox.Timing{RunMS: 12}}, "", "err", "Ended by SIGSEGV after 12 ms"},
		{"deadlock", &sandbox.Result{Status: "deadlock", Diagnostics: at("send.go", 8, "runtime:deadlock")}, "", "err", "Deadlock. Every goroutine waits; send.go:8"},
		{"expected deadlock", &sandbox.Result{Status: "deadlock", Diagnostics: at("send.go", 8, "runtime:deadlock")}, "deadlock", "ok", "Deadlock, as expected. send.go:8"},
		{"race", &sandbox.Result{Status: "race", Diagnostics: []sandbox.Diagnostic{{File: "sum.go", Line: 12}, {File: "sum.go", Line: 19}}}, "", "err", "Data race. sum.go:12 and sum.go:19"},
		{"tests", &sandbox.Result{Status: "test_failed", Tests: []sandbox.Test{{Name: "TestA", Status: "passed"}, {Name: "TestOrder", Status: "failed"}}}, "", "err", "1 of 2 tests fail. First: TestOrder"},
		{"time", &sandbox.Result{Status: "time_limit", Limit: hit("wall", 2003, 2000, "ms")}, "", "limit", "Stopped: time. 2.0 of 2.0 s used"},
		{"cpu", &sandbox.Result{Status: "time_limit", Limit: hit("cpu", 2003, 2000, "ms")}, "", "limit", "Stopped: time. 2.0 of 2.0 s of processor time used"},
		{"memory", &sandbox.Result{Status: "memory_limit", Limit: hit("memory", 128<<20, 128<<20, "bytes"), Timing: sandbox.Timing{RunMS: 400}}, "", "limit", "Stopped: memory. Used 128 of 128 MB after 400 ms"},
		{"output", &sandbox.Result{Status: "output_limit", Limit: hit("output", 1<<20, 1<<20, "bytes")}, "", "limit", "Stopped: output. Printed 1 of 1 MB"},
		{"little output", &sandbox.Result{Status: "output_limit", Limit: hit("output", 256<<10, 256<<10, "bytes")}, "", "limit", "Stopped: output. Printed 256 of 256 KB"},
		{"processes", &sandbox.Result{Status: "process_limit", Limit: hit("processes", 64, 64, "tasks")}, "", "limit", "Stopped: processes. 64 of 64 started"},
		{"disk", &sandbox.Result{Status: "disk_limit", Limit: hit("disk", 16<<20, 16<<20, "bytes")}, "", "limit", "Stopped: disk. Wrote 16 of 16 MB"},
		{"compile", &sandbox.Result{Status: "compile_limit", Limit: hit("compile", 10000, 10000, "ms"), Diagnostics: at("a.go", 14, "")}, "", "limit", "Build stopped. Over 10 s; see line 14"},
		{"forbidden", &sandbox.Result{Status: "forbidden", Diagnostics: []sandbox.Diagnostic{{Message: "It called ptrace"}}}, "", "limit", "Stopped: not allowed here. It called ptrace"},
		{"refused", &sandbox.Result{Status: "refused", Diagnostics: []sandbox.Diagnostic{{Message: `import "C" is not available`}}}, "", "limit", `Not built. import "C" is not available`},
		{"replaced", &sandbox.Result{Status: "killed", Diagnostics: []sandbox.Diagnostic{{Code: "runtime:replaced", Message: "a newer run took its place"}}}, "", "limit", "Stopped: a newer run took its place"},
		{"killed", &sandbox.Result{Status: "killed", Timing: sandbox.Timing{RunMS: 800}}, "", "limit", "Stopped by you after 800 ms"},
	}
	for _, test := range tests {
		got := StatusLine(test.result, test.expect)
		if got.Text() != test.want || got.State != test.state {
			t.Errorf("%s: %q (%s), want %q (%s)", test.name, got.Text(), got.State, test.want, test.state)
		}
	}
}

// TestStatusLineKnowsAll fails when a status is added that has no words.
func TestStatusLineKnowsAll(t *testing.T) {
	all := []sandbox.Status{
		sandbox.StatusOK, sandbox.StatusCompileError, sandbox.StatusRuntimeError, sandbox.StatusDeadlock,
		sandbox.StatusRace, sandbox.StatusTestFailed, sandbox.StatusTimeLimit, sandbox.StatusMemoryLimit,
		sandbox.StatusOutputLimit, sandbox.StatusProcessLimit, sandbox.StatusDiskLimit, sandbox.StatusCompileLimit,
		sandbox.StatusForbidden, sandbox.StatusRefused, sandbox.StatusKilled,
	}
	for _, status := range all {
		if _, known := statusWords[status]; !known {
			t.Errorf("no words for status %s", status)
		}
		line := StatusLine(&sandbox.Result{Status: status}, "")
		if line.Fact == "" || line.State == "" || line.Icon == "" {
			t.Errorf("status %s without details: %+v", status, line)
		}
	}
}

func TestDuration(t *testing.T) {
	for ms, want := range map[float64]string{0: "0 ms", 0.04: "0.1 ms", 0.42: "0.4 ms", 1.2: "1 ms", 999: "999 ms", 999.6: "1.00 s", 12345: "12.35 s", 150_000: "2.5 min", 3_600_000: "1 h"} {
		if got := duration(ms); got != want {
			t.Errorf("duration(%v) = %q, want %q", ms, got, want)
		}
	}
}

// TestWithoutGo shows that programs are interpreted where there is no Go, and
// lets them be run.
func TestWithoutGo(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, approximate := range []bool{false, true} {
		v := sampleChapter(t, "next")
		v.GoVersion, v.GoProblem, v.Approximate = "", "Go was not found.", approximate
		var b strings.Builder
		if err := r.Chapter(&b, v); err != nil {
			t.Fatal(err)
		}
		html := b.String()
		if got := strings.Contains(html, "Programs are interpreted here, which is approximate:"); got != approximate {
			t.Errorf("approximate %v: the banner says so: %v", approximate, got)
		}
		if got := strings.Contains(html, `value="run" data-act="run" disabled`); got == approximate {
			t.Errorf("approximate %v: Run is disabled: %v", approximate, got)
		}
		if !strings.Contains(html, "Go was not found.") {
			t.Errorf("approximate %v: what to do is not said", approximate)
		}
	}
}
