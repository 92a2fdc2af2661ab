package verify

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// text looks at what the text alone tells and one room alone doesn't know:
// what pages and exercises say about each other.
func (r *run) text() error {
	for _, p := range r.course.Pages() {
		r.exerciseLinks(p)
		for _, c := range p.Cells {
			r.starterShown(p, c)
			r.dependsOnMachine(c)
		}
	}
	for _, ex := range r.exercises {
		if err := r.task(ex); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) exerciseLinks(p *content.Page) {
	for _, l := range p.Links {
		if l.Exercise != "" {
			r.exerciseNamed(inContent(l.File), l.Line, "link", l.Exercise)
		}
	}
	for _, id := range p.Exercises {
		src, _ := fs.ReadFile(r.cfg.Content, p.File) // it was read a moment ago; without it, line 1
		r.exerciseNamed(inContent(p.File), lineWith(src, "exercises:"), "front-matter", id)
	}
}

func (r *run) exerciseNamed(file string, line int, rule, id string) *exercises.Exercise {
	if ex, ok := exercises.ByID(r.exercises, id); ok {
		return ex
	}
	var ids []string
	for _, ex := range r.exercises {
		ids = append(ids, ex.ID)
	}
	r.add(file, line, rule, fmt.Sprintf("there is no exercise %s", id), "known here: "+strings.Join(ids, ", "))
	return nil
}

// starterShown holds an exercise's fence against the starter it shows.
func (r *run) starterShown(p *content.Page, c *content.Cell) {
	if c.Exercise == "" {
		return
	}
	ex := r.exerciseNamed(inContent(p.File), c.Line, "fence-id", c.Exercise)
	name := c.Options["file"]
	if ex == nil || name == "" {
		return
	}
	i := slices.IndexFunc(ex.Starter, func(f sandbox.File) bool { return f.Name == name })
	switch {
	case i < 0:
		r.at(c, c.Line, "starter", fmt.Sprintf("exercise %s has no starter file %s", ex.ID, name), "name one of its files")
	case len(c.Files) == 1 && c.Files[0].Content != ex.Starter[i].Content:
		r.at(c, c.Line, "starter", fmt.Sprintf("the fence differs from _starter/%s of %s", name, ex.Dir), "leave its body empty: the starter is shown")
	}
}

// dependsOnMachine refuses an output that is another on every machine.
func (r *run) dependsOnMachine(c *content.Cell) {
	if c.Output == nil || c.Output.Mode == "match" || c.Procs() > 0 || c.Verb == "norun" {
		return
	}
	what := machineCall(c.Source())
	if what == "runtime.GOMAXPROCS" && c.Vary() != nil {
		return // the fence says it
	}
	if what != "" {
		r.at(c, c.Output.Line, "output", what+" differs from machine to machine, and the output is compared by the byte",
			"add procs=N to the listing, or compare with match")
	}
}

// task looks at the Markdown of an exercise: its task and its hints.
func (r *run) task(ex *exercises.Exercise) error {
	file := path.Join(ex.Dir, "exercise.md")
	src, err := fs.ReadFile(r.cfg.Exercises, file)
	if err != nil {
		return fmt.Errorf("verify exercise %s: %w", ex.ID, err)
	}
	if r.course.Chapter(ex.Chapter) == nil {
		r.add(inExercises(file), lineWith(src, "chapter:"), "front-matter", fmt.Sprintf("there is no chapter %q", ex.Chapter), "name the slug of a chapter")
	}
	if len(ex.Hints) == 0 {
		r.add(inExercises(file), 1, "hint", "the exercise has no hints", "add <details>, <summary>, the hint, </details>: a question, a direction, nearly the answer")
	}
	texts := []string{ex.Task}
	for _, h := range ex.Hints {
		texts = append(texts, h.Text)
	}
	for _, text := range texts {
		if err := r.markdown(inExercises(file), src, text); err != nil {
			return fmt.Errorf("verify exercise %s: %w", ex.ID, err)
		}
	}
	return nil
}

// markdown renders one text of an exercise's file. The text may have lost
// lines of the file (hints are cut out of a task), so that each problem is
// placed where its own line stands.
func (r *run) markdown(file string, src []byte, text string) error {
	_, found, err := content.Markdown(text)
	if err != nil {
		return err
	}
	lines := strings.Split(text, "\n")
	for _, p := range append(found, r.course.TaskLinks(text)...) {
		line := lineWith(src, lines[min(max(p.Line, 1), len(lines))-1])
		r.add(file, line, p.Rule, p.Message, p.Fix)
	}
	return nil
}

// lineWith is the first line of src that begins with text, from 1; 1 when
// there is none.
func lineWith(src []byte, text string) int {
	for i, line := range bytes.Split(src, []byte("\n")) {
		if text != "" && strings.HasPrefix(strings.TrimSpace(string(line)), strings.TrimSpace(text)) {
			return i + 1
		}
	}
	return 1
}
