package content

import (
	"regexp"
	"strings"
)

// Markdown renders the Markdown of an exercise's task or of a hint: the same
// language as a page's, but every fence is only shown, and links lead to the
// pages of the course and to other exercises by their file names, seen from
// the exercise's folder. The lines of the problems count from 1 in src; their
// File is empty. A first-level heading at the start is left out.
func Markdown(src string) (html string, problems []Problem, err error) {
	b := newBuilder(nil, &Page{})
	b.static = true
	b.build([]byte(src))
	for _, r := range b.links {
		b.taskLink(r)
	}
	var out strings.Builder
	err = renderDocument(&out, b.page.doc, nil)
	sortProblems(b.problems)
	return out.String(), b.problems, err
}

var (
	coursePath  = regexp.MustCompile(`^\.\./\.\./content/[0-9]{2}-([a-z0-9-]+)/(?:index|[0-9]{2}-([a-z0-9-]+))\.md(#[^ ]*)?$`)
	siblingPath = regexp.MustCompile(`^\.\./([0-9]{2}-[0-9]{2})-[a-z0-9-]+/exercise\.md$`)
)

// taskLink writes the address of a link of a task by its form alone.
func (b *builder) taskLink(r *linkRef) {
	if r.number != nil {
		b.problemAt(r.line, "number", "a task has no runs to take numbers from", "link to the section that has")
		return
	}
	switch m, sib := coursePath.FindStringSubmatch(r.target), siblingPath.FindStringSubmatch(r.target); {
	case m != nil && m[2] == "":
		r.node.Destination = []byte("/chapters/" + m[1] + m[3])
	case m != nil:
		r.node.Destination = []byte("/chapters/" + m[1] + "/" + m[2] + m[3])
	case sib != nil:
		r.node.Destination = []byte("/exercises/" + sib[1])
	case strings.HasPrefix(r.target, "#") && b.anchors[r.target[1:]]:
	default:
		b.problemAt(r.line, "link", "the link to "+quoted(r.target)+" leads nowhere", "link to ../../content/NN-CHAPTER/NN-SECTION.md")
		r.node.Destination = []byte("#")
	}
}

// TaskLinks gives the links of a task or a hint that lead to pages of this
// course but to nothing there, as problems whose lines count from 1 in src.
func (c *Course) TaskLinks(src string) []Problem {
	b := newBuilder(nil, &Page{})
	b.static = true
	b.build([]byte(src))
	var ps []Problem
	for _, r := range b.links {
		if m := coursePath.FindStringSubmatch(r.target); m != nil && r.number == nil {
			ps = append(ps, c.taskTarget(m[1], m[2], strings.TrimPrefix(m[3], "#"), r)...)
		}
	}
	return ps
}

func (c *Course) taskTarget(chapter, section, anchor string, r *linkRef) []Problem {
	ch := c.Chapter(chapter)
	var p *Page
	if ch != nil {
		if p = ch.Page; section != "" {
			p = ch.Section(section)
		}
	}
	switch {
	case p == nil:
		return []Problem{{Line: r.line, Rule: "link", Message: "the link to " + quoted(r.target) + " leads nowhere", Fix: "name a page of the course"}}
	case anchor != "" && !p.anchors[anchor]:
		return []Problem{{Line: r.line, Rule: "anchor", Message: p.File + " has no heading or listing " + quoted("#"+anchor),
			Fix: suggestion(anchor, sortedKeys(p.anchors), "take the anchor of a heading")}}
	}
	return nil
}
