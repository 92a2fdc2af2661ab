package content

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// maxImage bounds a picture, which is put into the page itself.
const maxImage = 256 << 10

// image puts a picture of the course into the page: an SVG as such, so that
// the style sheet colours it, anything else as data.
func (b *builder) image(n *ast.Image) {
	alt, dest := b.plain(n), string(n.Destination)
	if alt == "" {
		b.problem(n, "alt", "the picture has no alternative text", "write ![what it shows](...)")
	}
	if b.fsys == nil || scheme.MatchString(dest) || strings.HasPrefix(dest, "/") {
		b.problem(n, "link", quoted(dest)+" is no picture of this chapter", "put the file beside the page and name it")
		remove(n)
		return
	}
	name := path.Join(path.Dir(b.page.File), dest)
	data, err := fs.ReadFile(b.fsys, name)
	if err == nil && len(data) > maxImage {
		err = fmt.Errorf("it has %d bytes, the bound is %d", len(data), maxImage)
	}
	pic := ""
	if err == nil {
		pic, err = b.picture(name, alt, data)
	}
	if err != nil {
		b.problem(n, "link", fmt.Sprintf("picture %s: %s", dest, reason(err)), "put the file beside the page and name it")
		remove(n)
		return
	}
	b.figure(n, pic)
}

func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	return err.Error()
}

func (b *builder) picture(name, alt string, data []byte) (string, error) {
	ext := strings.ToLower(path.Ext(name))
	if ext == ".svg" {
		b.figures++
		return inlineSVG(data, fmt.Sprintf("fig%d-", b.figures), alt)
	}
	mime, ok := imageExt[ext]
	if !ok {
		return "", fmt.Errorf("%s is no kind of picture known here", quoted(ext))
	}
	return fmt.Sprintf(`<img src="data:%s;base64,%s" alt="%s">`, mime, base64.StdEncoding.EncodeToString(data), attr(alt)), nil
}

// figure makes a figure of a picture that is a paragraph of its own.
func (b *builder) figure(n *ast.Image, pic string) {
	p, alone := n.Parent().(*ast.Paragraph)
	if !alone || p.ChildCount() != 1 {
		replace(n, &spanNode{open: pic})
		return
	}
	caption := ""
	if len(n.Title) > 0 {
		caption = "<figcaption>" + captionHTML(strings.ReplaceAll(string(n.Title), `\"`, `"`)) + "</figcaption>"
	}
	replace(p, &boxNode{open: `<figure class="fig"><div class="lsc" tabindex="0" role="group" aria-label="Diagram, scrolls sideways">` +
		pic + `</div>` + caption + `</figure>`})
}

// svgElements are what an SVG may hold; everything else is left out with all
// that is in it.
func svgElements() []string {
	return []string{"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
		"defs", "marker", "pattern", "use", "symbol", "clipPath", "mask", "linearGradient", "radialGradient", "stop"}
}

// inlineSVG rewrites an SVG file for use inside a page: only drawing elements,
// no style, no script, nothing from outside; its ids get a prefix.
func inlineSVG(data []byte, prefix, alt string) (string, error) {
	w := &svgWriter{prefix: prefix, alt: alt, ids: map[string]bool{}}
	for _, emit := range []bool{false, true} {
		w.emit, w.depth, w.skip = emit, 0, 0
		dec := xml.NewDecoder(strings.NewReader(string(data)))
		for {
			tok, err := dec.RawToken()
			if err == io.EOF {
				break
			}
			if err != nil {
				return "", fmt.Errorf("read the SVG: %w", err)
			}
			if err := w.token(tok); err != nil {
				return "", err
			}
		}
		if w.depth != 0 || w.skip != 0 {
			return "", fmt.Errorf("read the SVG: an element is not closed")
		}
	}
	if w.out.Len() == 0 {
		return "", fmt.Errorf("read the SVG: there is no svg element")
	}
	return w.out.String(), nil
}

// svgWriter walks the file twice: first for its ids, then to write it.
type svgWriter struct {
	out         strings.Builder
	prefix, alt string
	ids         map[string]bool
	open        []string
	depth, skip int
	emit        bool
}

func (w *svgWriter) token(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		return w.end(t)
	case xml.CharData:
		if w.skip == 0 && w.depth > 0 && w.emit {
			w.text(string(t))
		}
	}
	return nil
}

func (w *svgWriter) start(t xml.StartElement) error {
	if w.depth == 0 && t.Name.Local != "svg" {
		return fmt.Errorf("read the SVG: it begins with %s", t.Name.Local)
	}
	w.open = append(w.open, t.Name.Local)
	w.depth++
	if w.skip > 0 || t.Name.Space != "" || !slices.Contains(svgElements(), t.Name.Local) {
		w.skip++
		return nil
	}
	var attrs strings.Builder
	for _, a := range t.Attr {
		w.attribute(&attrs, a)
	}
	if w.depth == 1 {
		fmt.Fprintf(&attrs, ` role="img" aria-label="%s"`, attr(w.alt))
	}
	if w.emit {
		fmt.Fprintf(&w.out, "<%s%s>", t.Name.Local, attrs.String())
	}
	return nil
}

func (w *svgWriter) end(t xml.EndElement) error {
	if w.depth == 0 || w.open[len(w.open)-1] != t.Name.Local {
		return fmt.Errorf("read the SVG: </%s> closes nothing", t.Name.Local)
	}
	w.open = w.open[:len(w.open)-1]
	w.depth--
	if w.skip > 0 {
		w.skip--
		return nil
	}
	if w.emit {
		fmt.Fprintf(&w.out, "</%s>", t.Name.Local)
	}
	return nil
}

// text keeps words; space between elements only where it can be seen.
func (w *svgWriter) text(s string) {
	if in := w.open[len(w.open)-1]; in == "text" || in == "tspan" {
		w.out.WriteString(html.EscapeString(s))
	}
}

func (w *svgWriter) attribute(out *strings.Builder, a xml.Attr) {
	name, value := strings.ToLower(a.Name.Local), a.Value
	outside := name == "href" && !strings.HasPrefix(value, "#")
	rootOnly := w.depth == 1 && (name == "role" || name == "aria-label" || name == "color")
	if a.Name.Space != "" && name != "href" || name == "xmlns" || name == "style" || strings.HasPrefix(name, "on") || outside || rootOnly {
		return
	}
	if strings.Contains(value, "url(") && !strings.Contains(value, "url(#") {
		return
	}
	switch {
	case name == "id":
		w.ids[value] = true
		value = w.prefix + value
	case name == "href" && w.ids[value[1:]]:
		value = "#" + w.prefix + value[1:]
	default:
		for id := range w.ids {
			value = strings.ReplaceAll(value, "url(#"+id+")", "url(#"+w.prefix+id+")")
		}
	}
	fmt.Fprintf(out, ` %s="%s"`, a.Name.Local, attr(value))
}
