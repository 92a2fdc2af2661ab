package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"

	"course/tutor/content"
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
	t, err := template.New("").ParseFS(templateFS, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return &Renderer{tmpl: t}, nil
}

// Home writes the course map.
func (r *Renderer) Home(w io.Writer, v HomeView) error { return r.execute(w, "home", v) }

// Chapter writes a chapter's own page, or one of its sections.
func (r *Renderer) Chapter(w io.Writer, v ChapterView) error { return r.execute(w, "chapter", v) }

// Exercise writes the page of an exercise.
func (r *Renderer) Exercise(w io.Writer, v ExerciseView) error { return r.execute(w, "exercise", v) }

// Doc writes a page of plain sections, as that of one trace.
func (r *Renderer) Doc(w io.Writer, v DocView) error { return r.execute(w, "doc", v) }

// Error writes the page of something that went wrong.
func (r *Renderer) Error(w io.Writer, v ErrorView) error { return r.execute(w, "error", v) }

// RunPanel writes the result part of a cell as a fragment: its status line,
// diagnostics, output, explanation and trace. c may be nil for a run that
// belongs to no cell.
func (r *Renderer) RunPanel(w io.Writer, c *content.Cell, v CellView) error {
	return r.execute(w, "run-panel", struct {
		Cell *content.Cell
		CellView
	}{c, v})
}

// TracePanelFragment writes the panel of one trace.
func (r *Renderer) TracePanelFragment(w io.Writer, v *TraceView) error {
	return r.execute(w, "trace-panel", v)
}

// VerdictPanel writes the checks of an exercise with what became of them.
func (r *Renderer) VerdictPanel(w io.Writer, v ExerciseView) error {
	return r.execute(w, "verdict-panel", v)
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
