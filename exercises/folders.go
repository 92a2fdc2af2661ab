package exercises

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

var wantLine = regexp.MustCompile(`^// want: ([a-z0-9-]+) "(.+)"$`)

// readWrong reads the wrong solutions, one folder each.
func (ex *Exercise) readWrong(fsys fs.FS, probs *problems) error {
	dir := path.Join(ex.Dir, "_wrong")
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil && !isMissing(err) {
		return fmt.Errorf("list %s: %w", dir, err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		one := path.Join(dir, entry.Name())
		files, err := readGo(fsys, one)
		if err != nil {
			return err
		}
		answers, err := readAnswersFile(fsys, one, probs)
		if err != nil {
			return err
		}
		w := Wrong{Name: entry.Name(), Files: files, Answers: answers}
		w.readWant(ex, one, probs)
		ex.Wrong = append(ex.Wrong, w)
	}
	return nil
}

// readWant reads the first line of the first file: the check that must refuse
// this solution, and part of what it says.
func (w *Wrong) readWant(ex *Exercise, dir string, probs *problems) {
	if len(w.Files) == 0 {
		probs.add(dir, 1, "wrong", "this wrong solution has no Go file", "add the learner's files, wrong in one way")
		return
	}
	file := path.Join(dir, w.Files[0].Name)
	first, _, _ := strings.Cut(w.Files[0].Content, "\n")
	parts := wantLine.FindStringSubmatch(strings.TrimRight(first, "\r"))
	if parts == nil {
		probs.add(file, 1, "wrong", "the first line does not say which check refuses this", `begin with // want: CHECK-ID "part of the message"`)
		return
	}
	w.Want, w.Message = parts[1], parts[2]
	if _, found := ex.Check(w.Want); !found {
		probs.add(file, 1, "wrong", fmt.Sprintf("no check has the id %q", w.Want), suggest(w.Want, ex.checkIDs()))
	}
}

// readAnswersFile reads answers.json of a folder of the author's.
func readAnswersFile(fsys fs.FS, dir string, probs *problems) (map[string]string, error) {
	file := path.Join(dir, "answers.json")
	text, err := fs.ReadFile(fsys, file)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	answers, why := ParseAnswers(text)
	if why != "" {
		probs.add(file, 1, "wrong", why, `write {"question-id": "answer"}`)
	}
	return answers, nil
}

// ParseAnswers reads the text of answers.json: an object from question ids to
// texts, numbers or booleans. When it is not that, why is a sentence that says so.
func ParseAnswers(text []byte) (answers map[string]string, why string) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Sprintf("answers.json is not a JSON object of answers: %v", err)
	}
	answers = map[string]string{}
	for id, value := range raw {
		v := strings.TrimSpace(string(value))
		switch {
		case strings.HasPrefix(v, `"`):
			var s string
			if err := json.Unmarshal(value, &s); err != nil {
				return nil, fmt.Sprintf("answers.json: %q is not a text: %v", id, err)
			}
			answers[id] = s
		case strings.HasPrefix(v, "{") || strings.HasPrefix(v, "["):
			return nil, fmt.Sprintf("answers.json: the answer to %q must be a text or a number", id)
		case v != "null":
			answers[id] = v
		}
	}
	return answers, ""
}

// checkFolders reports what the front matter promises and the folders lack.
func (ex *Exercise) checkFolders(probs *problems) {
	front := path.Join(ex.Dir, "exercise.md")
	missing := func(folder, rule string, files []sandbox.File, names []string) {
		for _, name := range names {
			if !has(files, name) {
				probs.add(front, 1, rule, fmt.Sprintf("%s/%s is missing", folder, name), "the front matter names it below files:")
			}
		}
	}
	missing("_starter", "starter", ex.Starter, slices.Concat(ex.Edit, ex.Show))
	missing("_solution", "solution", ex.Solution, ex.Edit)
	for _, w := range ex.Wrong {
		missing("_wrong/"+w.Name, "wrong", w.Files, ex.Edit)
	}
	ex.checkProbe(front, probs)
	ex.checkAnswers(front, probs)
}

func has(files []sandbox.File, name string) bool {
	return slices.ContainsFunc(files, func(f sandbox.File) bool { return f.Name == name })
}

func (ex *Exercise) checkProbe(front string, probs *problems) {
	for _, c := range ex.Checks {
		if (c.Kind == "call" || c.Kind == "trace" || c.Kind == "cpu") && len(ex.Probe) == 0 {
			probs.add(front, c.Line, "front-matter", fmt.Sprintf("check %s calls a probe, and _probe has no Go file", c.ID),
				"write _probe/main.go: package main, with probe.Main")
		}
		if c.Judge && len(ex.Judge) == 0 {
			probs.add(front, c.Line, "front-matter", fmt.Sprintf("check %s has a judge, and _judge has no Go file", c.ID),
				"write _judge/main.go: package main, with judge.Main")
		}
	}
}

// checkAnswers proves that each question is asked by a check and answered by
// the reference.
func (ex *Exercise) checkAnswers(front string, probs *problems) {
	for _, q := range ex.Questions {
		asked := slices.ContainsFunc(ex.Checks, func(c Check) bool { return c.Question == q.ID })
		if !asked {
			probs.add(front, q.Line, "unchecked", fmt.Sprintf("no check asks question %q", q.ID), "add a check of kind predict")
		}
		if ex.Answers[q.ID] == "" {
			probs.add(front, q.Line, "solution", fmt.Sprintf("_solution/answers.json does not answer %q", q.ID), "add the reference's answer")
		}
	}
}
