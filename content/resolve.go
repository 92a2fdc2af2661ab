package content

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// resolve does what needs all pages: ids that must be unique, links, numbers,
// prerequisites. It gathers the problems of all pages.
func (l *loader) resolve() {
	for _, b := range l.builders {
		l.unique(b)
	}
	for _, b := range l.builders {
		for _, r := range b.links {
			l.link(b, r)
		}
		l.requires(b)
		l.compared(b)
	}
	l.cycles()
	for _, b := range l.builders {
		l.course.Problems = append(l.course.Problems, b.problems...)
	}
}

func (l *loader) unique(b *builder) {
	for _, c := range b.page.Cells {
		if !c.Named {
			continue
		}
		if first := l.cells[c.ID]; first != nil {
			b.problemAt(c.Line, "fence-id", fmt.Sprintf("id=%s stands at %s:%d already", c.ID, first.File, first.Line), "choose another id")
			continue
		}
		l.cells[c.ID] = c
	}
	for _, id := range b.page.Quizzes {
		if first, ok := l.quizzes[id]; ok {
			b.problemAt(first.line, "fence-id", fmt.Sprintf("quiz %s stands in %s already", id, first.file), "choose another id")
			continue
		}
		l.quizzes[id] = place{b.page.File, 1}
	}
}

// link finds what a link leads to and writes its address.
func (l *loader) link(b *builder, r *linkRef) {
	if r.number != nil {
		l.number(b, r)
		return
	}
	where, fix := l.address(b, r)
	if where == "" {
		b.problemAt(r.line, "link", fmt.Sprintf("the link to %s leads nowhere", quoted(r.target)), fix)
		where = "#"
	}
	r.node.Destination = []byte(where)
}

var exercisePath = regexp.MustCompile(`^\.\./exercises/(([0-9]{2}-[0-9]{2})-[a-z0-9-]+)/exercise\.md$`)

// address is the URL of a relative link; "" when there is nothing, with what
// to do about it.
func (l *loader) address(b *builder, r *linkRef) (where, fix string) {
	u, err := url.Parse(r.target)
	if err != nil || u.Host != "" || strings.HasPrefix(u.Path, "/") || u.RawQuery != "" {
		return "", "link to a page by its file name, as 02-gomaxprocs.md"
	}
	if u.Path == "" {
		if u.Fragment == "" {
			return "", "name a page or a heading"
		}
		return l.anchor(b, b, u.Fragment, r.line), ""
	}
	file := path.Join(path.Dir(b.page.File), u.Path)
	if m := exercisePath.FindStringSubmatch(file); m != nil {
		link := Link{Exercise: m[2], URL: "/exercises/" + m[2], File: b.page.File, Line: r.line}
		b.page.Links = append(b.page.Links, link)
		return link.URL, ""
	}
	for _, other := range l.builders {
		if other.page.File == file {
			if u.Fragment == "" {
				return other.page.URL(), ""
			}
			return other.page.URL() + l.anchor(b, other, u.Fragment, r.line), ""
		}
	}
	var files []string
	for _, other := range l.builders {
		files = append(files, other.page.File)
	}
	return "", suggestion(file, files, "link to a page of the course by its file name, as 02-gomaxprocs.md")
}

// anchor is #id; an id that the page doesn't have is told.
func (l *loader) anchor(from, to *builder, id string, line int) string {
	if !to.anchors[id] {
		from.problemAt(line, "anchor", fmt.Sprintf("%s has no heading or listing %s", to.page.File, quoted("#"+id)),
			suggestion(id, sortedKeys(to.anchors), "take the anchor of a heading: lower case, hyphens for spaces"))
	}
	return "#" + id
}

// number makes the figure a link to the listing that it comes from.
func (l *loader) number(b *builder, r *linkRef) {
	c := l.cells[r.target]
	if c == nil {
		b.problemAt(r.line, "number", fmt.Sprintf("no listing has id=%s", r.target), suggestion(r.target, sortedKeys(l.cells), "name a listing by its id="))
		return
	}
	if !c.Counted() {
		b.problemAt(r.line, "number", fmt.Sprintf("listing %s takes no trace and is no benchmark, so there is nothing to count", r.target), "add trace to its fence")
	}
	where := "#cell-" + c.ID
	if c.File != b.page.File {
		where = l.pageOf(c.File).URL() + where
	}
	r.number.open = strings.Replace(r.number.open, "<span ", `<a href="`+where+`" `, 1)
	r.number.close = "</a>"
}

func (l *loader) pageOf(file string) *Page {
	i := slices.IndexFunc(l.builders, func(b *builder) bool { return b.page.File == file })
	return l.builders[i].page
}

// requires looks up the prerequisites of a page.
func (l *loader) requires(b *builder) {
	for _, want := range b.page.Requires {
		if l.find(want) == nil {
			b.problemAt(b.requiresLine, "front-matter", fmt.Sprintf("requires names %s, which is no page", quoted(want)),
				suggestion(want, l.names(), "name CHAPTER or CHAPTER/SECTION"))
		}
	}
}

func (l *loader) find(name string) *Page {
	i := slices.IndexFunc(l.builders, func(b *builder) bool { return pageName(b.page) == name })
	if i < 0 {
		return nil
	}
	return l.builders[i].page
}

func (l *loader) names() []string {
	var names []string
	for _, b := range l.builders {
		names = append(names, pageName(b.page))
	}
	return names
}

func pageName(p *Page) string { return strings.TrimPrefix(p.URL(), "/chapters/") }

// cycles tells pages that in the end require themselves.
func (l *loader) cycles() {
	for _, b := range l.builders {
		if l.reaches(b.page, pageName(b.page), map[string]bool{}) {
			b.problemAt(b.requiresLine, "front-matter", "in the end the page requires itself", "take one requires out of the circle")
		}
	}
}

func (l *loader) reaches(p *Page, goal string, seen map[string]bool) bool {
	for _, name := range p.Requires {
		if name == goal {
			return true
		}
		next := l.find(name)
		if next == nil || seen[name] {
			continue
		}
		seen[name] = true
		if l.reaches(next, goal, seen) {
			return true
		}
	}
	return false
}
