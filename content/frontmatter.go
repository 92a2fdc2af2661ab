package content

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// header is the front matter of a page.
type header struct {
	Title      string   `yaml:"title"`
	Minutes    int      `yaml:"minutes"`
	Objectives []string `yaml:"objectives"`
	Requires   []string `yaml:"requires"`
	Exercises  []string `yaml:"exercises"`
	Status     Status   `yaml:"status"`
}

// courseFile is course.yaml.
type courseFile struct {
	Title    string   `yaml:"title"`
	Lang     string   `yaml:"lang"`
	Chapters []string `yaml:"chapters"`
	Vendor   []string `yaml:"vendor"`
}

// decodeStrict reads YAML into v. What is wrong with it comes back as a
// Problem at its line; first is the line of the first line of data.
func decodeStrict(file string, first int, data []byte, v any) *Problem {
	err := yaml.UnmarshalWithOptions(data, v, yaml.Strict())
	if err == nil {
		return nil
	}
	p := &Problem{File: file, Line: first, Rule: "front-matter", Message: err.Error(),
		Fix: "docs/authoring.md lists the keys"}
	var at yaml.Error
	if errors.As(err, &at) {
		p.Message = at.GetMessage()
		if tok := at.GetToken(); tok != nil && tok.Position != nil {
			p.Line = first + tok.Position.Line - 1
		}
	}
	return p
}

// cutHeader splits a page in its front matter and its body. lines is the
// number of lines before the body; ok is false when there is no front matter.
func cutHeader(src []byte) (head, body []byte, lines int, ok bool) {
	rest, found := bytes.CutPrefix(src, []byte("---\n"))
	if !found {
		return nil, src, 0, false
	}
	if body, found = bytes.CutPrefix(rest, []byte("---\n")); found {
		return nil, body, 2, true
	}
	head, body, found = bytes.Cut(rest, []byte("\n---\n"))
	if !found {
		if head, found = bytes.CutSuffix(rest, []byte("\n---")); !found {
			return nil, src, 0, false
		}
	}
	return head, body, bytes.Count(head, []byte("\n")) + 3, true
}

// readHeader fills the page from its front matter and gives the body.
func (b *builder) readHeader(src []byte) []byte {
	head, body, lines, ok := cutHeader(src)
	b.base = lines
	if !ok {
		b.problemAt(1, "front-matter", "the page has no front matter", "begin with ---, title: ..., ---")
		return body
	}
	var h header
	if p := decodeStrict(b.page.File, 2, head, &h); p != nil {
		b.problems = append(b.problems, *p)
	}
	b.useHeader(h, head)
	return body
}

func (b *builder) useHeader(h header, head []byte) {
	p := b.page
	p.Title, p.Minutes, p.Objectives = h.Title, h.Minutes, h.Objectives
	p.Requires, p.Exercises, p.Status = h.Requires, h.Exercises, h.Status
	if p.Title == "" {
		b.problemAt(1, "front-matter", "title is missing", "add title: ...")
	}
	if p.Minutes < 0 {
		b.problemAt(lineOf(head, "minutes"), "front-matter", "minutes can't be negative", "write the reading time in minutes")
	}
	switch p.Status {
	case "":
		p.Status = Written
	case Written, Coming:
	default:
		b.problemAt(lineOf(head, "status"), "front-matter", fmt.Sprintf("unknown status %q", p.Status),
			suggestion(string(p.Status), []string{"written", "coming"}, "write written or coming"))
		p.Status = Coming
	}
	for _, id := range p.Exercises {
		if !idPattern().MatchString(id) {
			b.problemAt(lineOf(head, "exercises"), "front-matter", fmt.Sprintf("%q is no exercise id", id), `write exercises: ["03-01"]`)
		}
	}
	b.requiresLine = lineOf(head, "requires")
}

// lineOf is the line in the file of a key of the front matter.
func lineOf(head []byte, key string) int {
	for i, line := range strings.Split(string(head), "\n") {
		if strings.HasPrefix(line, key+":") {
			return i + 2
		}
	}
	return 1
}

// folderPattern is NN-slug, the name of a chapter's folder, and of a
// section's file without its .md.
func folderPattern() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)$`)
}
