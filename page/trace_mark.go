package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// pointed is a trace with what the author of its cell points at. The view that
// is handed in may be shared and is not changed.
//
// The author's words are about the author's program: of code that was changed
// only the kind of lanes is kept.
func pointed(c *content.Cell, v *TraceView, changed bool) *TraceView {
	if c == nil || v == nil || v.Trace == nil {
		return v
	}
	m := c.Bookmark()
	if m == (content.Bookmark{}) {
		return v
	}
	own := *v
	own.Focus = m.Focus
	if changed {
		return &own
	}
	own.Look = m.Look
	switch {
	case m.See != "":
		own.see(m.See)
	case m.To > 0 && m.From < time.Duration(v.Trace.Wall):
		own.At = c.Options["t"]
	}
	return &own
}

// see points at a thing where this run has it. A run that does not show it, as
// that of changed code, has no bookmark, and the sentence would be wrong.
func (v *TraceView) see(name string) {
	m, found := v.Trace.Moment(name)
	if !found {
		v.Look = ""
		return
	}
	v.Name = sightNames[name]
	v.Sight = sightSays(name, m)
	mark := markOf(v.Name+": select "+laneName("G", m.G), m)
	v.At = mark.At
	v.Marks = append(v.Marks[:len(v.Marks):len(v.Marks)], mark)
}

// markOf is the bookmark of a moment.
func markOf(name string, m exectrace.Moment) TraceMark {
	return TraceMark{
		Name: name, Focus: "goroutines", G: m.G,
		At:     time.Duration(m.Start).String() + ".." + time.Duration(m.End).String(),
		Moment: time.Duration(m.At).String(),
	}
}

// sightNames are what the things that can be pointed at are called.
var sightNames = map[string]string{
	"convoy": "the lock convoy", "first-steal": "the first steal", "leak": "a leaked goroutine",
	"longest-ready": "the longest time ready", "longest-wait": "the longest wait",
}

// sightSays tells where in this run a thing is, for whom the picture says
// nothing.
func sightSays(name string, m exectrace.Moment) string {
	at, g := span(float64(m.At)), laneName("G", m.G)
	switch name {
	case "convoy":
		return fmt.Sprintf("At %s, %d goroutines waited for the lock at %s.", at, m.N, frameWords(m.Line))
	case "first-steal":
		return fmt.Sprintf("At %s, %s ran %s, which had been in the queue of another P (inferred).", at, laneName("P", m.P), g)
	case "leak":
		return fmt.Sprintf("From %s to the end, %s waited at %s, and nobody woke it.", at, g, frameWords(m.Line))
	case "longest-ready":
		return fmt.Sprintf("From %s on, %s was ready for %s and had no P.", at, g, span(float64(m.Length)))
	}
	return fmt.Sprintf("From %s on, %s waited for %s.", at, g, span(float64(m.Length)))
}

func frameWords(f exectrace.Frame) string {
	if f.Line == 0 {
		return "a line that is not known"
	}
	return fmt.Sprintf("%s:%d", f.File, f.Line)
}

// lookNote is what the author says that is to be seen, and where it is in this
// run; "" when the author points at nothing.
func lookNote(v *TraceView) string {
	if v.Look == "" && v.Sight == "" {
		return ""
	}
	out := `<p class="trace-look">` + string(icon("zoomin")) + `<span>`
	if v.Look != "" {
		out += `<b>Look at:</b> ` + esc(v.Look) + ` `
	}
	return out + esc(v.Sight) + `</span></p>`
}

// mark is the stretch of At in ns; false for none.
func (v *TraceView) mark() (from, to int64, ok bool) {
	a, b, ok := strings.Cut(v.At, "..")
	f, err1 := time.ParseDuration(a)
	t, err2 := time.ParseDuration(b)
	if !ok || err1 != nil || err2 != nil || t <= f {
		return 0, 0, false
	}
	return int64(f), int64(t), true
}

// marked draws the stretch that the author points at, behind the lanes.
func (s *svgLanes) marked(c *canvas, lanes int) {
	if s.markTo <= s.markFrom {
		return
	}
	from, to := c.percent(s.markFrom), c.percent(min(s.markTo, s.span)-s.markFrom)
	c.write(`<rect class="tl" x="`, from, `" y="0" width="`, to, `" height="`, strconv.Itoa(lanes), `"><title>Look here</title></rect>`)
}
