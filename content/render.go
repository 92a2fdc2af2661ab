package content

import (
	"fmt"
	"html"
	"io"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Render writes the body of a page as HTML, without its title. Each cell is
// written by cells, in its place.
func (p *Page) Render(w io.Writer, cells CellRenderer) error {
	if p.doc == nil || p.doc.root == nil {
		return nil
	}
	if err := renderDocument(w, p.doc, cells); err != nil {
		return fmt.Errorf("render page %s: %w", p.File, err)
	}
	return nil
}

func renderDocument(w io.Writer, doc *document, cells CellRenderer) error {
	md := newMarkdown()
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{cells}, 100)))
	return md.Renderer().Render(w, doc.source, doc.root)
}

// nodeRenderer is the one renderer of our nodes.
type nodeRenderer struct{ cells CellRenderer }

// RegisterFuncs tells goldmark which nodes are ours.
func (r nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kinds.cell, r.cell)
	reg.Register(kinds.compare, r.compare)
	reg.Register(kinds.code, r.code)
	reg.Register(kinds.box, r.box)
	reg.Register(kinds.span, r.span)
	reg.Register(kinds.comment, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
		return ast.WalkSkipChildren, nil
	})
}

func (r nodeRenderer) cell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	c := n.(*cellNode).cell
	if err := r.cells.Cell(w, c); err != nil {
		return ast.WalkStop, fmt.Errorf("render cell %s: %w", c.ID, err)
	}
	return ast.WalkContinue, nil
}

func (r nodeRenderer) compare(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	c := n.(*compareNode).cmp
	if err := r.cells.Compare(w, c); err != nil {
		return ast.WalkStop, fmt.Errorf("render comparison of %s and %s: %w", c.A, c.B, err)
	}
	return ast.WalkContinue, nil
}

func (r nodeRenderer) code(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	c := n.(*codeNode)
	fmt.Fprintf(w, `<pre class="plain" tabindex="0" data-lang="%s"><code>`, html.EscapeString(c.lang))
	if err := Highlight(w, c.lang, c.text); err != nil {
		return ast.WalkStop, err
	}
	_, err := w.WriteString("</code></pre>\n")
	return ast.WalkContinue, err
}

func (r nodeRenderer) box(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	b := n.(*boxNode)
	if entering {
		_, err := w.WriteString(b.open)
		return ast.WalkContinue, err
	}
	_, err := w.WriteString(b.close + "\n")
	return ast.WalkContinue, err
}

func (r nodeRenderer) span(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	s := n.(*spanNode)
	text := s.open
	if !entering {
		text = s.close
	}
	_, err := w.WriteString(text)
	return ast.WalkContinue, err
}
