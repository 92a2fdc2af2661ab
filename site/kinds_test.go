package site

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"course/tutor/content"
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
	res := w.run(map[string]any{"files": files, "kind": "bench", "profile": "heap", "asm": true, "trace": true, "args": []string{"-count=1", "-benchtime=1ms"}})
	w.page("/runs/"+res.ID+"/panel").want(t, 200, "Heap profile", "Compiler and assembly", "Measured under a profile", `<p class="asm-m">BenchmarkA: `, "/api/traces/"+res.ID)
	w.page("/api/profiles/"+res.ID+"/raw").want(t, 200)
	other := slices.Clone(files)
	other[0] = map[string]string{"name": "a.go", "content": "package a\n\nfunc Two() int { return 1 + 1 }\n"}
	res = w.run(map[string]any{"files": files, "against": other, "kind": "bench", "args": []string{"-count=1", "-benchtime=1ms"}})
	if len(res.Bench) != 1 || len(res.Baseline) != 1 {
		t.Errorf("of two versions of one benchmark %d and %d were measured", len(res.Bench), len(res.Baseline))
	}
	w.page("/runs/"+res.ID+"/panel").want(t, 200, "Both versions were measured in turn", "Version before")
	for why, body := range map[string]map[string]any{
		"against: benchmarks are what":   {"files": files, "against": other, "kind": "test"},
		"can't be compared under":        {"files": files, "against": other, "kind": "bench", "race": true},
		"goes with tests and benchmarks": {"files": files, "asm": true},
		"two profiles":                   {"files": files, "kind": "profile:cpu", "profile": "heap"},
		"nothing to profile":             {"files": files, "kind": "asm", "profile": "heap"},
	} {
		w.api(http.MethodPost, "/api/runs", body).want(t, 422, why)
	}
	a := w.api(http.MethodPost, "/api/runs", map[string]any{"files": files, "kind": "test"}, "Accept: text/event-stream").want(t, 200)
	if n := strings.Count(a.body, "event: test\n"); n != 2 {
		t.Errorf("%d tests were told as they ended, want 2:\n%s", n, a.body)
	}
	w.api(http.MethodPost, "/api/format", map[string]any{"files": files}).want(t, 200)
	files = append(files, map[string]string{"name": "testdata/../y", "content": ""})
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": files, "kind": "test"}).want(t, 400)
}

// TestChoices: what is chosen beside the button, without a script, is the
// request that a script makes of it.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		verb, choice string
		cover        bool
		want         runRequest
	}{
		{"run", "race", false, runRequest{Kind: "program", Race: true}},
		{"run", "profile:cpu", false, runRequest{Kind: "profile:cpu"}},
		{"run", "asm", false, runRequest{Kind: "asm"}},
		{"run", "", false, runRequest{}},
		{"test", "race", true, runRequest{Kind: "cover", Race: true}},
		{"test", "test", false, runRequest{Kind: "test"}},
		{"bench", "profile:cpu", false, runRequest{Kind: "bench", Profile: "cpu"}},
		{"bench", "asm", false, runRequest{Kind: "bench", Asm: true}},
	} {
		cell := &content.Cell{Verb: c.verb, Options: map[string]string{}}
		if c.cover {
			cell.Options["cover"] = "true"
		}
		if got := askedFor(c.choice, cell); !reflect.DeepEqual(got, c.want) {
			t.Errorf("go %s, %q: %+v, want %+v", c.verb, c.choice, got, c.want)
		}
	}
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
