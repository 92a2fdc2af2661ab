package page

import (
	"strings"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// frame is what the layout templates need of any page.
type frame struct {
	Chrome
	Title   string           // of the document, without the product's name
	Chapter *content.Chapter // the chapter this page belongs to; nil when none
	Badge   isolationBadge
	Tabs    []tab
	Reading bool // show how far down the page the reader is
}

// tab is one link of the header.
type tab struct {
	URL, Label string
	Current    bool
}

// isolationBadge says how well programs are kept apart from this machine.
type isolationBadge struct {
	Word, Sentence string
	Level          int
	Low            bool
	Missing, Mends []string
}

func newFrame(c Chrome, title string, ch *content.Chapter) frame {
	if c.Course == nil {
		c.Course = &content.Course{Title: "tutor", Lang: "en"}
	}
	f := frame{Chrome: c, Title: title, Chapter: ch, Badge: badgeOf(c.Isolation, c.Mends)}
	f.Tabs = []tab{{URL: "/", Label: "Course", Current: c.Path == "/"}}
	if ch == nil {
		ch = firstWritten(c.Course)
	}
	if ch != nil {
		f.Tabs = append(f.Tabs, tab{URL: chapterURL(ch), Label: chapterName(ch), Current: f.Chapter != nil})
	}
	f.Tabs = append(f.Tabs, tab{URL: "/traces", Label: "Traces", Current: strings.HasPrefix(c.Path, "/traces")})
	return f
}

// Lang is the language of the course's text.
func (f frame) Lang() string {
	if f.Course.Lang == "" {
		return "en"
	}
	return f.Course.Lang
}

// ShortGo is the Go version for a badge: "go 1.26" of "go1.26.8".
func (f frame) ShortGo() string {
	v := strings.TrimPrefix(f.GoVersion, "go")
	if parts := strings.SplitN(v, ".", 3); len(parts) == 3 {
		v = parts[0] + "." + parts[1]
	}
	return "go " + strings.TrimSpace(v)
}

// LongGo is the whole Go version: "go 1.26.8".
func (f frame) LongGo() string { return goVersion(f.GoVersion) }

func goVersion(v string) string {
	return "go " + strings.TrimSpace(strings.TrimPrefix(v, "go"))
}

func badgeOf(iso sandbox.Isolation, mends []string) isolationBadge {
	b := isolationBadge{Level: iso.Level, Low: iso.Level < 2, Missing: iso.Missing, Mends: mends}
	switch iso.Level {
	case 3:
		b.Word, b.Sentence = "strong", "Programs run in a kernel of their own."
	case 2:
		b.Word, b.Sentence = "isolated", "Programs run apart from your files, your network and each other."
	case 1:
		b.Word, b.Sentence = "restricted", "Programs are held back, not shut in: run only code you trust. Nobody but you can reach this server."
	default:
		b.Word, b.Sentence = "not isolated", "Programs run as you do: run only code you trust. Nobody but you can reach this server."
	}
	return b
}

func firstWritten(c *content.Course) *content.Chapter {
	for _, ch := range c.Chapters {
		if ch.Page != nil && ch.Page.Status != content.Coming {
			return ch
		}
	}
	return nil
}

func chapterURL(ch *content.Chapter) string { return "/chapters/" + ch.Slug }

func sectionURL(ch *content.Chapter, p *content.Page) string {
	if p.Slug == "" {
		return chapterURL(ch)
	}
	return chapterURL(ch) + "/" + p.Slug
}

// chapterName is "Chapter 3" of "03".
func chapterName(ch *content.Chapter) string { return "Chapter " + chapterNumber(ch) }

func chapterNumber(ch *content.Chapter) string {
	if n := strings.TrimLeft(ch.Number, "0"); n != "" {
		return n
	}
	return "0"
}
