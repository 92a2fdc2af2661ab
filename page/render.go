package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"course/tutor/content"
	"course/tutor/sandbox"
	"course/tutor/static"
)

//go:embed templates/*.html
var templateFS embed.FS

// Renderer writes pages and the fragments that scripts ask for. It is safe
// for concurrent use.
type Renderer struct {
	tmpl *template.Template
}

// New parses the templates. The error is a fault of ours: a template that
// does not parse.
func New() (*Renderer, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"asset":        static.URL,
		"chapterName":  chapterName,
		"cv":           chevron,
		"vet":          isVet,
		"icon":         icon,
		"plural":       plural,
		"trace":        TracePanel,
		"tracePage":    TracePage,
		"sideBySide":   sideBySide,
		"trimExercise": func(s string) string { return strings.TrimPrefix(s, "Exercise: ") },
	}).ParseFS(templateFS, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &Renderer{tmpl: t}, nil
}

// Doc writes a page of plain sections, as that of one trace.
func (r *Renderer) Doc(w io.Writer, v DocView) error {
	return r.execute(w, "doc", struct {
		frame
		Trace *TraceView
	}{newFrame(v.Chrome, v.Title, nil), v.Trace})
}

// Error writes the page of something that went wrong.
func (r *Renderer) Error(w io.Writer, v ErrorView) error {
	return r.execute(w, "error", struct {
		frame
		Fact, Action string
		Ours         bool
	}{newFrame(v.Chrome, v.Fact, nil), v.Fact, v.Action, v.Status >= 500})
}

// RunPanel writes the result part of a cell as a fragment: its status line,
// diagnostics, output, explanation and trace. c may be nil for a run that
// belongs to no cell. The diagnostics are listed with their places: a script
// moves them under their lines.
func (r *Renderer) RunPanel(w io.Writer, c *content.Cell, v CellView) error {
	return r.execute(w, "run-panel", newPanel(c, v, c != nil && differ(v.Files, cellFiles(c)), nil))
}

// differ says whether some file is none of the originals.
func differ(files, originals []sandbox.File) bool {
	return slices.ContainsFunc(files, func(f sandbox.File) bool { return !slices.Contains(originals, f) })
}

// TracePanelFragment writes the panel of one trace.
func (r *Renderer) TracePanelFragment(w io.Writer, v *TraceView) error {
	return r.execute(w, "trace-panel", v)
}

// VerdictPanel writes the checks of an exercise with what became of them.
func (r *Renderer) VerdictPanel(w io.Writer, v ExerciseView) error {
	return r.execute(w, "verdict-panel", newVerdict(v))
}

// execute buffers, so that a template that fails half way writes nothing.
func (r *Renderer) execute(w io.Writer, name string, data any) error {
	var b bytes.Buffer
	if err := r.tmpl.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// icon is the use of a symbol of the sprite.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// chevron is the icon that turns when its disclosure opens.
func chevron() template.HTML {
	return `<svg class="i cv" aria-hidden="true"><use href="#i-chev"/></svg>`
}

// sideBySide draws two traces on one axis, any other number below each other.
func sideBySide(views []*TraceView) (template.HTML, error) {
	if len(views) == 2 {
		return TraceCompare(views[0], views[1])
	}
	var all template.HTML
	for _, v := range views {
		drawn, err := TracePanel(v)
		if err != nil {
			return "", err
		}
		all += drawn
	}
	return all, nil
}
