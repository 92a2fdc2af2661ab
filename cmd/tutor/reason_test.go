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
