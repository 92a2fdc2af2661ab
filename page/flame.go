package page

import (
	"html/template"
	"strconv"
	"strings"

	"course/tutor/profile"
)

// The measures of a flame graph. Its boxes are parts of the width that there
// is, on a phone too; of a name as much is written as a box holds in a picture
// of this width, and what is too much in a narrower one is cut off at the box.
const (
	flameWidth = 800.
	flameRow   = 24.
	flameChar  = 6.7 // of its text, on average
)

// flame draws who called whom: the outermost call on top, each box as wide as
// what it and all it called took. It reads without a script: each box has its
// name in it, where that fits, and its numbers in a title.
func flame(v *profile.View, says, cellID string) template.HTML {
	if v.Root == nil || v.Total <= 0 {
		return ""
	}
	f := &flameWriter{view: v, cellID: cellID}
	f.write(`<svg class="flame" width="100%" height="`, fixed(float64(v.Root.Depth())*flameRow, 1), `" role="group" aria-label="`, esc("Flame graph: "+says), `">`)
	f.write(`<desc>Each box is a function; the boxes below it are what it called. The wider, the more it took. The table below holds the same numbers.</desc>`)
	f.box(v.Root, "All", 0, 0)
	f.write(`</svg>`)
	return template.HTML(f.String())
}

type flameWriter struct {
	strings.Builder
	view   *profile.View
	cellID string
}

func (f *flameWriter) write(parts ...string) {
	for _, p := range parts {
		f.WriteString(p)
	}
}

// box draws one box and those below it, from x in percent. The boxes come in the
// order of a walk from the outermost call in, which is that of the keyboard.
func (f *flameWriter) box(b *profile.Box, name string, x float64, depth int) {
	width := 100 * float64(b.Total) / float64(f.view.Total)
	origin := originOf(b.Name, b.Own)
	if depth == 0 {
		origin = "all"
	}
	url := lineURL(f.cellID, b.Own, b.Line)
	tag := "g"
	if url != "" {
		tag = "a"
		f.write(`<a href="`, esc(url), `" data-file="`, esc(b.File), `" data-line="`, strconv.Itoa(b.Line), `"`)
	} else {
		f.write(`<g role="img"`)
	}
	f.write(` class="fbox `, origin, `" data-d="`, strconv.Itoa(depth), `" data-x="`, fixed(x, 2), `" data-w="`, fixed(width, 2), `" data-n="`, esc(name), `"><title>`, esc(f.title(b, name)), `</title>`)
	at := `x="` + fixed(x, 2) + `%" y="` + fixed(float64(depth)*flameRow, 1) + `" width="` + fixed(max(width, .05), 2) + `%" height="` + fixed(flameRow-2, 1) + `"`
	f.write(`<rect `, at, `/><svg `, at, `><text x="6" y="15">`, esc(fitting(name, flameWidth*width/100)), `</text></svg></`, tag, `>`)
	for _, c := range b.Calls {
		f.box(c, c.Name, x, depth+1)
		x += 100 * float64(c.Total) / float64(f.view.Total)
	}
}

// title is a box in words: "main.work, 380 ms, 90 % of all; itself 12 ms. main.go:12".
func (f *flameWriter) title(b *profile.Box, name string) string {
	text := name + ": " + profileValue(b.Total, f.view.Unit) + ", " + percent(float64(b.Total)/float64(f.view.Total)) + " of all"
	if b.Self > 0 && b.Self < b.Total {
		text += "; itself " + profileValue(b.Self, f.view.Unit)
	}
	if b.Own && b.Line > 0 {
		text += ". " + b.File + ":" + strconv.Itoa(b.Line)
	}
	return text
}

// fitting is as much of a name as a box can hold: without its package where
// that helps, cut with an ellipsis, or "".
func fitting(name string, width float64) string {
	room := int((width - 10) / flameChar)
	if n := len([]rune(name)); n <= room {
		return name
	}
	if at := strings.LastIndex(name, "/"); at >= 0 {
		name = name[at+1:]
	}
	r := []rune(name)
	switch {
	case len(r) <= room:
		return name
	case room < 4:
		return ""
	}
	return string(r[:room-1]) + "…"
}
