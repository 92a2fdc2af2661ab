package page

import (
	"html/template"
	"io"

	"course/tutor/content"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// exerciseData is the page of an exercise.
type exerciseData struct {
	frame
	Exercise           *exercises.Exercise
	Version            int
	Changed            bool
	Problem            string
	MayAsk             bool
	AskingSays         string
	NextURL, NextTitle string

	Task       template.HTML
	HintList   []hintData
	Panes      []fileData // what is edited, then what is only shown
	Points     int
	Questions  []questionData
	Panel      verdictData
	Solved     []fileData
	NewStarter []fileDiff
	Back       *tab
}

type hintData struct {
	Head, Aside string
	Body        template.HTML
}

// questionData is one question with the learner's answer.
type questionData struct {
	exercises.Question
	Answer string
}

// Exercise writes the page of an exercise.
func (r *Renderer) Exercise(w io.Writer, v ExerciseView) error {
	ex := v.Exercise
	ch := chapterOf(v.Chrome.Course, ex.Chapter)
	d := exerciseData{
		frame:      newFrame(v.Chrome, ex.ID+" "+ex.Title, ch),
		Exercise:   ex,
		Version:    v.Version,
		Changed:    v.Changed,
		Problem:    v.Problem,
		MayAsk:     v.MayAsk,
		AskingSays: v.AskingSays,
		NextURL:    v.NextURL,
		NextTitle:  v.NextTitle,
		Task:       template.HTML(v.TaskHTML), // made by content
		HintList:   hintList(v.Hints),
		Panes:      panes(v),
		Points:     maxPoints(ex),
		Questions:  questions(v),
		Panel:      newVerdict(v),
		Solved:     fileList(v.Solution, nil, "solution", nil),
		NewStarter: fileDiffs(v.NewStarter),
	}
	if ch != nil {
		d.Back = &tab{URL: chapterURL(ch), Label: chapterName(ch) + ": " + ch.Page.Title}
	}
	return r.execute(w, "exercise", d)
}

// Status is the desk's data-status.
func (d exerciseData) Status() string { return d.Panel.Status }

func chapterOf(c *content.Course, slug string) *content.Chapter {
	if c == nil {
		return nil
	}
	for _, ch := range c.Chapters {
		if ch.Slug == slug {
			return ch
		}
	}
	return nil
}

// hintList cuts "Hint 1: a question" into what is bold and what hangs right.
func hintList(hints []HintView) []hintData {
	list := make([]hintData, 0, len(hints))
	for _, h := range hints {
		head, aside := cutColon(h.Summary)
		list = append(list, hintData{head, aside, template.HTML(h.HTML)}) // made by content
	}
	return list
}

// panes are the files to edit with the learner's text, then those to read.
func panes(v ExerciseView) []fileData {
	ex := v.Exercise
	var edit []sandbox.File
	for _, name := range ex.Edit {
		f := sandbox.File{Name: name, Content: contentOf(ex.Starter, name)}
		for _, mine := range v.Files {
			if mine.Name == name {
				f.Content = mine.Content
			}
		}
		edit = append(edit, f)
	}
	list := fileList(edit, ex.Starter, "", nil)
	var show []sandbox.File
	for _, name := range ex.Show {
		show = append(show, sandbox.File{Name: name, Content: shown(ex, name)})
	}
	for _, f := range fileList(show, nil, "", nil) {
		f.ReadOnly = true
		list = append(list, f)
	}
	return list
}

// shown is the text of a file that is only shown: from the starter or the tests.
func shown(ex *exercises.Exercise, name string) string {
	if text := contentOf(ex.Starter, name); text != "" {
		return text
	}
	return contentOf(ex.Tests, name)
}

func questions(v ExerciseView) []questionData {
	list := make([]questionData, 0, len(v.Exercise.Questions))
	for _, q := range v.Exercise.Questions {
		list = append(list, questionData{q, v.Answers[q.ID]})
	}
	return list
}
