package page

import (
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// variedView is the runs of a program with several values of GOMAXPROCS, side by
// side.
type variedView struct {
	Rows   []variedRow
	Traced bool // some row has a trace
}

// variedRow is one of them.
type variedRow struct {
	Procs     int
	Icon      string
	State     string // err, limit or "": its colour
	Word      string // how it ended
	Wall, CPU string
	Output    string
	Lines     string // "2 lines", of Output
	Trace     string // URL; "" for none
}

// mostOutput bounds, in bytes, what a row shows of its output: below, all of it
// is shown.
const mostOutput = 16 << 10

// newVaried makes the table; nil for a run that was not varied. Recorded runs
// have no traces that could be opened.
func newVaried(r *sandbox.Result, recorded bool) *variedView {
	if len(r.Vary) == 0 {
		return nil
	}
	v := &variedView{}
	for i, part := range r.Varied() {
		line := StatusLine(part, "")
		row := variedRow{
			Procs: r.Vary[i], Icon: line.Icon, State: line.State, Word: strings.TrimRight(line.Fact, ".:"),
			Wall: duration(part.Usage.WallMS), CPU: duration(part.Usage.CPUMS), Output: outputText(part),
		}
		if row.State == "ok" {
			row.State = ""
		}
		if row.Output != "" {
			row.Lines = plural(1+strings.Count(row.Output, "\n"), "line", "lines")
		}
		if part.Trace != nil && part.Trace.ID != "" && !recorded {
			row.Trace, v.Traced = "/traces/"+part.Trace.ID, true
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// outputText is what a run printed, without the final newline.
func outputText(r *sandbox.Result) string {
	var text strings.Builder
	for _, e := range r.Events {
		text.WriteString(e.Text)
	}
	all := strings.TrimRight(text.String(), "\n")
	if len(all) > mostOutput {
		return strings.ToValidUTF8(all[:mostOutput], "") + "\n… the rest is below, with all output"
	}
	return all
}

// variedLine is the status line of a program that ended well with each value.
func variedLine(r *sandbox.Result) Line {
	return Line{"ok", "check", "Ran.", "With GOMAXPROCS " + numbers(r.Vary) + ", together " + duration(r.Timing.RunMS) + built(r)}
}

// firstBad says with which value a varied run did not end well; "" for one that
// was not varied.
func firstBad(r *sandbox.Result) string {
	for i, part := range r.Varied() {
		if part.Status != sandbox.StatusOK {
			return "With " + sandbox.VaryName(r.Vary[i])
		}
	}
	return ""
}

// numbers writes "1, 2 and 4".
func numbers(list []int) string {
	var text string
	for i, n := range list {
		switch {
		case i > 0 && i == len(list)-1:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += strconv.Itoa(n)
	}
	return text
}
