package page

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"course/tutor/static"
)

// samples renders one page of each kind, and each fragment.
func samples(t *testing.T) map[string]string {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	low := sampleHome(t)
	low.Isolation.Level, low.Resume, low.GoVersion, low.GoProblem = 1, nil, "", "Go was not found: install Go 1.26 and start tutor again."
	fresh := sampleExerciseView(t)
	fresh.Verdict, fresh.Files, fresh.Changed, fresh.MayAsk, fresh.NewStarter = nil, nil, false, false, nil
	solved := sampleExerciseView(t)
	solved.Solution, solved.Problem = solved.Files, "The check was refused: the file is larger than 64 KiB."
	pages := map[string]func(io.Writer) error{
		"home":            func(w io.Writer) error { return r.Home(w, sampleHome(t)) },
		"home-low":        func(w io.Writer) error { return r.Home(w, low) },
		"chapter":         func(w io.Writer) error { return r.Chapter(w, sampleChapter(t, "")) },
		"section":         func(w io.Writer) error { return r.Chapter(w, sampleChapter(t, "next")) },
		"states":          func(w io.Writer) error { return r.Chapter(w, sampleChapter(t, "states")) },
		"exercise":        func(w io.Writer) error { return r.Exercise(w, sampleExerciseView(t)) },
		"exercise-fresh":  func(w io.Writer) error { return r.Exercise(w, fresh) },
		"exercise-solved": func(w io.Writer) error { return r.Exercise(w, solved) },
		"error": func(w io.Writer) error {
			return r.Error(w, ErrorView{Chrome: sampleChrome(t, "/x"), Status: 404, Fact: "There is no such page", Action: "Choose one from the course map."})
		},
		"verdict-panel": func(w io.Writer) error { return r.VerdictPanel(w, sampleExerciseView(t)) },
	}
	pages["run-profile-panel"] = func(w io.Writer) error {
		return r.RunPanel(w, nil, CellView{Result: sampleResults()["ok"], Profile: sampleProfile()})
	}
	for name, result := range sampleResults() {
		pages["run-"+name+"-panel"] = func(w io.Writer) error { return r.RunPanel(w, nil, CellView{Result: result}) }
	}
	html := make(map[string]string)
	for name, write := range pages {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		html[name] = b.String()
	}
	return html
}

// TestPages looks at every sample from all sides.
func TestPages(t *testing.T) {
	html := samples(t)
	t.Run("nothing inline", func(t *testing.T) { checkInline(t, html) })
	t.Run("hostile output", func(t *testing.T) { checkHostile(t, html) })
	t.Run("whole", func(t *testing.T) { checkWhole(t, html) })
	t.Run("forms", func(t *testing.T) { checkForms(t, html) })
}

// TestWriteSamples puts the samples into a folder to be looked at in a
// browser, with the assets beside them.
func TestWriteSamples(t *testing.T) {
	dir := os.Getenv("TUTOR_PAGE_SAMPLES")
	if dir == "" {
		return // nobody wants to look
	}
	for name, html := range samples(t) {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(html), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "static"), static.FS()); err != nil {
		t.Log(err)
	}
}

// checkInline holds what the content security policy demands: no inline
// script or style, no handler.
func checkInline(t *testing.T, html map[string]string) {
	bad := map[string]*regexp.Regexp{
		"a style attribute": regexp.MustCompile(`<[^>]*\sstyle=`),
		"a style element":   regexp.MustCompile(`<style`),
		"a handler":         regexp.MustCompile(`<[^>]*\son[a-z]+=`),
		"an inline script":  regexp.MustCompile(`<script(?:\s+defer|\s+data-[a-z]+="[^"]*")*>`),
		"a javascript: URL": regexp.MustCompile(`(?i)(?:href|src|action)="javascript:`),
		"another origin":    regexp.MustCompile(`(?:src|href|action)="(?:https?:)?//`),
	}
	for name, html := range html {
		for what, pattern := range bad {
			if m := pattern.FindString(html); m != "" {
				t.Errorf("%s has %s: %s", name, what, m)
			}
		}
	}
}

// checkHostile proves that what a program prints, and what a learner
// types, is text: it comes back whole and makes no element.
func checkHostile(t *testing.T, html map[string]string) {
	for _, name := range []string{"states", "run-hostile-panel"} {
		if strings.Contains(html[name], "<script>alert") || strings.Contains(html[name], "<img src=x") {
			t.Errorf("%s: printed text became markup", name)
		}
		if n := strings.Count(html[name], "&lt;script&gt;alert(1)&lt;/script&gt;"); n != 2 {
			t.Errorf("%s: the printed text is there %d times, want 2", name, n)
		}
	}
	if !strings.Contains(html["states"], `println(&#34;&lt;/textarea&gt;&#34;)`) {
		t.Error("states: a draft that holds </textarea> is not in its textarea")
	}
}

