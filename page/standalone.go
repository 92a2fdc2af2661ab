package page

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/static"
)

// standalonePolicy lets a page load nothing at all: everything is in it.
const standalonePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"

// The ids of what a standalone page carries.
const (
	embeddedTimeline = "timeline"
	embeddedMetrics  = "metrics"
)

// Standalone writes one trace as a page of its own that needs no server and no
// network: styles, script and timeline are in it. It reads without a script.
func (r *Renderer) Standalone(w io.Writer, title string, t *exectrace.Trace) error {
	drawn, err := TracePage(&TraceView{Title: title, Trace: t, Embedded: embeddedTimeline, Metrics: embeddedMetrics})
	if err != nil {
		return err
	}
	metrics, err := json.Marshal(&t.Metrics) // it escapes <, so that no name ends the element
	if err != nil {
		return fmt.Errorf("encode metrics: %w", err)
	}
	o := &once{w: w}
	o.write(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`)
	o.write(`<meta http-equiv="Content-Security-Policy" content="` + standalonePolicy + `"><title>` + esc(title) + ` · trace</title>`)
	o.file("<script>", "theme.js", "</script>")
	o.styles()
	o.write(`</head><body>`)
	if o.err == nil {
		o.err = r.tmpl.ExecuteTemplate(w, "sprite", nil)
	}
	o.write(`<main class="wrap full tv" id="main"><h1>` + esc(title) + `</h1>` + string(drawn) + `</main>`)
	o.write(`<script type="application/json" id="` + embeddedMetrics + `">` + string(metrics) + `</script>`)
	o.write(`<script type="application/octet-stream" id="` + embeddedTimeline + `">`)
	o.timeline(t)
	o.write(`</script>`)
	o.file("<script>", "trace.js", "</script>")
	o.write(`</body></html>` + "\n")
	if o.err != nil {
		return fmt.Errorf("write page of trace: %w", o.err)
	}
	return nil
}

// once writes until something goes wrong.
type once struct {
	w   io.Writer
	err error
}

func (o *once) write(s string) {
	if o.err == nil {
		_, o.err = io.WriteString(o.w, s)
	}
}

// file puts a bundle between two tags.
func (o *once) file(open, name, end string) {
	data, err := fs.ReadFile(static.FS(), name)
	if o.err == nil {
		o.err = err
	}
	o.write(open + string(data) + end)
}

// fontURL is how the style sheet names a font.
var fontURL = regexp.MustCompile(`url\(["']?([a-z-]+\.woff2)(\?v=[0-9a-f]+)?["']?\)`)

// styles puts the style sheet into the page, its fonts as data.
func (o *once) styles() {
	css, err := fs.ReadFile(static.FS(), "tutor.css")
	if err != nil {
		o.err = err
		return
	}
	text := fontURL.ReplaceAllStringFunc(string(css), func(url string) string {
		font, err := fs.ReadFile(static.FS(), fontURL.FindStringSubmatch(url)[1])
		if err != nil {
			return url
		}
		return "url(data:font/woff2;base64," + base64.StdEncoding.EncodeToString(font) + ")"
	})
	o.write("<style>" + strings.ReplaceAll(text, "</", `<\/`) + "</style>")
}

func (o *once) timeline(t *exectrace.Trace) {
	if o.err != nil {
		return
	}
	enc := base64.NewEncoder(base64.StdEncoding, o.w)
	if o.err = t.WriteWhole(enc); o.err == nil {
		o.err = enc.Close()
	}
}
