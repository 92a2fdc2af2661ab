package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompare proves that -check cannot pass on bundles that are stale,
// missing or left over.
func TestCompare(t *testing.T) {
	built := map[string][]byte{"app.js": []byte("a()"), "tutor.css": []byte("b{}")}
	tests := []struct {
		name string
		have map[string]string
		want string // part of the error; "" for none
	}{
		{"fresh", map[string]string{"app.js": "a()", "tutor.css": "b{}"}, ""},
		{"stale", map[string]string{"app.js": "old()", "tutor.css": "b{}"}, "dist/app.js is stale"},
		{"missing", map[string]string{"app.js": "a()"}, "tutor.css"},
		{"left over", map[string]string{"app.js": "a()", "tutor.css": "b{}", "old.js": ""}, "dist/old.js comes from no source"},
	}
	for _, test := range tests {
		dist := t.TempDir()
		for name, text := range test.have {
			if err := os.WriteFile(filepath.Join(dist, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		err := compare(dist, built)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

// TestNoPackages says what to do where npm's packages are not installed.
func TestNoPackages(t *testing.T) {
	_, err := bundle(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("got %v, want to be told of npm ci", err)
	}
}
