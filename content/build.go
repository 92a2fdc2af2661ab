package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// document is a parsed page, ready to be rendered any number of times.
type document struct {
	root   ast.Node
	source []byte
}

// builder turns one Markdown file into a Page.
type builder struct {
	fsys         fs.FS
	page         *Page
	static       bool   // no cells: every fence is only shown
	src          []byte // the body
	base         int    // lines of the file before the body
	requiresLine int
	problems     []Problem
	anchors      map[string]bool
	links        []*linkRef
	sections     int // h2 seen
	level        int // of the last heading
	titled       bool
	figures      int
	predict      *Predict // waits for the fence predictFor
	predictFor   ast.Node
}

func newBuilder(fsys fs.FS, p *Page) *builder {
	p.anchors = map[string]bool{}
	return &builder{fsys: fsys, page: p, requiresLine: 1, anchors: p.anchors, level: 1}
}

// newMarkdown is the Markdown of this course: GitHub's, with footnotes,
// definition lists and typographic quotes. The transformer and the renderer
// of this package are added where they are needed.
func newMarkdown(opts ...parser.Option) goldmark.Markdown {
	quotes := map[extension.TypographicPunctuation][]byte{
		extension.LeftSingleQuote: []byte("‘"), extension.RightSingleQuote: []byte("’"),
		extension.LeftDoubleQuote: []byte("“"), extension.RightDoubleQuote: []byte("”"),
		extension.Apostrophe: []byte("’"), extension.EnDash: nil, extension.EmDash: nil,
		extension.Ellipsis: nil, extension.LeftAngleQuote: nil, extension.RightAngleQuote: nil,
	}
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, extension.TaskList,
			extension.Footnote, extension.DefinitionList,
			extension.NewTypographer(extension.WithTypographicSubstitutions(quotes)),
		),
		goldmark.WithParserOptions(opts...),
	)
}

// build parses a file, and leaves what is wrong with it in b.problems.
func (b *builder) build(src []byte) {
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	if len(src) > maxPage {
		b.problemAt(1, "front-matter", fmt.Sprintf("the page has %d bytes, the bound is %d", len(src), maxPage), "split it")
		src = src[:maxPage]
	}
	if !utf8.Valid(src) {
		line := 1 + bytes.Count(src[:firstInvalid(src)], []byte("\n"))
		b.problemAt(line, "front-matter", "the text is not UTF-8", "save the file as UTF-8")
		src = bytes.ToValidUTF8(src, []byte("\uFFFD"))
	}
	if !b.static {
		src = b.readHeader(src)
	}
	b.src = src
	md := newMarkdown(parser.WithASTTransformers(util.Prioritized(transformer{b}, 2000)))
	root := md.Parser().Parse(text.NewReader(src))
	b.page.doc = &document{root: root, source: src}
}

func firstInvalid(src []byte) int {
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(src)
}

// transformer is the one AST transformer: it runs after those of the
// extensions and turns GitHub's Markdown into the blocks of a course.
type transformer struct{ b *builder }

func (t transformer) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	t.b.blocks(doc)
	t.b.inlines(doc)
	t.b.headings(doc)
	if first, ok := doc.FirstChild().(*ast.Paragraph); ok && !t.b.static {
		first.SetAttributeString("class", []byte("lede"))
	}
}

// blocks rewrites the block children of parent, and theirs.
func (b *builder) blocks(parent ast.Node) {
	b.unwrapHTML(parent)
	b.foldDetails(parent)
	for n := parent.FirstChild(); n != nil; {
		n = b.block(n)
	}
}

// block rewrites one block and gives the next one to look at.
func (b *builder) block(n ast.Node) ast.Node {
	next := n.NextSibling()
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		b.fence(n)
	case *ast.CodeBlock:
		replace(n, &codeNode{lang: "text", text: string(n.Lines().Value(b.src))})
	case *ast.Blockquote:
		b.quote(n)
	case *comment:
		return b.comment(n)
	default:
		if n.Type() == ast.TypeBlock {
			b.blocks(n)
			b.wrapTable(n)
		}
	}
	return next
}

// line is the line in the file of an offset into the body.
func (b *builder) line(offset int) int {
	offset = min(max(offset, 0), len(b.src))
	return b.base + 1 + bytes.Count(b.src[:offset], []byte("\n"))
}

// at is the line in the file where a node starts: its own position, or the
// nearest one before it.
func (b *builder) at(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Pos() >= 0 {
			return b.line(n.Pos())
		}
	}
	return b.base + 1
}

func (b *builder) problem(n ast.Node, rule, message, fix string) {
	b.problemAt(b.at(n), rule, message, fix)
}

func (b *builder) problemAt(line int, rule, message, fix string) {
	b.problems = append(b.problems, Problem{b.page.File, line, rule, message, fix})
}

// replace puts a node where another was.
func replace(old, new ast.Node) {
	new.(interface{ SetPos(int) }).SetPos(old.Pos())
	old.Parent().ReplaceChild(old.Parent(), old, new)
}

func remove(n ast.Node) { n.Parent().RemoveChild(n.Parent(), n) }

// adopt moves all children of from to the end of to.
func adopt(to, from ast.Node) {
	for n := from.FirstChild(); n != nil; {
		next := n.NextSibling()
		to.AppendChild(to, n)
		n = next
	}
}

// plain is the text of a node without any markup.
func (b *builder) plain(n ast.Node) string {
	var s strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			s.Write(n.Segment.Value(b.src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				s.WriteByte(' ')
			}
		case *ast.String:
			s.Write(n.Value)
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(s.String())
}
