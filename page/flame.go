package page

import (
	"html/template"
	"strconv"
	"strings"

	"course/tutor/profile"
)

// The measures of a flame graph: it is drawn this wide, scaled to the page, and
// scrolled where the page is narrower than can be read.
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
	height := float64(v.Root.Depth()) * flameRow
	f.write(`<svg class="flame" viewBox="0 0 800 `, fixed(height, 1), `" width="800" height="`, fixed(height, 1), `" role="group" aria-label="`, esc("Flame graph: "+says), `">`)
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

// box draws one box and those below it. The boxes come in the order of a walk
// from the outermost call in, which is that of the keyboard.
func (f *flameWriter) box(b *profile.Box, name string, x float64, depth int) {
	width := flameWidth * float64(b.Total) / float64(f.view.Total)
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
	y := float64(depth) * flameRow
	f.write(`<rect x="`, fixed(x, 2), `" y="`, fixed(y, 1), `" width="`, fixed(max(width-.6, .4), 2), `" height="`, fixed(flameRow-2, 1), `"/>`)
	if text := fitting(name, width); text != "" {
		f.write(`<text x="`, fixed(x+6, 2), `" y="`, fixed(y+15, 1), `">`, esc(text), `</text>`)
	}
	f.write(`</`, tag, `>`)
	for _, c := range b.Calls {
		f.box(c, c.Name, x, depth+1)
		x += flameWidth * float64(c.Total) / float64(f.view.Total)
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
