package toolchain

import (
	"errors"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

func TestFormat(t *testing.T) {
	e := needsEngine(t)
	in := []sandbox.File{
		{Name: "a.go", Content: "package main\nfunc   main( ) { }\n"},
		{Name: "b.go", Content: "package main\nfunc f() {\n\tx := \n}\n"},
	}
	out, diags, err := e.Format(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if want := "package main\n\nfunc main() {}\n"; out[0].Content != want {
		t.Errorf("formatted %q, want %q", out[0].Content, want)
	}
	if out[1].Content != in[1].Content {
		t.Errorf("a file that does not parse was changed to %q", out[1].Content)
	}
	if len(diags) == 0 || diags[0].File != "b.go" || diags[0].Line != 4 {
		t.Errorf("diagnostics %+v, want one at b.go:4", diags)
	}
	if _, diags, err = e.Format(t.Context(), []sandbox.File{{Name: "../x.go"}}); err != nil || len(diags) != 1 {
		t.Errorf("a bad name: %+v, %v", diags, err)
	}
}

// TestHelperFaults tells the fault of the bytes from ours.
func TestHelperFaults(t *testing.T) {
	e := needsEngine(t)
	for name, want := range map[string]string{"spin": "processor time", "hog": "memory", "refuse": "this is no trace"} {
		_, err := e.Helper(t.Context(), name, nil)
		var bad *HelperError
		if !errors.As(err, &bad) || !strings.Contains(bad.Reason, want) {
			t.Errorf("%s: %v, want a HelperError about %s", name, err, want)
		}
	}
	_, err := e.Helper(t.Context(), "break", nil)
	var bad *HelperError
	if err == nil || errors.As(err, &bad) {
		t.Errorf("break: %v, want an error of ours", err)
	}
}
