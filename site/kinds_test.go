package site

import (
	"net/http"
	"strings"
	"testing"
)

// TestKindsOverHTTP runs tests, benchmarks and coverage through the API, as a
// script would, and looks at what the page shows of each.
func TestKindsOverHTTP(t *testing.T) {
	w := realWorld(t, nil)
	files := []map[string]string{
		{"name": "a.go", "content": "package a\n\nfunc Two() int { return 2 }\n\nfunc Never() { println() }\n"},
		{"name": "a_test.go", "content": `package a

import ("os"; "testing")

func TestA(t *testing.T) { if Two() != 2 { t.Fail() } }
func TestB(t *testing.T) { b, _ := os.ReadFile("testdata/x"); t.Errorf("<%s>", b) }
func BenchmarkA(b *testing.B) { for b.Loop() { Two() } }
`},
		{"name": "testdata/x", "content": "data"},
	}
	for kind, want := range map[string][]string{
		"test":  {"1 of 2 tests fail", "TestB", "&lt;data&gt;", "#i-cross"},
		"cover": {"50 % of statements ran", "Never", "Not all of this ran: a.go: line 5"},
		"bench": {"BenchmarkA", "ns/op", `<svg class="hist bench"`, "1 count: an interval"},
	} {
		body := map[string]any{"files": files, "kind": kind}
		if kind == "bench" {
			body["args"] = []string{"-count=1", "-benchtime=1ms"}
		}
		res := w.run(body)
		w.page("/runs/"+res.ID+"/panel").want(t, 200, want...)
	}
	a := w.api(http.MethodPost, "/api/runs", map[string]any{"files": files, "kind": "test"}, "Accept: text/event-stream").want(t, 200)
	if n := strings.Count(a.body, "event: test\n"); n != 2 {
		t.Errorf("%d tests were told as they ended, want 2:\n%s", n, a.body)
	}
	files = append(files, map[string]string{"name": "testdata/../y", "content": ""})
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": files, "kind": "test"}).want(t, 400)
}
