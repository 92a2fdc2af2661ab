package page

import (
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/exectrace"
)

// What the author points at is said in a sentence, drawn behind the lanes, and
// handed to the script of the timeline; the view that was given is not changed.
func TestPointed(t *testing.T) {
	tr := recordedTrace(t, "leak", exectrace.Options{})
	for _, c := range []struct {
		options map[string]string
		want    []string
		not     []string
	}{
		{map[string]string{"see": "leak", "look": "The rail that ends in a bar.", "focus": "goroutines"},
			[]string{`data-focus="goroutines"`, `data-t="`, `data-name="a leaked goroutine"`, `class="tl"`, "<b>Look at:</b> The rail that ends in a bar.",
				"to the end, G", "nobody woke it"}, nil},
		{map[string]string{"t": "0s..1us", "look": "The start."}, []string{`data-t="0s..1us"`, `class="tl"`, "The start."}, nil},
		{map[string]string{"t": "1h..2h"}, nil, []string{"data-t", `class="tl"`}},
		{map[string]string{"see": "first-steal", "look": "A steal."}, nil, []string{"data-t", `class="tl"`, "A steal."}},
		{map[string]string{"look": `<b>"all"`}, []string{`&lt;b&gt;&#34;all&#34;`}, []string{"data-t"}},
		{nil, nil, []string{"data-focus", "trace-look"}},
	} {
		given := &TraceView{Trace: tr, Recorded: true}
		html, err := TracePanel(pointed(&content.Cell{ID: "x", Options: c.options}, given, false))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(html), want) {
				t.Errorf("%v: the panel lacks %s", c.options, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(string(html), not) {
				t.Errorf("%v: the panel has %s", c.options, not)
			}
		}
		if given.At != "" || given.Look != "" || len(given.Marks) > 0 {
			t.Errorf("%v: the shared view was changed: %+v", c.options, given)
		}
	}
	if pointed(nil, nil, false) != nil {
		t.Error("a trace came from nowhere")
	}
}

// The author's words are not said of another program.
func TestChangedCodeHasNoBookmark(t *testing.T) {
	given := &TraceView{Trace: recordedTrace(t, "cpu", exectrace.Options{})}
	got := pointed(&content.Cell{ID: "x", Options: map[string]string{"focus": "procs", "look": "Both are busy."}}, given, true)
	if got.Look != "" || got.Focus != "procs" {
		t.Errorf("look %q, focus %q", got.Look, got.Focus)
	}
}
