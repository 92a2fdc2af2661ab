package page

import (
	"html/template"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// coverView is what ran of a package, by function.
type coverView struct {
	Caption string
	Rows    []coverRow
	Missed  []string // "stack.go: lines 4 to 6, 9"
}

// coverRow is one function.
type coverRow struct {
	Name, File string
	Line       int
	Percent    string
	Part       string // "2 of 3"
	State      string // pass, err or ""
	Icon       string
}

// newCover makes the table; nil without coverage.
func newCover(c *sandbox.Coverage) *coverView {
	if c == nil {
		return nil
	}
	v := &coverView{Caption: coverWords(c)}
	for _, f := range c.Functions {
		row := coverRow{Name: f.Name, File: f.File, Line: f.Line, Percent: coverPercent(f.Covered, f.Statements),
			Part: strconv.Itoa(f.Covered) + " of " + strconv.Itoa(f.Statements), Icon: "dash"}
		switch {
		case f.Statements == 0:
		case f.Covered == f.Statements:
			row.State, row.Icon = "pass", "check"
		case f.Covered == 0:
			row.State, row.Icon = "err", "cross"
		}
		v.Rows = append(v.Rows, row)
	}
	for i := range c.Files {
		if lines := missedLines(&c.Files[i]); lines != "" {
			v.Missed = append(v.Missed, c.Files[i].Name+": "+lines)
		}
	}
	return v
}

// coverWords is "66.7 % of statements ran".
func coverWords(c *sandbox.Coverage) string {
	if c.Statements == 0 {
		return "There are no statements to cover outside of tests"
	}
	return coverPercent(c.Covered, c.Statements) + " of statements ran"
}

// coverPercent never says 100 % of what is not all, nor of nothing.
func coverPercent(covered, statements int) string {
	p, ok := sandbox.Percent(covered, statements)
	if !ok {
		return "no statements"
	}
	if covered < statements {
		p = min(p, 99.9)
	}
	return trimZero(fixed(p, 1)) + " %"
}

// missedLines lists the lines with something on them that did not run.
func missedLines(f *sandbox.CoveredFile) string {
	var parts []string
	last, from := 0, 0
	end := func() {
		switch {
		case from == 0:
		case from == last:
			parts = append(parts, strconv.Itoa(from))
		default:
			parts = append(parts, strconv.Itoa(from)+" to "+strconv.Itoa(last))
		}
	}
	for n := 1; n <= lastLine(f); n++ {
		if s := f.Line(n); s != sandbox.LineMissed && s != sandbox.LinePartly {
			continue
		}
		if n != last+1 || from == 0 {
			end()
			from = n
		}
		last = n
	}
	end()
	switch len(parts) {
	case 0:
		return ""
	case 1:
		if from == last {
			return "line " + parts[0]
		}
	}
	return "lines " + strings.Join(parts, ", ")
}

func lastLine(f *sandbox.CoveredFile) int {
	last := 0
	for _, b := range f.Blocks {
		last = max(last, b.EndLine)
	}
	return last
}

// coverMarks are what is painted on a line: a sign and a word beside the code,
// and a class that colours it.
var coverMarks = map[string][3]string{
	sandbox.LineCovered: {"cov ran", "check", "ran"},
	sandbox.LinePartly:  {"cov part", "dash", "partly"},
	sandbox.LineMissed:  {"cov miss", "cross", "not run"},
}

// coverCosts puts what ran beside the lines, in the way of the costs of a
// trace.
func coverCosts(c *sandbox.Coverage) []lineCost {
	if c == nil {
		return nil
	}
	var list []lineCost
	for i := range c.Files {
		f := &c.Files[i]
		for n := 1; n <= lastLine(f); n++ {
			mark, ok := coverMarks[f.Line(n)]
			if !ok {
				continue
			}
			list = append(list, lineCost{f.Name, n, template.HTML(`<span class="cost ` + mark[0] + `" data-file="` + esc(f.Name) + `" data-at="` + strconv.Itoa(n) +
				`" title="` + esc(f.Name+":"+strconv.Itoa(n)+": "+mark[2]) + `"><span class="cp mx">` + string(icon(mark[1])) + `<span>` + mark[2] + `</span></span></span>`)})
		}
	}
	return list
}
