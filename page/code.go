package page

import (
	"html/template"
	"strconv"
	"strings"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// codeLine is one line of a listing.
type codeLine struct {
	N     int
	ID    string // anchor; "" for none
	HTML  template.HTML
	Class string // "", err
	Diags []sandbox.Diagnostic
	Cost  template.HTML // what a trace tells of the line; "" for nothing
}

// codeLines highlights source and hangs each diagnostic on its line.
func codeLines(file, source, anchor string, diags []sandbox.Diagnostic) []codeLine {
	lines := content.HighlightLines(file, source)
	list := make([]codeLine, len(lines))
	for i, line := range lines {
		l := codeLine{N: i + 1}
		if anchor != "" {
			l.ID = lineAnchor(anchor, i+1)
		}
		for _, d := range diags {
			if d.Line == i+1 && (d.File == file || d.File == "") {
				if l.Class = "err"; isVet(d) {
					l.Class = "adv"
				}
				line = underline(line, d.Col)
				if d.Message != "" {
					l.Diags = append(l.Diags, d)
				}
			}
		}
		if line == "" {
			line = " " // an empty line keeps its height
		}
		l.HTML = template.HTML(line) // escaped by HighlightLines
		list[i] = l
	}
	return list
}

// underline puts a wavy line under the word that begins at col, which counts
// bytes of the source from 1. A col that is not in the line changes nothing.
func underline(line string, col int) string {
	at, end := 0, 0
	for n := 1; at < len(line) && n < col; {
		width, size := step(line[at:])
		n += width
		at += size
	}
	for at < len(line) && line[at] == '<' {
		_, size := step(line[at:])
		at += size
	}
	for end = at; end < len(line) && wordByte(line[end]); end++ {
	}
	if col < 1 || end == at {
		return line
	}
	return line[:at] + `<span class="sq">` + line[at:end] + `</span>` + line[end:]
}

// step is how many bytes of source the next piece of HTML stands for, and how
// long that piece is: a tag stands for none, an entity for one.
func step(s string) (width, size int) {
	switch s[0] {
	case '<':
		return 0, strings.IndexByte(s, '>') + 1
	case '&':
		return 1, strings.IndexByte(s, ';') + 1
	}
	return 1, 1
}

func wordByte(b byte) bool {
	return b == '_' || b == '.' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// block is a stretch of lines, and what is said below it.
type block struct {
	Lines []codeLine
	Diags []sandbox.Diagnostic
}

// blocks cuts lines below each that has diagnostics.
func blocks(lines []codeLine) []block {
	var list []block
	start := 0
	for i, l := range lines {
		if len(l.Diags) > 0 {
			list = append(list, block{lines[start : i+1], l.Diags})
			start = i + 1
		}
	}
	if start < len(lines) || len(list) == 0 {
		list = append(list, block{Lines: lines[start:]})
	}
	return list
}

// elsewhere are the diagnostics that belong to no line of files.
func elsewhere(diags []sandbox.Diagnostic, files []sandbox.File) []sandbox.Diagnostic {
	var rest []sandbox.Diagnostic
	for _, d := range diags {
		if !hasLine(files, d) {
			rest = append(rest, d)
		}
	}
	return rest
}

func hasLine(files []sandbox.File, d sandbox.Diagnostic) bool {
	for _, f := range files {
		if f.Name == d.File {
			return d.Line > 0 && d.Line <= 1+strings.Count(strings.TrimSuffix(f.Content, "\n"), "\n")
		}
	}
	return false
}

func lineAnchor(anchor string, line int) string {
	return anchor + "-L" + strconv.Itoa(line)
}
