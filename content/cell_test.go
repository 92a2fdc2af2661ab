package content

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// Ensure that what a fence says about a run can be read off its cell.
func TestCell(t *testing.T) {
	c := loadSample(t)
	jobs := c.Cell("jobs")
	if jobs.Procs() != 4 || !jobs.Flag("trace") || jobs.Flag("race") || jobs.Duration("timeout") != 2*time.Second ||
		strings.Join(jobs.Args(), ",") != "a,b" || jobs.Stdin() != "hello\n" || len(jobs.Source()) != 2 {
		t.Errorf("%+v", jobs)
	}
	if got := []int{jobs.FileLine("main.go", 1), jobs.FileLine("spin.go", 3), jobs.FileLine("in.txt", 1)}; got[0] != 53 || got[1] != 59 || got[2] != 61 {
		t.Errorf("lines of the files: %v", got)
	}
	if order := c.Cell("order"); order.Procs() != 1 || order.FileLine("order.go", 5) != 31 || order.Main() != "order.go" {
		t.Errorf("%+v", order)
	}
	if got := c.Chapter("scheduler").Exercises; len(got) != 1 || got[0] != "03-01" {
		t.Errorf("exercises of the chapter: %v", got)
	}
}

// Ensure that every listing may have files of testdata, and none elsewhere.
func TestCellTestdata(t *testing.T) {
	for _, verb := range []string{"run", "test", "norun"} {
		for name, fine := range map[string]bool{"testdata/in/a.txt": true, "data/a.txt": false, "testdata/../a.txt": false, "greet/testdata/a.txt": true, "greet//a.go": false, "../a.go": false, ".x/a.go": false, "greet/go.mod": false} {
			c, err := Load(course(head+"```go "+verb+" id=a\n-- main.go --\npackage main\n-- "+name+" --\nx\n```\n", nil))
			if err != nil || (len(c.Problems) == 0) != fine {
				t.Errorf("%s with %s: %v %v", verb, name, err, c.Problems)
			} else if a := c.Cell("a"); fine && (len(a.Testdata()) != 1 || len(a.Source()) != 1) {
				t.Errorf("%s with %s: %+v", verb, name, a)
			}
		}
	}
}

// Ensure that a listing may be of several packages, with a go.mod or without.
func TestCellFolders(t *testing.T) {
	for files, want := range map[string]string{
		"-- main.go --\npackage main\n-- greet/greet.go --\npackage greet\n": "true ",
		"-- main.go --\npackage main\n-- go.mod --\nmodule a\n":              "true module a\n",
		"-- main.go --\npackage main\n-- testdata/a.go --\nx\n":              "false ",
	} {
		c, err := Load(course(head+"```go run id=a\n"+files+"```\n", nil))
		if err != nil || len(c.Problems) > 0 {
			t.Fatal(err, c.Problems)
		}
		a := c.Cell("a")
		if got := fmt.Sprint(a.Foldered(), " ", a.GoMod()); got != want {
			t.Errorf("%s: %q, want %q", files, got, want)
		}
	}
}

// Ensure that the hash of a cell follows what changes a run, and nothing else.
func TestCellHash(t *testing.T) {
	cell := func(info, code string) *Cell {
		c, err := Load(course(head+"```go run id=a "+info+"\n"+code+"\n```\n", nil))
		if err != nil || len(c.Problems) > 0 {
			t.Fatal(err, c.Problems)
		}
		return c.Cell("a")
	}
	same := cell("procs=2", "package main").Hash()
	if cell(`procs=2 caption="x" expect=ok`, "package main").Hash() != same {
		t.Error("a caption changes the hash")
	}
	if cell("procs=3", "package main").Hash() == same || cell("procs=2", "package main ").Hash() == same {
		t.Error("procs or the code doesn't change the hash")
	}
}

