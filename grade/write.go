package grade

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Graded is the verdict on one submission. Submission is its path as given.
type Graded struct {
	Submission string   `json:"submission"`
	Verdict    *Verdict `json:"verdict"`
}

// WriteJSON writes an array of submissions and verdicts in their order.
func WriteJSON(w io.Writer, all []Graded) error {
	if all == nil {
		all = []Graded{}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}

// WriteText writes a verdict for a person at a terminal. With colour it uses
// ANSI escapes; the words say the same without.
func WriteText(w io.Writer, v *Verdict, colour bool) error {
	var b strings.Builder
	for _, c := range v.Checks {
		textCheck(&b, c, colour)
	}
	fmt.Fprintf(&b, "%s: %d of %d points\n", paint(string(v.Status), v.Status, colour), v.Points, v.MaxPoints)
	if len(v.Ignored) > 0 {
		fmt.Fprintf(&b, "ignored: %s\n", strings.Join(v.Ignored, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func textCheck(b *strings.Builder, c CheckResult, colour bool) {
	word := paint(fmt.Sprintf("%-10s", strings.ReplaceAll(string(c.Status), "_", " ")), c.Status, colour)
	fmt.Fprintf(b, "%s %s", word, c.Title)
	if c.MaxPoints > 0 {
		fmt.Fprintf(b, " (%d of %d)", c.Points, c.MaxPoints)
	}
	b.WriteString("\n")
	if c.Status == Passed {
		return
	}
	indent(b, "", printable(c.Message))
	if c.Expected != "" {
		indent(b, "expected: ", printable(c.Expected))
	}
	if c.Got != "" {
		indent(b, "got:      ", printable(c.Got))
	}
	for _, e := range c.Evidence {
		if e.Kind == "line" {
			indent(b, fmt.Sprintf("%s:%d: ", e.File, e.Line), printable(e.Text))
		}
		if e.Goroutine != 0 {
			indent(b, "in the trace: ", printable(e.Text))
		}
	}
}

const margin = "           "

func indent(b *strings.Builder, label, text string) {
	hang := margin + strings.Repeat(" ", len(label))
	fmt.Fprintf(b, "%s%s%s\n", margin, label, strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+hang))
}

// printable takes what could move a terminal's cursor out of a text that came
// from a learner's program.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, text)
}

func paint(text string, s Status, colour bool) string {
	if !colour {
		return text
	}
	code := map[Status]string{Passed: "32", Failed: "31", Error: "33", NotJudged: "33"}[s]
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// ErrNoVerdict is returned by WriteGradescope for a verdict that is an error:
// a file would count as a grade of 0.
var ErrNoVerdict = errors.New("the work could not be judged, so there is no grade to write")

type gradescope struct {
	Score         int              `json:"score"`
	MaxScore      int              `json:"max_score"`
	ExecutionTime float64          `json:"execution_time"` // seconds
	Visibility    string           `json:"visibility"`
	Tests         []gradescopeTest `json:"tests"`
}

type gradescopeTest struct {
	Name     string `json:"name"`
	Score    int    `json:"score"`
	MaxScore int    `json:"max_score"`
	Status   string `json:"status"`
	Output   string `json:"output"`
}

// WriteGradescope writes the results.json that Gradescope reads.
func WriteGradescope(w io.Writer, v *Verdict) error {
	if v.Status == Error {
		return ErrNoVerdict
	}
	out := gradescope{Score: v.Points, MaxScore: v.MaxPoints, ExecutionTime: v.DurationMS / 1000, Visibility: "visible"}
	for _, c := range v.Checks {
		out.Tests = append(out.Tests, gradescopeTest{Name: c.Title, Score: c.Points, MaxScore: c.MaxPoints,
			Status: string(c.Status), Output: fullText(c)})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

// fullText is all that a check says, as plain text.
func fullText(c CheckResult) string {
	var b strings.Builder
	b.WriteString(c.Message + "\n")
	if c.Status != Passed && (c.Expected != "" || c.Got != "") {
		fmt.Fprintf(&b, "expected: %s\ngot: %s\n", c.Expected, c.Got)
	}
	for _, e := range c.Evidence {
		if e.Kind == "line" {
			fmt.Fprintf(&b, "%s:%d: %s\n", e.File, e.Line, e.Text)
		}
		if e.Goroutine != 0 {
			fmt.Fprintf(&b, "in the trace: %s\n", e.Text)
		}
	}
	return printable(b.String())
}
