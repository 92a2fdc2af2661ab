package content

import (
	"html"

	"github.com/yuin/goldmark/ast"
)

// The nodes that the transformer makes. A boxNode and a spanNode stand for
// any element: what opens it, its children, what closes it.
type (
	cellNode struct {
		ast.BaseBlock
		cell *Cell
	}
	compareNode struct {
		ast.BaseBlock
		cmp *Comparison
	}
	codeNode struct {
		ast.BaseBlock
		lang, text string
	}
	boxNode struct {
		ast.BaseBlock
		open, close string
	}
	spanNode struct {
		ast.BaseInline
		open, close string
	}
	// comment is an HTML comment of the author's, or a tag of <details>.
	comment struct {
		ast.BaseBlock
		text string
	}
)

// kinds are goldmark's numbers of our nodes; goldmark hands them out at start.
type nodeKinds struct{ cell, compare, code, box, span, comment ast.NodeKind }

var kinds = nodeKinds{
	cell: ast.NewNodeKind("Cell"), compare: ast.NewNodeKind("Comparison"), code: ast.NewNodeKind("Listing"), box: ast.NewNodeKind("Box"),
	span: ast.NewNodeKind("Span"), comment: ast.NewNodeKind("Comment"),
}

func (n *cellNode) Kind() ast.NodeKind    { return kinds.cell }
func (n *compareNode) Kind() ast.NodeKind { return kinds.compare }
func (n *codeNode) Kind() ast.NodeKind    { return kinds.code }
func (n *boxNode) Kind() ast.NodeKind     { return kinds.box }
func (n *spanNode) Kind() ast.NodeKind    { return kinds.span }
func (n *comment) Kind() ast.NodeKind     { return kinds.comment }

// Dump shows a node when goldmark's tree is printed.
func (n *cellNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Dump shows a node when goldmark's tree is printed.
func (n *compareNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Dump shows a node when goldmark's tree is printed.
func (n *codeNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Dump shows a node when goldmark's tree is printed.
func (n *boxNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Dump shows a node when goldmark's tree is printed.
func (n *spanNode) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// Dump shows a node when goldmark's tree is printed.
func (n *comment) Dump(src []byte, level int) { ast.DumpHelper(n, src, level, nil, nil) }

// icon is a symbol of the page's sprite.
func icon(name string) string {
	return `<svg class="i" aria-hidden="true"><use href="#i-` + name + `"/></svg>`
}

// attr escapes text for an attribute in double quotes.
func attr(s string) string { return html.EscapeString(s) }
