package page

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

var attribute = regexp.MustCompile(` data-([a-z]+)="([^"]*)"`)

// attributesOf are the data attributes of the element in h.
func attributesOf(t *testing.T, h string) map[string]string {
	t.Helper()
	tag, _, ok := strings.Cut(strings.TrimPrefix(h, `<trace-view class="trace"`), ">")
	if !ok || !strings.HasPrefix(h, `<trace-view class="trace"`) {
		t.Fatalf("no element: %.80s", h)
	}
	out := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// What the script of the timeline is told, for each place a trace is shown. "*"
// is anything but "".
func TestTimelineAttributes(t *testing.T) {
	tr := recordedTrace(t, "leak", exectrace.Options{})
	marks := []TraceMark{{Name: `the "first"`, At: "1ms..2ms", G: 7}}
	for name, c := range map[string]struct {
		view *TraceView
		page bool
		want map[string]string
	}{
		"inline": {&TraceView{ID: "t1", Trace: tr}, false,
			map[string]string{"trace": "t1", "src": "/api/traces/t1/timeline"}},
		"page": {&TraceView{ID: "t1", Trace: tr, Lines: "/chapters/a/b#cell-c-L"}, true,
			map[string]string{"trace": "t1", "src": "/api/traces/t1/timeline", "lines": "/chapters/a/b#cell-c-L", "open": "page", "marks": "*"}},
		"bookmarked": {&TraceView{ID: "t1", Trace: tr, Focus: "threads", At: "1ms..2ms", Name: "a <convoy>", Marks: marks}, false,
			map[string]string{"trace": "t1", "src": "/api/traces/t1/timeline", "focus": "threads", "t": "1ms..2ms", "name": "a <convoy>",
				"marks": `[{"name":"the \"first\"","t":"1ms..2ms","g":7}]`}},
		"recorded, kept elsewhere": {&TraceView{Timeline: "/recorded/x.tut", Trace: tr}, false,
			map[string]string{"src": "/recorded/x.tut"}},
		"carried by the page": {&TraceView{Embedded: "bytes", Metrics: "numbers", Trace: tr}, true,
			map[string]string{"embedded": "bytes", "metrics": "numbers", "open": "page", "marks": "*"}},
		"nothing to fetch": {&TraceView{Trace: tr}, true, map[string]string{"marks": "*"}},
	} {
		draw := TracePanel
		if c.page {
			draw = TracePage
		}
		h, err := draw(c.view)
		if err != nil {
			t.Fatal(err)
		}
		got := attributesOf(t, string(h))
		for _, key := range []string{"trace", "src", "embedded", "metrics", "lines", "focus", "t", "name", "marks", "open"} {
			if got[key] != c.want[key] && (c.want[key] != "*" || got[key] == "") {
				t.Errorf("%s: data-%s is %q, want %q", name, key, got[key], c.want[key])
			}
		}
	}
}

// A page about one trace points at what its run shows.
func TestMomentsOfAPage(t *testing.T) {
	marksOf := func(v *TraceView) string {
		h, err := TracePage(v)
		if err != nil {
			t.Fatal(err)
		}
		return attributesOf(t, string(h))["marks"]
	}
	leak := recordedTrace(t, "leak", exectrace.Options{})
	v := &TraceView{ID: "t1", Trace: leak}
	if got := marksOf(v); !strings.Contains(got, `"name":"A leaked goroutine"`) || !strings.Contains(got, `"g":`) {
		t.Errorf("the page of a leak has the bookmarks %q", got)
	}
	if v.Marks != nil {
		t.Error("the view that was handed in is changed")
	}
	if got := marksOf(&TraceView{ID: "t1", Trace: recordedTrace(t, "cpu", exectrace.Options{})}); strings.Contains(got, "leak") {
		t.Errorf("the page of a run without a leak has the bookmarks %q", got)
	}
	if got := marksOf(&TraceView{ID: "t1", Trace: leak, At: "1ms..2ms"}); got != "" {
		t.Errorf("an author's bookmark gets company: %q", got)
	}
}

// The button that lets the timeline take over is there where one can be
// fetched, and says what the author points at.
func TestExploreButton(t *testing.T) {
	tr := recordedTrace(t, "leak", exectrace.Options{})
	const button = `data-act="timeline"`
	if h := panelOf(t, &TraceView{Trace: tr}); strings.Contains(h, button) {
		t.Error("a panel without a timeline has a button for it")
	}
	if h := panelOf(t, &TraceView{ID: "t1", Trace: tr, Name: "the leak"}); !strings.Contains(h, button) || !strings.Contains(h, "Explore: the leak</button>") {
		t.Error("the button does not name what there is to see")
	}
}
