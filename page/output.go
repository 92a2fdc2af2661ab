package page

import (
	"fmt"
	"strings"

	"course/tutor/sandbox"
)

// outLine is one line a program printed.
type outLine struct {
	At    string  // when, for the gutter; "" when that was said before
	MS    float64 // when
	Class string  // "", e (stderr), sys (recorded)
	Text  string
}

// outputView is the output of a run.
type outputView struct {
	Label  string // accessible name: Output, Recorded output, ...
	Head   []outLine
	More   []outLine // folded away
	Cut    string    // which bound ended it
	Length string    // how long it took, when that is worth a replay
	Note   string    // said above it
	Skips  bool      // it may pause for long: a replay can skip that
	Folded bool      // it is all shown elsewhere, by test
}

// foldAt is the number of lines after which output is folded.
const foldAt = 200

// replayFrom is the length of a run, in ms, from which a replay tells more
// than the end.
const replayFrom = 500

func newOutput(r *sandbox.Result, recorded bool) *outputView {
	v := &outputView{Label: "Output"}
	class := ""
	if recorded {
		v.Label, class = "Recorded output", "sys"
	}
	v.Head = fold(outLines(r.Events, class), v)
	if t := r.Truncated; t != nil {
		v.Cut = fmt.Sprintf("Cut here: %s kept, %s left out.", size(t.KeptBytes), size(t.DroppedBytes))
	}
	v.timed(r)
	if len(v.Head) == 0 && v.Cut == "" {
		return nil
	}
	return v
}

// timed says how long the output took, where a replay tells more than the end.
func (v *outputView) timed(r *sandbox.Result) {
	length := r.Timing.RunMS
	if r.Clock == sandbox.ClockFake {
		if length = 0; len(r.Events) > 0 {
			length = r.Events[len(r.Events)-1].TMS
		}
		v.Note = fakeNote(r)
		v.Skips = true
	}
	if length >= replayFrom && len(r.Events) > 1 {
		v.Length = duration(length)
	}
}

// fakeNote says what the fake clock means for the output.
func fakeNote(r *sandbox.Result) string {
	note := "Times are of the fake clock: sleeping took none, and one goroutine ran at a time. "
	if differs := MayDiffer(r); differs != "" {
		return note + differs
	}
	return note + "It prints the same each time."
}

// MayDiffer says why the next run on the fake clock may print something else; ""
// where it prints the same.
func MayDiffer(r *sandbox.Result) string {
	if len(r.Varies) == 0 {
		return ""
	}
	var why []string
	for _, d := range r.Varies {
		text := d.Message
		if d.Line > 0 {
			text += " (" + filePlace(d.File, d.Line) + ")"
		}
		why = append(why, text)
	}
	return "The next run may differ: " + strings.Join(why, "; ") + "."
}

// fold keeps the first lines and puts the rest into v.More.
func fold(lines []outLine, v *outputView) []outLine {
	if len(lines) <= foldAt {
		return lines
	}
	v.More = lines[foldAt:]
	return lines[:foldAt]
}

// MoreSays is "Show 1,800 more lines".
func (v *outputView) MoreSays() string {
	return "Show " + plural(len(v.More), "more line", "more lines")
}

// outLines cuts the bursts of a run into lines. A burst that goes on with the
// line of the one before, in the same stream, is joined to it.
func outLines(events []sandbox.Output, class string) []outLine {
	var lines []outLine
	open, stream, said := false, "", ""
	for _, e := range events {
		at := duration(e.TMS)
		for piece := range strings.SplitAfterSeq(e.Text, "\n") {
			if piece == "" {
				continue
			}
			text, ended := strings.CutSuffix(piece, "\n")
			if open && stream == e.Stream {
				lines[len(lines)-1].Text += text
			} else {
				lines = append(lines, outLine{At: newTime(at, &said), MS: e.TMS, Class: lineClass(e.Stream, class), Text: text})
			}
			open, stream = !ended, e.Stream
		}
	}
	return lines
}

// newTime is at, or "" when that is what was said last. The unit is said when
// it is new: the gutter is narrow.
func newTime(at string, said *string) string {
	before := *said
	*said = at
	if at == before {
		return ""
	}
	number, unit, _ := strings.Cut(at, " ")
	if _, had, _ := strings.Cut(before, " "); had == unit {
		return number
	}
	return at
}

func lineClass(stream, class string) string {
	if stream == "stderr" {
		return strings.TrimSpace("e " + class)
	}
	return class
}

// size writes a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return megabytes(float64(n)) + " MB"
	case n >= 10<<10:
		return whole(float64(n)/1024) + " KB"
	}
	return plural(int(n), "byte", "bytes")
}