func TestRecording(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("trace bytes")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	fsys := course(head+"```go run id=a trace\npackage main\n```\n", fstest.MapFS{
		"03-s/_recorded/a/result.json": {Data: []byte(`{"status":"ok","recorded":{"go":"go1.26.8","cell":"abc"}}`)},
		"03-s/_recorded/a/trace.gz":    {Data: packed.Bytes()},
		"03-s/_recorded/b/result.json": {Data: []byte(`{}`)},
	})
	c, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := c.Recording("a")
	if err != nil || rec.GoVersion != "go1.26.8" || rec.Stamp.Cell != "abc" || string(rec.Trace) != "trace bytes" {
		t.Errorf("%+v, %v", rec, err)
	}
	if _, err := c.Recording("b"); !errors.Is(err, ErrNoRecording) {
		t.Errorf("a recording without a cell: %v", err)
	}
	if all, err := c.Recorded(); err != nil || len(all) != 2 || all["b"] != "03-s/_recorded/b" {
		t.Errorf("%v, %v", all, err)
	}
	fsys["03-s/_recorded/a/trace.gz"].Data = []byte("no gzip")
	if _, err := c.Recording("a"); err == nil || errors.Is(err, ErrNoRecording) {
		t.Errorf("a broken trace: %v", err)
	}
}

// Ensure that the task of an exercise is Markdown whose fences are only shown.
func TestMarkdown(t *testing.T) {
	html, problems, err := Markdown("# Title\n\nSee [3.1](../../content/03-s/01-page.md#here), [the chapter](../../content/03-s/index.md) and [this](../03-02-x/exercise.md).\n\n```go\nx := 1\n```\n\n```text output\n1\n```\n\n> [!TIP]\n> Yes.\n")
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	for _, want := range []string{`href="/chapters/s/page#here"`, `href="/chapters/s"`, `href="/exercises/03-02"`, `<pre class="plain" tabindex="0" data-lang="go">`, `<div class="co tip">`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in %s", want, html)
		}
	}
	if strings.Contains(html, "<h1") || strings.Contains(html, "lede") {
		t.Errorf("a title or a lead: %s", html)
	}
	_, problems, err = Markdown("a\n\n[x](nowhere.md) <b>\n")
	if err != nil || len(problems) != 2 || problems[0].Line != 3 {
		t.Errorf("%v, %v", problems, err)
	}
}

// Ensure that links from a task to pages that don't exist are told.
func TestTaskLinks(t *testing.T) {
	c, err := Load(course(head+"## Here\n", nil))
	if err != nil {
		t.Fatal(err)
	}
	ps := c.TaskLinks("[a](../../content/03-s/01-page.md#here)\n[b](../../content/03-s/01-page.md#heer)\n[c](../../content/03-s/09-no.md)\n[d](../../content/03-s/index.md)\n")
	if len(ps) != 2 || ps[0].Rule != "anchor" || ps[0].Line != 2 || ps[1].Rule != "link" || ps[1].Line != 3 {
		t.Errorf("%v", ps)
	}
}

// Ensure that the highlighted text is the text, line by line.
func TestHighlight(t *testing.T) {
	for _, tc := range []struct{ name, code, want string }{
		{"a.go", "func f() {}\n", `<span class="kd">func</span> <span class="nf">f</span><span class="p">()</span> <span class="p">{}</span>` + "\n"},
		{"a.go", "s := `a\nb`", `<span class="nx">s</span> <span class="o">:=</span> <span class="s">` + "`a</span>\n" + `<span class="s">b` + "`</span>"},
		{"in.txt", "a <b>\n\n", "a &lt;b&gt;\n\n"},
		{"a.go", "", ""},
	} {
		var out strings.Builder
		if err := Highlight(&out, tc.name, tc.code); err != nil || out.String() != tc.want {
			t.Errorf("%s %q:\n got %q\nwant %q (%v)", tc.name, tc.code, out.String(), tc.want, err)
		}
	}
}

// Ensure that the course in this binary loads without a problem.
func TestEmbeddedCourse(t *testing.T) {
	c, err := Load(FS())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Problems {
		t.Error(p)
	}
}
