package site

import (
	"net/http"
	"strings"
	"testing"

	"course/tutor/sandbox"
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
	w.api(http.MethodPost, "/api/format", map[string]any{"files": files}).want(t, 200)
	files = append(files, map[string]string{"name": "testdata/../y", "content": ""})
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": files, "kind": "test"}).want(t, 400)
}

// TestTestdataOverHTTP runs a program that embeds one file of its testdata and
// reads another, with a vendored module.
func TestTestdataOverHTTP(t *testing.T) {
	w := realWorld(t, nil)
	files := []map[string]string{
		{"name": "main.go", "content": "package main\n\nimport (\n\t_ \"embed\"\n\t\"os\"\n\n\t\"golang.org/x/sync/errgroup\"\n)\n\n//go:embed testdata/a.txt\nvar a string\n\n" +
			"func main() {\n\tvar g errgroup.Group\n\tg.Go(func() error {\n\t\tb, err := os.ReadFile(\"testdata/b.txt\")\n\t\tos.Stdout.WriteString(a + string(b))\n\t\treturn err\n\t})\n\tif g.Wait() != nil {\n\t\tos.Exit(1)\n\t}\n}\n"},
		{"name": "testdata/a.txt", "content": "embedded\n"},
		{"name": "testdata/b.txt", "content": "beside\n"},
	}
	if res := w.run(map[string]any{"files": files}); res.Status != sandbox.StatusOK || len(res.Events) == 0 || res.Events[0].Text != "embedded\nbeside\n" {
		t.Errorf("%s %+v %+v", res.Status, res.Events, res.Diagnostics)
	}
	w.api(http.MethodPost, "/api/diagnose", map[string]any{"files": files}).want(t, 200)
}