// checkWhole holds that ids are unique, that every symbol and every label's
// control is there, and that assets have their version.
func checkWhole(t *testing.T, html map[string]string) {
	ids := regexp.MustCompile(`\sid="([^"]+)"`)
	uses := regexp.MustCompile(`(?:href="|url\()#((?:i|sw|h)-[a-z]+)`)
	labels := regexp.MustCompile(`\s(?:for|aria-labelledby|form)="([^"]+)"`)
	assets := regexp.MustCompile(`"(/static/[^"]+)"`)
	for name, html := range html {
		if strings.HasSuffix(name, "-panel") {
			continue
		}
		seen := make(map[string]bool)
		for _, m := range ids.FindAllStringSubmatch(html, -1) {
			if seen[m[1]] {
				t.Errorf("%s: id %s is there twice", name, m[1])
			}
			seen[m[1]] = true
		}
		for _, pattern := range []*regexp.Regexp{uses, labels} {
			for _, m := range pattern.FindAllStringSubmatch(html, -1) {
				if !seen[m[1]] {
					t.Errorf("%s: nothing has the id %s", name, m[1])
				}
			}
		}
		for _, m := range assets.FindAllStringSubmatch(html, -1) {
			file, version, _ := strings.Cut(strings.TrimPrefix(m[1], "/static/"), "?v=")
			if version == "" || static.URL(file) != m[1] {
				t.Errorf("%s: asset %s is not in static", name, m[1])
			}
		}
	}
}

// checkForms holds the names that posts without a script have.
func checkForms(t *testing.T, html map[string]string) {
	for name, wants := range map[string][]string{
		"section":  {`action="/chapters/scheduler/next/run#cell-order"`, `name="cell" value="order"`, `name="file:order.go"`, `name="file:main.go"`, `name="file:spin.go"`, `id="cell-two-2-L3"`, `name="predict" value="2"`, `name="action" value="run"`, `name="trace" value="1"`, `<select class="kind" name="kind"`, `<option value="profile:cpu">`, `action="/chapters/scheduler/next/read"`},
		"exercise": {`action="/exercises/03-01/check#checks"`, `name="file:pool.go"`, `name="answer:peak" value="1001"`, `name="answer:waits" value="a channel" checked`, `value="check"`, `value="save"`, `value="reset"`, `value="solution"`},
		"states":   {`data-status="changed"`, `data-status="deadlock"`, `data-state="limit"`, `<template class="original" data-file="send.go">`},
	} {
		for _, want := range wants {
			if !strings.Contains(html[name], want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}

func TestUnderline(t *testing.T) {
	tests := []struct {
		line string
		col  int
		want string
	}{
		{`<span class="nx">n</span> := 3`, 1, `<span class="nx"><span class="sq">n</span></span> := 3`},
		{"\t<span class=\"nx\">jobs</span>", 2, "\t<span class=\"nx\"><span class=\"sq\">jobs</span></span>"},
		{`&lt;-slots`, 3, `&lt;-<span class="sq">slots</span>`},
		{`ab`, 9, `ab`},
		{`ab`, 0, `ab`},
		{``, 1, ``},
	}
	for _, test := range tests {
		if got := underline(test.line, test.col); got != test.want {
			t.Errorf("underline(%q, %d) = %q, want %q", test.line, test.col, got, test.want)
		}
	}
}

func TestOutLines(t *testing.T) {
	v := newOutput(sampleResults()["long"], false)
	var got []string
	for _, l := range v.Head {
		got = append(got, l.At+"|"+l.Text)
	}
	want := "[0 ms|tick 0 200|tick 1 400|tick 2 600|tick 3 |tick 4]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if v.Length != "1.00 s" {
		t.Errorf("length %q", v.Length)
	}
	cut := newOutput(sampleResults()["output"], false)
	if len(cut.Head) != foldAt || cut.MoreSays() != "Show 700 more lines" || cut.Cut != "Cut here: 1 MB kept, 3 MB left out." {
		t.Errorf("%d lines, %q, %q", len(cut.Head), cut.MoreSays(), cut.Cut)
	}
}

func TestDiff(t *testing.T) {
	var got strings.Builder
	for _, l := range diffLines([]string{"a", "b", "c"}, []string{"a", "x", "c", "d"}) {
		got.WriteString(l.Mark + l.Text + ";")
	}
	if got.String() != " a;-b;+x; c;+d;" {
		t.Errorf("got %s", got.String())
	}
}
