package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io"

	"course/tutor/content"
)

// sectionData is the page of a section, or a chapter's own page.
type sectionData struct {
	frame
	Page     *content.Page
	Contents []entry
	Progress progress
	Body     template.HTML
	Programs int
	Checked  string // "go 1.26.8" when every listing was recorded with it
	Prev     *entry
	Next     *entry
	Read     bool
	Requires []tab
}

// Chapter writes a chapter's own page, or one of its sections.
func (r *Renderer) Chapter(w io.Writer, v ChapterView) error {
	d := sectionData{
		frame:    newFrame(v.Chrome, v.Page.Title, v.Chapter),
		Page:     v.Page,
		Contents: contents(v.Chrome, v.Chapter, v.Exercises),
		Programs: programs(v.Page),
		Checked:  checkedWith(v),
		Requires: requires(v.Chrome.Course, v.Page),
	}
	d.Reading = true
	d.Progress = progressOf(d.Contents)
	d.Prev, d.Next = neighbours(d.Contents, v.Page)
	for _, e := range d.Contents {
		d.Read = d.Read || e.Current && e.State == "read"
	}
	var body bytes.Buffer
	if err := v.Page.Render(&body, cellWriter{r, v}); err != nil {
		return fmt.Errorf("render page %s: %w", v.Page.File, err)
	}
	d.Body = template.HTML(body.String()) // made by content and by our templates
	name := "section"
	if v.Page.Slug == "" {
		name = "course"
	}
	return r.execute(w, name, d)
}

func programs(p *content.Page) int {
	n := 0
	for _, c := range p.Cells {
		if c.Runs() {
			n++
		}
	}
	return n
}

// checkedWith is the Go version all recordings of the page were made with.
func checkedWith(v ChapterView) string {
	version := ""
	for _, c := range v.Page.Cells {
		rec := v.Cells[c.ID].Recorded
		if !c.Runs() || rec == nil || rec.Result == nil {
			continue
		}
		if version != "" && version != rec.Result.GoVersion {
			return ""
		}
		version = rec.Result.GoVersion
	}
	if version == "" {
		return ""
	}
	return goVersion(version)
}

// neighbours are what is read before and after p: nil when there is nothing
// that is written.
func neighbours(list []entry, p *content.Page) (prev, next *entry) {
	here := -1
	for i, e := range list {
		if e.Current {
			here = i
		}
	}
	if here < 0 && p.Slug != "" {
		return nil, nil
	}
	for i := range list {
		switch {
		case list[i].URL == "":
		case i < here:
			prev = &list[i]
		case i > here && next == nil:
			next = &list[i]
		}
	}
	return prev, next
}

// requires are the pages to read first, by CHAPTER or CHAPTER/SECTION.
func requires(course *content.Course, p *content.Page) []tab {
	if course == nil {
		return nil
	}
	var list []tab
	for _, slug := range p.Requires {
		for _, ch := range course.Chapters {
			if ch.Slug == slug {
				list = append(list, tab{URL: chapterURL(ch), Label: ch.Page.Title})
			}
			for _, s := range ch.Sections {
				if ch.Slug+"/"+s.Slug == slug {
					list = append(list, tab{URL: sectionURL(ch, s), Label: s.Number + " " + s.Title})
				}
			}
		}
	}
	return list
}
