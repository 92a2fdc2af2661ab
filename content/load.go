package content

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// maxPage bounds the Markdown of one page.
const maxPage = 1 << 20

// Load reads the course in fsys. What is wrong with its text is in
// Course.Problems; the error is for files that can't be read, and for a
// course without a readable course.yaml.
func Load(fsys fs.FS) (*Course, error) {
	data, err := fs.ReadFile(fsys, "course.yaml")
	if err != nil {
		return nil, fmt.Errorf("load course: %w", err)
	}
	var cf courseFile
	c := &Course{fsys: fsys}
	if p := decodeStrict("course.yaml", 1, data, &cf); p != nil {
		c.Problems = append(c.Problems, *p)
	}
	c.Title, c.Lang, c.Vendor = cf.Title, cmp.Or(cf.Lang, "en"), cf.Vendor
	if c.Title == "" {
		c.add("course.yaml", 1, "front-matter", "title is missing", "add title: ...")
	}
	l := &loader{course: c, cells: map[string]*Cell{}, quizzes: map[string]place{}}
	for _, folder := range cf.Chapters {
		line := 1 + bytes.Count(data[:max(0, bytes.Index(data, []byte(folder)))], []byte("\n"))
		if err := l.chapter(folder, line); err != nil {
			return nil, err
		}
	}
	l.resolve()
	sortProblems(c.Problems)
	return c, nil
}

// loader holds what spans pages while a course is read.
type loader struct {
	course   *Course
	builders []*builder
	cells    map[string]*Cell // named ones, by id
	quizzes  map[string]place
}

type place struct {
	file string
	line int
}

func (c *Course) add(file string, line int, rule, message, fix string) {
	c.Problems = append(c.Problems, Problem{file, line, rule, message, fix})
}

func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// chapter reads one folder: index.md, then the sections by number.
func (l *loader) chapter(folder string, line int) error {
	m := folderPattern().FindStringSubmatch(folder)
	if m == nil {
		l.course.add("course.yaml", line, "front-matter", fmt.Sprintf("chapter %q is not named NN-slug", folder), "rename the folder, as 03-scheduler")
		return nil
	}
	ch := &Chapter{Number: m[1], Slug: m[2]}
	entries, err := fs.ReadDir(l.course.fsys, folder)
	if errors.Is(err, fs.ErrNotExist) {
		l.course.add("course.yaml", line, "front-matter", fmt.Sprintf("chapter %s has no folder", folder), "make it, or take it off the list")
		return nil
	}
	if err != nil {
		return fmt.Errorf("load chapter %s: %w", folder, err)
	}
	for _, old := range l.course.Chapters {
		if old.Slug == ch.Slug {
			l.course.add("course.yaml", line, "front-matter", fmt.Sprintf("two chapters have the slug %s", ch.Slug), "rename one of the folders")
			return nil
		}
	}
	l.course.Chapters = append(l.course.Chapters, ch)
	return l.pages(ch, folder, entries)
}

func (l *loader) pages(ch *Chapter, folder string, entries []fs.DirEntry) error {
	index := path.Join(folder, "index.md")
	ch.Page = &Page{File: index, Title: ch.Slug, Status: Coming, chapter: ch.Slug, doc: &document{}}
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "index.md" }) {
		l.course.add(index, 1, "front-matter", "the chapter has no page of its own", "write index.md with its title")
	}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".md" {
			continue
		}
		p, err := l.page(ch, folder, e.Name())
		switch {
		case err != nil:
			return err
		case p == nil:
		case p.Slug == "":
			ch.Page = p
		default:
			ch.Sections = append(ch.Sections, p)
		}
	}
	ch.Exercises = exercisesOf(ch)
	return nil
}

// page reads one file; nil when its name is no page's.
func (l *loader) page(ch *Chapter, folder, name string) (*Page, error) {
	p := &Page{File: path.Join(folder, name), chapter: ch.Slug}
	if name != "index.md" {
		m := folderPattern().FindStringSubmatch(strings.TrimSuffix(name, ".md"))
		if m == nil {
			l.course.add(p.File, 1, "front-matter", "the file is not named NN-slug.md", "rename it, as 01-internals.md")
			return nil, nil
		}
		p.Slug, p.Number = m[2], strings.TrimLeft(ch.Number, "0")+"."+strings.TrimLeft(m[1], "0")
	}
	src, err := fs.ReadFile(l.course.fsys, p.File)
	if err != nil {
		return nil, fmt.Errorf("load page %s: %w", p.File, err)
	}
	b := newBuilder(l.course.fsys, p)
	b.build(src)
	l.builders = append(l.builders, b)
	return p, nil
}

// exercisesOf lists the exercise ids that the pages of a chapter name.
func exercisesOf(ch *Chapter) []string {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, p := range append(slices.Clone(ch.Sections), ch.Page) {
		for _, c := range p.Cells {
			add(c.Exercise)
		}
		for _, id := range p.Exercises {
			add(id)
		}
	}
	return ids
}

// Pages lists the pages of a course in reading order.
func (c *Course) Pages() []*Page {
	var ps []*Page
	for _, ch := range c.Chapters {
		ps = append(append(ps, ch.Page), ch.Sections...)
	}
	return ps
}

// Cell finds a cell by its id= anywhere in the course; nil when there is none.
func (c *Course) Cell(id string) *Cell {
	for _, p := range c.Pages() {
		for _, cell := range p.Cells {
			if cell.Named && cell.ID == id {
				return cell
			}
		}
	}
	return nil
}

// Chapter finds a chapter by its slug; nil when there is none.
func (c *Course) Chapter(slug string) *Chapter {
	i := slices.IndexFunc(c.Chapters, func(ch *Chapter) bool { return ch.Slug == slug })
	if i < 0 {
		return nil
	}
	return c.Chapters[i]
}

// Section finds a section by its slug; nil when there is none.
func (ch *Chapter) Section(slug string) *Page {
	i := slices.IndexFunc(ch.Sections, func(p *Page) bool { return p.Slug == slug })
	if i < 0 {
		return nil
	}
	return ch.Sections[i]
}

// URL is the path of a page on the site.
func (p *Page) URL() string {
	if p.Slug == "" {
		return "/chapters/" + p.chapter
	}
	return "/chapters/" + p.chapter + "/" + p.Slug
}
