package grade

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
)

func sampleVerdict(s Status) *Verdict {
	return &Verdict{Exercise: "03-01", Status: s, Points: 5, MaxPoints: 15, DurationMS: 1500, Ignored: []string{"notes.txt"}, Checks: []CheckResult{
		{ID: "build", Title: "It compiles", Kind: "build", Seal: Sealed, Status: Passed, Evidence: []Evidence{}},
		{ID: "sum", Title: "Adds <up>", Kind: "call", Seal: Sealed, Status: s, Points: 5, MaxPoints: 15, Message: "Sum(1):\x1b[31m wrong & odd.",
			Expected: "3", Got: "4\x00", Evidence: []Evidence{{Kind: "line", File: "sum.go", Line: 7, Text: "here"}}},
	}}
}

func TestWriteText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteText(&b, sampleVerdict(Failed), false); err != nil {
		t.Fatal(err)
	}
	want := `passed     It compiles
failed     Adds <up> (5 of 15)
           Sum(1):` + "\uFFFD" + `[31m wrong & odd.
           expected: 3
           got:      4` + "\uFFFD" + `
           sum.go:7: here
failed: 5 of 15 points
ignored: notes.txt
`
	if b.String() != want {
		t.Errorf("WriteText wrote\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := WriteText(&b, sampleVerdict(Failed), true); err != nil || !strings.Contains(b.String(), "\x1b[31mfailed") {
		t.Errorf("with colour: %q, %v", b.String(), err)
	}
}

func TestWriteJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, []Graded{{"dir/a", sampleVerdict(Failed)}}); err != nil {
		t.Fatal(err)
	}
	var got []Graded
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got[0].Submission != "dir/a" || got[0].Verdict.Checks[1].Got != "4\x00" {
		t.Errorf("read back %+v, %v", got, err)
	}
	b.Reset()
	if err := WriteJSON(&b, nil); err != nil || strings.TrimSpace(b.String()) != "[]" {
		t.Errorf("nothing graded wrote %q, %v", b.String(), err)
	}
}

func TestWriteJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJUnit(&b, []Graded{{"a", sampleVerdict(Failed)}, {"b", sampleVerdict(NotJudged)}}); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("no XML: %v\n%s", err, b.String())
	}
	if got.Suites[0].Failures != 1 || got.Suites[1].Errors != 1 || got.Suites[0].Tests != 2 || got.Suites[0].Cases[1].Failure == nil {
		t.Errorf("got %+v", got)
	}
}

func TestWriteGradescope(t *testing.T) {
	var b bytes.Buffer
	if err := WriteGradescope(&b, sampleVerdict(Failed)); err != nil {
		t.Fatal(err)
	}
	var got gradescope
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Score != 5 || got.MaxScore != 15 || got.ExecutionTime != 1.5 || got.Tests[1].Status != "failed" {
		t.Errorf("got %+v, %v", got, err)
	}
	b.Reset()
	if err := WriteGradescope(&b, sampleVerdict(Error)); !errors.Is(err, ErrNoVerdict) || b.Len() != 0 {
		t.Errorf("an error wrote %q, %v", b.String(), err)
	}
}
