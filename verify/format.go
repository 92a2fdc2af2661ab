package verify

import (
	"errors"
	"fmt"
	"go/format"
	"go/scanner"
	"io/fs"
	"path"
	"strings"

	"course/tutor/content"
)

// format holds every Go text against gofmt: the listings, and the files of
// the exercises.
func (r *run) format() error {
	for _, p := range r.course.Pages() {
		for _, c := range p.Cells {
			if c.Exercise == "" && r.wants(inContent(p.File)) {
				r.formatCell(c)
			}
		}
	}
	for _, ex := range r.exercisesAsked() {
		if err := r.formatFolder(ex.Dir); err != nil {
			return fmt.Errorf("verify exercise %s: %w", ex.ID, err)
		}
	}
	return nil
}

func (r *run) formatCell(c *content.Cell) {
	for _, f := range c.Source() {
		line, message := gofmt(f.Content)
		if message == "" || line == 0 && c.Options["expect"] == "compile_error" {
			continue // a listing that shows a syntax error has no form
		}
		fix := "run gofmt on it"
		if line == 0 {
			line, fix = syntaxLine(f.Content), "correct the program"
		}
		r.at(c, c.FileLine(f.Name, line), "format", f.Name+": "+message, fix)
	}
}

func (r *run) formatFolder(dir string) error {
	return fs.WalkDir(r.cfg.Exercises, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" {
			return err
		}
		src, err := fs.ReadFile(r.cfg.Exercises, name)
		if err != nil {
			return err
		}
		if line, message := gofmt(string(src)); line > 0 {
			r.add(inExercises(name), line, "format", message, "run gofmt -w on it")
		}
		return nil // a file that does not parse fails at compiling
	})
}

// gofmt says where src differs from gofmt's form. Line 0 with a message is a
// syntax error; no message, gofmt's own form. A fragment has a form too.
func gofmt(src string) (line int, message string) {
	want, err := format.Source([]byte(src))
	if err != nil {
		return 0, "it does not parse: " + firstError(err)
	}
	if string(want) == src {
		return 0, ""
	}
	a, b := strings.Split(src, "\n"), strings.Split(string(want), "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return i + 1, "not in gofmt's form"
		}
	}
	return len(a), "not in gofmt's form"
}

func firstError(err error) string {
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Msg
	}
	return err.Error()
}

func syntaxLine(src string) int {
	var list scanner.ErrorList
	if _, err := format.Source([]byte(src)); errors.As(err, &list) && len(list) > 0 {
		return max(list[0].Pos.Line, 1)
	}
	return 1
}
