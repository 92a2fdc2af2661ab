package content

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

var (
	htmlToken = regexp.MustCompile(`(?is)^(?:<!--(.*?)-->|(<details(?: open)?>)(?:\s*<summary>(.*?)</summary>)?|(</details>))`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// unwrapHTML replaces raw HTML by the comments and details tags in it; other
// HTML is told and left out.
func (b *builder) unwrapHTML(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		if raw, ok := n.(*ast.HTMLBlock); ok {
			for _, c := range b.tokens(raw) {
				c.SetPos(n.Pos())
				parent.InsertBefore(parent, n, c)
			}
			remove(n)
		}
		n = next
	}
}

func (b *builder) tokens(n *ast.HTMLBlock) []*comment {
	s := string(n.Lines().Value(b.src))
	if n.HasClosure() {
		s += string(n.ClosureLine.Value(b.src))
	}
	var found []*comment
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		m := htmlToken.FindStringSubmatch(s)
		switch {
		case m == nil:
			word, _, _ := strings.Cut(s, "\n")
			b.problem(n, "html", fmt.Sprintf("%s is not allowed here", quoted(clip(word, 40))),
				"write Markdown; put a blank line after <details>, </summary> and before </details>")
			return found
		case m[2] != "":
			found = append(found, &comment{text: "details " + anyTag.ReplaceAllString(m[3], "")})
		case m[4] != "":
			found = append(found, &comment{text: "/details"})
		default:
			found = append(found, &comment{text: strings.TrimSpace(m[1])})
		}
		s = s[len(m[0]):]
	}
	return found
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// foldDetails moves what stands between <details> and </details> into a box.
func (b *builder) foldDetails(parent ast.Node) {
	var open *boxNode
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		c, isTag := n.(*comment)
		switch {
		case isTag && strings.HasPrefix(c.text, "details "):
			if open != nil {
				b.problem(n, "hint", "a <details> stands in another", "close the first with </details>")
			}
			open = b.details(c)
			replace(n, open)
		case isTag && c.text == "/details":
			if open == nil {
				b.problem(n, "hint", "</details> closes nothing", "take it out")
			}
			open = nil
			remove(n)
		case open != nil:
			open.AppendChild(open, n)
		}
		n = next
	}
	if open != nil {
		b.problem(open, "hint", "<details> is never closed", "add </details> after a blank line")
	}
}

func (b *builder) details(c *comment) *boxNode {
	summary := strings.TrimSpace(html.UnescapeString(strings.TrimPrefix(c.text, "details ")))
	if summary == "" {
		b.problem(c, "hint", "the <details> has no <summary>", "write <details><summary>Hint 1</summary>")
		summary = "More"
	}
	head, aside, ok := strings.Cut(summary, ": ")
	small := ""
	if ok {
		small = "<small>" + html.EscapeString(aside) + "</small>"
	}
	chev := `<svg class="i cv" aria-hidden="true"><use href="#i-chev"/></svg>`
	return &boxNode{
		open:  `<details class="hintd"><summary>` + chev + html.EscapeString(head) + small + `</summary><div>`,
		close: `</div></details>`,
	}
}

// comment obeys an author's comment and gives the next block to look at.
func (b *builder) comment(n *comment) ast.Node {
	next := n.NextSibling()
	defer remove(n)
	name, rest, _ := strings.Cut(n.text, " ")
	switch name {
	case "quiz":
		return b.quiz(n, rest)
	case "predict":
		return b.prediction(n, rest)
	case "compare":
		b.comparison(n, rest)
	case "steps":
		if list, ok := next.(*ast.List); ok {
			list.SetAttributeString("class", []byte("steps"))
		} else {
			b.problem(n, "fence-word", "no list follows <!-- steps -->", "put the list directly below")
		}
	default:
		for _, known := range []string{"quiz", "predict", "steps", "compare"} {
			if d := distance(name, known); d > 0 && d < 3 {
				b.problem(n, "fence-word", "unknown comment "+quoted(name), fmt.Sprintf("did you mean %q?", known))
			}
		}
	}
	return next
}

type calloutKind struct{ class, icon, label string }

func callouts() map[string]calloutKind {
	return map[string]calloutKind{
		"NOTE":      {"note", "info", "Note"},
		"TIP":       {"tip", "tip", "Tip"},
		"IMPORTANT": {"note", "info", "Important"},
		"WARNING":   {"warnc", "warn", "Warning"},
		"CAUTION":   {"danger", "panic", "Caution"},
	}
}

var alert = regexp.MustCompile(`^\[!([A-Za-z]+)\]\s*$`)

// quote turns a blockquote into a callout, when GitHub would, or into a
// margin note, when it starts in bold.
func (b *builder) quote(n *ast.Blockquote) {
	b.blocks(n)
	first, ok := n.FirstChild().(*ast.Paragraph)
	if !ok {
		return
	}
	head := first.Lines().At(0)
	if m := alert.FindSubmatch(head.Value(b.src)); m != nil {
		b.callout(n, first, strings.ToUpper(string(m[1])), head.Stop)
		return
	}
	if em, ok := first.FirstChild().(*ast.Emphasis); ok && em.Level == 2 {
		note := &boxNode{open: fmt.Sprintf(`<aside class="mn" aria-label="Note: %s">`, attr(b.plain(em))), close: "</aside>"}
		adopt(note, n)
		replace(n, note)
	}
}

func (b *builder) callout(n *ast.Blockquote, first *ast.Paragraph, name string, headEnd int) {
	kind, ok := callouts()[name]
	if !ok {
		b.problem(n, "fence-word", "unknown alert "+quoted("[!"+name+"]"),
			suggestion(name, sortedKeys(callouts()), "write NOTE, TIP, IMPORTANT, WARNING or CAUTION"))
		kind = callouts()["NOTE"]
	}
	for c := first.FirstChild(); c != nil && c.Pos() < headEnd; c = first.FirstChild() {
		remove(c)
	}
	label := html.EscapeString(kind.label)
	if em, ok := first.FirstChild().(*ast.Emphasis); ok && em.Level == 2 {
		label = `<span class="vh">` + label + `: </span>` + html.EscapeString(strings.TrimSuffix(b.plain(em), "."))
		remove(em)
	}
	if first.ChildCount() == 0 {
		remove(first)
	}
	box := &boxNode{open: fmt.Sprintf(`<div class="co %s"><p class="lab">%s%s</p>`, kind.class, icon(kind.icon), label), close: "</div>"}
	adopt(box, n)
	replace(n, box)
}

// nameColumns gives every column a head and answers with the name of the
// table: its first head that says something.
func (b *builder) nameColumns(t *east.Table) string {
	name := "Table"
	head := t.FirstChild()
	if head == nil {
		return name
	}
	for th, n := head.FirstChild(), 1; th != nil; th, n = th.NextSibling(), n+1 {
		th.SetAttributeString("scope", []byte("col"))
		text := b.plain(th)
		switch {
		case text == "":
			// A screen reader has to call the column something.
			th.AppendChild(th, &spanNode{open: fmt.Sprintf(`<span class="vh">Column %d</span>`, n)})
		case name == "Table":
			name += ": " + text
		}
	}
	return name
}

// wrapTable lets a wide table scroll in a box that takes the focus.
func (b *builder) wrapTable(n ast.Node) {
	t, ok := n.(*east.Table)
	if !ok {
		return
	}
	name := b.nameColumns(t)
	box := &boxNode{open: fmt.Sprintf(`<div class="tscroll" tabindex="0" role="group" aria-label="%s">`, attr(name)), close: "</div>"}
	replace(t, box)
	box.AppendChild(box, t)
}
