package exercises

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"course/tutor/modules"
	"course/tutor/sandbox"
)

// Module is the exercise as a plain module that any editor opens and `go test`
// runs: the learner's files (or the starter where they lack one), the files to
// read, the tests, the task, the questions, and the vendored modules where any
// of these files imports one.
func (ex *Exercise) Module(files []sandbox.File, answers map[string]string) []sandbox.File {
	out := []sandbox.File{{Name: "TASK.md", Content: "# " + ex.Title + "\n\n" + ex.Task}}
	for _, f := range ex.Starter {
		at := slices.IndexFunc(files, func(mine sandbox.File) bool { return mine.Name == f.Name })
		if at >= 0 && slices.Contains(ex.Edit, f.Name) {
			f = files[at]
		}
		out = append(out, f)
	}
	out = append(out, ex.Tests...)
	out = append(out, goMod(out)...)
	if len(ex.Questions) > 0 {
		out = append(out, sandbox.File{Name: answersName, Content: ex.answersText(answers)})
	}
	slices.SortFunc(out, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// goMod is the go.mod of a module of files, and the vendored modules where they
// import one, so that no network is needed.
func goMod(files []sandbox.File) []sandbox.File {
	var texts []string
	for _, f := range files {
		texts = append(texts, f.Content)
	}
	lines, local := modules.Vendored().Local(texts)
	out := []sandbox.File{{Name: "go.mod", Content: "module exercise\n\ngo 1.26\n" + lines}}
	for _, f := range local {
		out = append(out, sandbox.File{Name: f.Name, Content: f.Text})
	}
	return out
}

// answersText is answers.json with every question, in their order.
func (ex *Exercise) answersText(answers map[string]string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for i, q := range ex.Questions {
		answer, err := json.Marshal(answers[q.ID])
		if err != nil {
			answer = []byte(`""`) // a string always has a JSON form
		}
		comma := ","
		if i == len(ex.Questions)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "  %q: %s%s\n", q.ID, answer, comma)
	}
	b.WriteString("}\n")
	return b.String()
}
