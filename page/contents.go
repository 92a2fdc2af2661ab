package page

import (
	"fmt"

	"course/tutor/content"
	"course/tutor/exercises"
)

// entry is one line of the contents of a chapter: a section or an exercise.
type entry struct {
	URL      string // "" for one that is only announced
	Number   string
	Label    string
	Class    string // of the contents list: "", rd, xe, "xe rd", "xe tr2"
	State    string // in words: read, passed, tried, or ""
	Minutes  int
	Current  bool
	Exercise bool
	Heads    []content.Heading // of the current page
}

// contents lists the sections of ch, each exercise after the section that
// names it.
func contents(c Chrome, ch *content.Chapter, exs map[string]*exercises.Exercise) []entry {
	var list []entry
	placed := make(map[string]bool)
	for _, p := range ch.Sections {
		list = append(list, sectionEntry(c, ch, p))
		for _, id := range p.Exercises {
			if !placed[id] {
				placed[id] = true
				list = append(list, exerciseEntry(c, id, exs[id]))
			}
		}
	}
	for _, id := range ch.Exercises {
		if !placed[id] {
			list = append(list, exerciseEntry(c, id, exs[id]))
		}
	}
	return list
}

func sectionEntry(c Chrome, ch *content.Chapter, p *content.Page) entry {
	e := entry{Number: p.Number, Label: p.Title, Minutes: p.Minutes}
	if p.Status == content.Coming {
		return e
	}
	e.URL = sectionURL(ch, p)
	if e.Current = e.URL == c.Path; e.Current {
		e.Heads = headings(p.TOC, 2)
	}
	if c.States["section:"+ch.Slug+"/"+p.Slug] == "read" {
		e.Class, e.State = "rd", "read"
	}
	return e
}

func exerciseEntry(c Chrome, id string, ex *exercises.Exercise) entry {
	e := entry{Number: id, Label: "Exercise " + id, Class: "xe", Exercise: true}
	if ex == nil {
		return e
	}
	e.URL, e.Label, e.Minutes = "/exercises/"+id, "Exercise: "+ex.Title, ex.Minutes
	e.Current = e.URL == c.Path
	switch c.States["exercise:"+id] {
	case "passed":
		e.Class, e.State = "xe rd", "passed"
	case "tried":
		e.Class, e.State = "xe tr2", "tried"
	}
	return e
}

func headings(toc []content.Heading, level int) []content.Heading {
	var kept []content.Heading
	for _, h := range toc {
		if h.Level == level {
			kept = append(kept, h)
		}
	}
	return kept
}

// progress counts what can be done already.
type progress struct {
	Done, Total, Left int // Left in minutes
}

func progressOf(list []entry) progress {
	var p progress
	for _, e := range list {
		if e.URL == "" {
			continue
		}
		p.Total++
		if e.State == "read" || e.State == "passed" {
			p.Done++
		} else {
			p.Left += e.Minutes
		}
	}
	return p
}

// Says is "2 of 11 done, about 70 minutes left".
func (p progress) Says() string {
	s := fmt.Sprintf("%d of %d done", p.Done, p.Total)
	if p.Left > 0 {
		s += ", about " + plural(p.Left, "minute", "minutes") + " left"
	}
	return s
}

// Short is "2 of 11 done".
func (p progress) Short() string { return fmt.Sprintf("%d of %d done", p.Done, p.Total) }
