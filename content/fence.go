package content

import (
	"fmt"
	"html"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/yuin/goldmark/ast"
)

// fence turns a fenced block into a cell, into what a cell prints, or into a
// listing that is only shown.
func (b *builder) fence(n *ast.FencedCodeBlock) {
	infoText := ""
	if n.Info != nil {
		infoText = string(n.Info.Segment.Value(b.src))
	}
	in, errs := ParseInfo(infoText)
	for _, e := range errs {
		b.problem(n, ruleOf(e), e.Message, e.Fix)
	}
	body := string(n.Lines().Value(b.src))
	switch {
	case b.static:
		replace(n, &codeNode{lang: in.Lang, text: body})
	case in.Lang == "mermaid":
		b.mermaid(n, body)
	case in.Lang == "text" && in.Verb != "":
		b.output(n, in, body)
	case in.Lang == "go" && in.Verb != "":
		b.cell(n, in, body)
	case in.Lang == "go" && len(errs) == 0:
		b.problem(n, "unchecked", "the listing claims nothing", "write go run, or go norun when it is only shown")
		fallthrough
	default:
		replace(n, &codeNode{lang: in.Lang, text: body})
	}
}

// ruleOf is the rule that a bad word breaks: ids have their own.
func ruleOf(e InfoError) string {
	if e.Word == "id" || e.Word == "exercise" {
		return "fence-id"
	}
	return "fence-word"
}

func (b *builder) cell(n *ast.FencedCodeBlock, in Info, body string) {
	c := &Cell{Verb: in.Verb, Options: in.Keys, File: b.page.File, Line: b.at(n), Exercise: in.Keys["exercise"]}
	c.CodeLine = c.Line + 1
	b.identify(c)
	b.files(c, body)
	b.bookmarked(c)
	if b.predictFor == ast.Node(n) {
		c.Predict, b.predict, b.predictFor = b.predict, nil, nil
		if c.Predict.ID == "" {
			c.Predict.ID = c.ID
		}
	}
	b.page.Cells = append(b.page.Cells, c)
	b.anchors["cell-"+c.ID] = true
	replace(n, &cellNode{cell: c})
}

// identify names a cell: by id=, or else by its page and its place there.
func (b *builder) identify(c *Cell) {
	c.ID, c.Named = c.Options["id"], c.Options["id"] != ""
	if !c.Named {
		slug := b.page.Slug
		if slug == "" {
			slug = b.page.chapter
		}
		c.ID = fmt.Sprintf("%s.%d", slug, len(b.page.Cells)+1)
	}
	c.Key = "cell:" + b.page.chapter + "/" + c.ID
	if c.Exercise != "" {
		c.Key = "exercise:" + c.Exercise
	}
}

var marker = regexp.MustCompile(`^-- (.+) --\n`)

// files cuts the body of a fence into files: one, or a txtar whose first line
// is a marker.
func (b *builder) files(c *Cell, body string) {
	name := c.Options["file"]
	if name == "" {
		name = "main.go"
		if c.Tests() {
			name = "main_test.go"
		}
	}
	switch {
	case c.Exercise != "" && c.Options["file"] == "":
		b.problemAt(c.Line, "fence-word", "an exercise's fence needs file=", "name the file that is shown")
	case c.Exercise != "" && strings.TrimSpace(body) == "":
	case !marker.MatchString(body):
		c.Files = []File{{name, body}}
	default:
		b.archive(c, body)
	}
	if c.Exercise == "" && strings.TrimSpace(body) == "" {
		b.problemAt(c.Line, "compile", "the listing is empty", "write the program, or take the fence out")
	}
	b.stdin(c)
}

func (b *builder) archive(c *Cell, body string) {
	seen := map[string]bool{}
	c.CodeLine++
	for _, f := range txtar.Parse([]byte(body)).Files {
		if !pathName(f.Name) || seen[f.Name] {
			b.problemAt(c.Line, "fence-word", fmt.Sprintf("%s is no name of a file of a program, or stands twice", quoted(f.Name)),
				"name each file once, as main.go, greet/greet.go or testdata/words.txt")
		}
		seen[f.Name] = true
		c.Files = append(c.Files, File{f.Name, string(f.Data)})
	}
	if c.Options["file"] != "" {
		b.problemAt(c.Line, "fence-word", "file= has no use when the fence holds several files", "take it out")
	}
}

func (b *builder) stdin(c *Cell) {
	name := c.Options["stdin"]
	if name != "" && c.file(name) == nil {
		b.problemAt(c.Line, "fence-word", fmt.Sprintf("stdin=%s is no file of the fence", name),
			"put it into the fence: -- "+name+" --")
	}
}

func (c *Cell) file(name string) *File {
	for i := range c.Files {
		if c.Files[i].Name == name {
			return &c.Files[i]
		}
	}
	return nil
}

// output hangs what a listing prints on the cell directly above.
func (b *builder) output(n *ast.FencedCodeBlock, in Info, body string) {
	above, ok := n.PreviousSibling().(*cellNode)
	if !ok || above.cell.Exercise != "" || above.cell.Verb == "norun" {
		b.problem(n, "output", "no listing that runs stands directly above this output", "move it below its go run fence")
		replace(n, &codeNode{lang: "text", text: body})
		return
	}
	e := b.expect(n, in, body)
	slot := &above.cell.Output
	if in.Verb == "stderr" {
		slot = &above.cell.Stderr
	}
	if *slot != nil {
		b.problem(n, "output", "the listing has two fences of "+in.Verb, "keep one")
	}
	*slot = e
	remove(n)
}

func (b *builder) expect(n *ast.FencedCodeBlock, in Info, body string) *Expect {
	e := &Expect{Text: body, Line: b.at(n)}
	for mode := range in.Keys {
		e.Mode = mode
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	switch e.Mode {
	case "first":
		e.N, _ = strconv.Atoi(in.Keys["first"])
		if len(lines) != e.N {
			b.problem(n, "output", fmt.Sprintf("first=%d, and the fence shows %d lines", e.N, len(lines)), fmt.Sprintf("write first=%d", len(lines)))
		}
	case "match":
		for i, line := range lines {
			if _, err := regexp.Compile(line); err != nil {
				b.problemAt(e.Line+1+i, "output", err.Error(), "mend the pattern")
			}
		}
	}
	return e
}

var accLine = regexp.MustCompile(`(?m)^\s*acc(Title|Descr)\s*:\s*(.+)$`)

// mermaid shows the words of a diagram and, folded away, its source: nothing
// here draws it, and no other origin is asked to.
func (b *builder) mermaid(n *ast.FencedCodeBlock, body string) {
	acc := map[string]string{}
	for _, m := range accLine.FindAllStringSubmatch(body, -1) {
		acc[m[1]] = strings.TrimSpace(m[2])
	}
	if acc["Descr"] == "" {
		b.problem(n, "alt", "the diagram has no text alternative", "add a line accDescr: what it shows")
	}
	title := acc["Title"]
	if title == "" {
		title = "Diagram"
	}
	replace(n, &boxNode{open: fmt.Sprintf(`<figure class="fig mermaid"><p>%s</p><pre class="plain" tabindex="0"><code>%s</code></pre><figcaption>%s</figcaption></figure>`,
		html.EscapeString(acc["Descr"]), html.EscapeString(body), html.EscapeString(title))})
}

// Main is the name of the file that a cell shows first.
func (c *Cell) Main() string {
	for _, f := range c.Files {
		if path.Ext(f.Name) == ".go" {
			return f.Name
		}
	}
	return c.Options["file"]
}
