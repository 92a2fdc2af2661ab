package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// Beside the trace of a run stand the end of one that was too long and those
// that the program took itself, under names of ours.
func TestAllTracesOfARunAreWritten(t *testing.T) {
	result := &sandbox.Result{Artifacts: []sandbox.Artifact{
		{Kind: "trace", Data: []byte("begin")},
		{Kind: "trace-end", Data: []byte("end")},
		{Kind: "trace-file", Name: "../../x.trace", Data: []byte("own")},
		{Kind: "trace-file", Name: "y.trace", Data: []byte("other")},
		{Kind: "leaks", Data: []byte("leaks")},
	}}
	dir := t.TempDir()
	said, err := writeTraces(filepath.Join(dir, "a.b.trace"), result)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for i := range files {
		data, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		files[i] = filepath.Base(files[i]) + ": " + string(data)
	}
	want := []string{"a.b-end.trace: end", "a.b-own1.trace: own", "a.b-own2.trace: other", "a.b.trace: begin"}
	if !slices.Equal(files, want) || len(said) != 3 || !strings.Contains(said[0], "The end of the trace was kept apart") || !strings.HasSuffix(said[2], "a.b-own2.trace.") {
		t.Errorf("files %q, said %q", files, said)
	}
	if said, err = writeTraces("", result); err != nil || len(said) != 2 || !strings.Contains(said[1], "(y.trace), and its files are gone") {
		t.Errorf("without a file: %q, %v", said, err)
	}
}
