package main

import (
	"testing"

	"course/tutor/sandbox"
)

// Ensure that what is said after a run is said under the heading it belongs to.
func TestAfterwards(t *testing.T) {
	race := sandbox.Diagnostic{File: "a.go", Line: 3, Code: "runtime:race", Message: "data race"}
	advice := sandbox.Diagnostic{File: "a.go", Line: 4, Col: 2, Code: "vet:printf", Message: "wrong verb", Explain: "Use %s."}
	sentence := sandbox.Diagnostic{Code: "runtime:tests", Message: "TestA was not run"}
	for _, c := range []struct {
		status sandbox.Status
		diags  []sandbox.Diagnostic
		want   string
	}{
		{sandbox.StatusOK, nil, ""},
		{sandbox.StatusOK, []sandbox.Diagnostic{advice}, "tutor: it ran, and go vet says\na.go:4:2: wrong verb\n\tUse %s."},
		{sandbox.StatusTestFailed, []sandbox.Diagnostic{advice, sentence}, "tutor: go vet says\na.go:4:2: wrong verb\n\tUse %s."},
		{sandbox.StatusTestFailed, []sandbox.Diagnostic{race, advice}, "tutor: the tests failed\na.go:3: data race\ntutor: go vet says\na.go:4:2: wrong verb\n\tUse %s."},
		{sandbox.StatusOK, []sandbox.Diagnostic{race}, "tutor: it ran\na.go:3: data race"},
		{sandbox.StatusDiskLimit, []sandbox.Diagnostic{race}, "tutor: it ended as disk limit\na.go:3: data race"},
		{sandbox.StatusRuntimeError, []sandbox.Diagnostic{{Code: "runtime:exit", Message: "exit 3"}}, ""},
	} {
		if got := afterwards(&sandbox.Result{Status: c.status, Diagnostics: c.diags}); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.status, c.diags, got, c.want)
		}
	}
}

// Ensure that a limit is told with what was used and kept, and no sentence of
// report's again.
func TestReason(t *testing.T) {
	sentence := sandbox.Diagnostic{Code: "runtime:tests", Message: "the program had printed all that it may while TestA ran"}
	lesson := sandbox.Diagnostic{Message: "compiling was stopped", Explain: "Some programs are large."}
	for want, r := range map[string]*sandbox.Result{
		"stopped: output (output: 2 KiB of 1 KiB); of what it printed 1 KiB are kept, and 1 KiB are left out": {Status: sandbox.StatusOutputLimit,
			Limit:     &sandbox.LimitHit{Name: "output", Used: 2 << 10, Allowed: 1 << 10, Unit: "bytes"},
			Truncated: &sandbox.Truncated{KeptBytes: 1 << 10, DroppedBytes: 1 << 10}, Diagnostics: []sandbox.Diagnostic{sentence}},
		"stopped: it made a system call that is not allowed here": {Status: sandbox.StatusForbidden, Diagnostics: []sandbox.Diagnostic{sentence}},
		"the build was stopped (compile: 10.00 s of 10.00 s)\ncompiling was stopped\n\tSome programs are large.": {Status: sandbox.StatusCompileLimit,
			Limit: &sandbox.LimitHit{Name: "compile", Used: 10000, Allowed: 10000, Unit: "ms"}, Diagnostics: []sandbox.Diagnostic{lesson}},
	} {
		if got := reason(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Ensure that a position is said as far as it is known.
func TestPlace(t *testing.T) {
	for want, d := range map[string]sandbox.Diagnostic{
		"":           {Line: 3},
		"a.go: ":     {File: "a.go"},
		"b.go: ":     {File: "b.go", Col: 3, Code: "runtime:race"},
		"a.go:3: ":   {File: "a.go", Line: 3, Code: "runtime:race"},
		"a.go:3:2: ": {File: "a.go", Line: 3, Col: 2, Code: "runtime:race"},
		"c.go:3: ":   {File: "c.go", Line: 3, Code: "build:link"},
	} {
		if got := place(d); got != want {
			t.Errorf("%+v stands at %q, want %q", d, got, want)
		}
	}
}
