package grade

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Time     string      `xml:"time,attr"` // seconds
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitProblem `xml:"failure,omitempty"`
	Error   *junitProblem `xml:"error,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes one testsuite a submission and one testcase a check. What
// could not be judged is an <error>.
func WriteJUnit(w io.Writer, all []Graded) error {
	var out junitSuites
	for _, g := range all {
		out.Suites = append(out.Suites, suiteOf(g))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(g Graded) junitSuite {
	s := junitSuite{Name: xmlText(g.Submission), Time: fmt.Sprintf("%.3f", g.Verdict.DurationMS/1000)}
	for _, c := range g.Verdict.Checks {
		one := junitCase{Name: c.Title, Class: g.Verdict.Exercise + "." + c.ID}
		problem := &junitProblem{Message: xmlText(c.Message), Text: xmlText(fullText(c))}
		switch c.Status {
		case Failed:
			one.Failure = problem
			s.Failures++
		case Error, NotJudged:
			one.Error = problem
			s.Errors++
		}
		s.Tests++
		s.Cases = append(s.Cases, one)
	}
	return s
}

// xmlText drops what XML has no character for.
func xmlText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, text)
}
