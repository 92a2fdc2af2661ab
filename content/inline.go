package content

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// linkRef is a link whose target is only known when all pages are read.
type linkRef struct {
	node   *ast.Link
	number *spanNode // of a number that comes from a run
	target string    // as written; the cell's id for a number
	line   int
}

// inlines rewrites links, images and raw HTML everywhere below root.
func (b *builder) inlines(root ast.Node) {
	var found []ast.Node
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			found = append(found, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found {
		switch n := n.(type) {
		case *ast.Link:
			b.link(n)
		case *ast.Image:
			b.image(n)
		case *ast.RawHTML:
			b.rawHTML(n)
		case *east.TaskCheckBox:
			b.problem(n, "fence-word", "a task list belongs to no question", "put <!-- quiz id=... --> or <!-- predict --> before the question")
			remove(n)
		case *ast.AutoLink:
			b.page.Links = append(b.page.Links, Link{URL: string(n.URL(b.src)), File: b.page.File, Line: b.at(n)})
		}
	}
}

var (
	inlineTag = regexp.MustCompile(`^</?(?:kbd|sub|sup)>$|^<br ?/?>$`)
	scheme    = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]*):`)
)

func (b *builder) rawHTML(n *ast.RawHTML) {
	s := string(n.Segments.Value(b.src))
	switch {
	case inlineTag.MatchString(s):
		replace(n, &spanNode{open: s})
		return
	case strings.HasPrefix(s, "<!--"):
	default:
		b.problem(n, "html", fmt.Sprintf("%s is not allowed here", quoted(clip(s, 40))), "write Markdown; only kbd, sub, sup and br may stand")
	}
	remove(n)
}

// link sorts a link by its scheme.
func (b *builder) link(n *ast.Link) {
	dest := string(n.Destination)
	m := scheme.FindStringSubmatch(dest)
	if m == nil {
		b.links = append(b.links, &linkRef{node: n, target: dest, line: b.at(n)})
		return
	}
	rest := dest[len(m[0]):]
	switch strings.ToLower(m[1]) {
	case "http", "https", "mailto":
		b.page.Links = append(b.page.Links, Link{URL: dest, File: b.page.File, Line: b.at(n)})
	case "run":
		b.runNumber(n, rest)
	case "src":
		b.sourceFact(n, rest)
	case "state":
		b.state(n, rest)
	default:
		b.problem(n, "link", "unknown kind of link "+quoted(m[0]), suggestion(m[1], []string{"https", "run", "src", "state"}, "link to a page, a heading or https:"))
		n.Destination = []byte("#")
	}
}

// runNumber is [512](run:ID#METRIC "TOLERANCE").
func (b *builder) runNumber(n *ast.Link, rest string) {
	id, metric, _ := strings.Cut(rest, "#")
	num := Number{Text: b.plain(n), Scheme: "run", Target: id, Name: metric,
		Tolerance: strings.TrimSpace(string(n.Title)), File: b.page.File, Line: b.at(n)}
	if id == "" || metric == "" {
		b.problem(n, "number", "the number does not say what it is", "write run:ID#METRIC")
	}
	if _, err := ParseTolerance(num.Tolerance); err != nil {
		b.problem(n, "number", err.Error(), `write "+-10%", "+-2", ">=", "<=" or nothing`)
	}
	title := "From the recorded run " + id
	switch {
	case num.Tolerance == ">=":
		title = "At least this in every run of " + id
	case num.Tolerance == "<=":
		title = "At most this in every run of " + id
	case num.Tolerance != "":
		title += ", checked within " + strings.NewReplacer("+-", "", "±", "", "%", " %").Replace(num.Tolerance)
	}
	span := &spanNode{open: fmt.Sprintf(`<span class="num" title="%s">`, attr(title)), close: "</span>"}
	b.number(n, num, span)
	b.links = append(b.links, &linkRef{number: span, target: id, line: num.Line})
}

// sourceFact is [256](src:FILE "REGEXP").
func (b *builder) sourceFact(n *ast.Link, file string) {
	num := Number{Text: b.plain(n), Scheme: "src", Target: file, File: b.page.File, Line: b.at(n),
		Pattern: strings.ReplaceAll(string(n.Title), `\"`, `"`)}
	if _, err := num.Regexp(); err != nil {
		b.problem(n, "fact", err.Error(), `write [256](src:runtime/runtime2.go "REGEXP")`)
	}
	b.number(n, num, &spanNode{open: fmt.Sprintf(`<span class="num" title="%s">`, attr("In "+file+" of the installed Go")), close: "</span>"})
}

func (b *builder) number(n *ast.Link, num Number, span *spanNode) {
	b.page.Numbers = append(b.page.Numbers, num)
	adopt(span, n)
	replace(n, span)
}

// Regexp is the compiled pattern of a src: fact, with (?m) on.
func (n Number) Regexp() (*regexp.Regexp, error) {
	if n.Target == "" || n.Pattern == "" {
		return nil, fmt.Errorf("the fact names no file or no pattern")
	}
	re, err := regexp.Compile("(?m)" + n.Pattern)
	if err != nil {
		return nil, fmt.Errorf("read the pattern: %w", err)
	}
	return re, nil
}

// states are the goroutine states that prose may name.
func states() []string {
	return []string{"running", "syscall", "gc", "runnable", "chan", "select", "sync", "sleep", "net"}
}

// state is [runnable](state:runnable): the word with its swatch.
func (b *builder) state(n *ast.Link, name string) {
	known := false
	for _, s := range states() {
		known = known || s == name
	}
	if !known {
		b.problem(n, "link", "unknown goroutine state "+quoted(name), suggestion(name, states(), "write one of "+strings.Join(states(), ", ")))
		name = "running"
	}
	span := &spanNode{
		open:  fmt.Sprintf(`<span class="st" data-s="%s"><svg class="sw" aria-hidden="true"><use href="#sw-%[1]s"/></svg>`, name),
		close: "</span>",
	}
	adopt(span, n)
	replace(n, span)
}

// headings gives every heading its anchor, the second and third level their
// line in the table of contents, and looks at their order.
func (b *builder) headings(root ast.Node) {
	var found []*ast.Heading
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			found = append(found, h)
		}
		return ast.WalkContinue, nil
	})
	for _, h := range found {
		b.heading(h)
	}
}

func (b *builder) heading(h *ast.Heading) {
	text := b.plain(h)
	if h.Level == 1 {
		b.title(h, text)
		return
	}
	if h.Level > b.level+1 {
		b.problem(h, "heading", fmt.Sprintf("a level %d heading follows level %d", h.Level, b.level), "skip no level")
	}
	if text == "" {
		b.problem(h, "heading", "the heading is empty", "write it, or take it out")
	}
	b.level = h.Level
	id := b.anchor(text)
	if h.Level <= 3 {
		b.page.TOC = append(b.page.TOC, Heading{Level: h.Level, Text: text, ID: id})
	}
	no := ""
	if h.Level == 2 && !b.static {
		b.sections++
		no = fmt.Sprintf(`<span class="secno" aria-hidden="true">%d</span>`, b.sections)
	}
	h.SetAttributeString("id", []byte(id))
	if no != "" {
		h.InsertBefore(h, h.FirstChild(), &spanNode{open: no})
	}
}

// title drops the page's own heading, which the page shows itself.
func (b *builder) title(h *ast.Heading, text string) {
	first := !b.titled && h.PreviousSibling() == nil && h.Parent().Kind() == ast.KindDocument
	b.titled = true
	switch {
	case !first:
		b.problem(h, "heading", "a second title", "write ##")
	case !b.static && text != b.typographic(b.page.Title):
		b.problem(h, "heading", fmt.Sprintf("the heading says %s, the front matter %s", quoted(text), quoted(b.page.Title)), "make them the same")
	}
	remove(h)
}

// typographic is the title as Markdown would set it, so that a straight quote
// in YAML equals the curly one of the heading.
func (b *builder) typographic(s string) string {
	md := newMarkdown()
	src := []byte(s)
	other := &builder{src: src}
	return other.plain(md.Parser().Parse(newReader(src)))
}

var (
	notSlug  = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\p{Pc} -]`)
	imageExt = map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}
)

// Anchor is GitHub's id of a heading.
func Anchor(heading string) string {
	return strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

func (b *builder) anchor(heading string) string {
	base := Anchor(heading)
	if base == "" {
		base = "section"
	}
	id := base
	for i := 1; b.anchors[id]; i++ {
		id = fmt.Sprintf("%s-%d", base, i)
	}
	b.anchors[id] = true
	return id
}

// captionHTML escapes a caption and sets `code` in it.
func captionHTML(s string) string {
	parts := strings.Split(html.EscapeString(s), "`")
	if len(parts)%2 == 0 {
		return strings.Join(parts, "`")
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "<code>" + parts[i] + "</code>"
	}
	return strings.Join(parts, "")
}
