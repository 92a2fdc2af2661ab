package content

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// plainCells writes a cell as a reader without any service would see it.
type plainCells struct{}

func (plainCells) Compare(w io.Writer, c *Comparison) error {
	_, err := fmt.Fprintf(w, "<compare %s %s>", c.A, c.B)
	return err
}

func (plainCells) Cell(w io.Writer, c *Cell) error {
	fmt.Fprintf(w, "<go-cell id=\"cell-%s\" data-key=%q data-verb=%q data-line=\"%d\">\n", c.ID, c.Key, c.Verb, c.Line)
	for _, f := range c.Files {
		fmt.Fprintf(w, "<pre data-file=%q><code>", f.Name)
		if err := Highlight(w, f.Name, f.Content); err != nil {
			return err
		}
		fmt.Fprint(w, "</code></pre>\n")
	}
	if c.Predict != nil {
		fmt.Fprintf(w, "predict %s: %s %q %d\n", c.Predict.ID, c.Predict.Prompt, c.Predict.Choices, c.Predict.Answer)
	}
	for name, e := range map[string]*Expect{"output": c.Output, "stderr": c.Stderr} {
		if e != nil {
			fmt.Fprintf(w, "%s %s: %s", name, e.Mode, html.EscapeString(e.Text))
		}
	}
	_, err := fmt.Fprintln(w, "</go-cell>")
	return err
}

func loadSample(t *testing.T) *Course {
	t.Helper()
	c, err := Load(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Ensure that a page with everything in it gives the HTML kept beside it.
func TestRenderGolden(t *testing.T) {
	c := loadSample(t)
	for _, p := range c.Problems {
		t.Errorf("unexpected: %s", p)
	}
	for _, p := range c.Pages() {
		var out bytes.Buffer
		if err := p.Render(&out, plainCells{}); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "golden", filepath.Base(filepath.Dir(p.File))+"-"+filepath.Base(p.File)+".html"), out.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}
