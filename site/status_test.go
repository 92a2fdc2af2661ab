package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"course/tutor/sandbox"
	"course/tutor/static"
)

// TestOpenAPI holds that the document and the routes tell of the same.
func TestOpenAPI(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var told, routed []string
	for path, methods := range doc.Paths {
		for method := range methods {
			told = append(told, strings.ToUpper(method)+" "+path)
		}
	}
	param := regexp.MustCompile(`:(\w+)`)
	for _, r := range newWorld(t, nil).site.echo.Routes() {
		if r.Method == "echo_route_not_found" {
			continue
		}
		path := strings.Replace(param.ReplaceAllString(r.Path, "{$1}"), "*", "{key}", 1)
		if strings.HasPrefix(path, "/api/") || slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, path) {
			routed = append(routed, r.Method+" "+path)
		}
	}
	slices.Sort(told)
	slices.Sort(routed)
	if !slices.Equal(told, routed) {
		t.Errorf("the document tells of\n%s\nthe routes are\n%s", strings.Join(told, "\n"), strings.Join(routed, "\n"))
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/(\w+)`).FindAllStringSubmatch(string(openAPI), -1) {
		if doc.Components.Schemas[ref[1]] == nil {
			t.Errorf("%s is not defined", ref[0])
		}
	}
}

// Every field that a request takes is told of, and no other.
func TestOpenAPIRequests(t *testing.T) {
	var doc struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	for name, request := range map[string]any{
		"RunRequest": runRequest{}, "Limits": runLimits{}, "FormatRequest": formatRequest{}, "CheckRequest": checkRequest{}, "DraftRequest": draftRequest{},
		"FormatResponse": formatResponse{}, "DiagnoseRequest": diagnoseRequest{}, "DiagnoseResponse": diagnoseResponse{}, "AheadResponse": aheadResponse{}, "Progress": progressResponse{},
	} {
		data, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		for field := range fields {
			if doc.Components.Schemas[name].Properties[field] == nil {
				t.Errorf("%s: the document does not tell of %q", name, field)
			}
		}
		for field := range doc.Components.Schemas[name].Properties {
			if _, ok := fields[field]; !ok {
				t.Errorf("%s: the document tells of %q, which there is not", name, field)
			}
		}
	}
}

func TestNotReady(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Machine = func() Machine { return Machine{Problem: "There is no Go toolchain."} } })
	w.do(http.MethodGet, "/readyz", "").want(t, 503, "There is no Go toolchain.")
	w.do(http.MethodGet, "/healthz", "").want(t, 200)
	w.page("/chapters/start/hello").want(t, 200, "There is no Go toolchain.")
	w.api(http.MethodPost, "/api/runs", files("x")).want(t, 503, "/problems/no-go", "There is no Go toolchain.")
	w.api(http.MethodPost, "/api/exercises/01-01/checks", map[string]any{"files": []sandbox.File{{Name: "double.go", Content: "x"}}}).want(t, 503, "/problems/no-go")
}

func TestAssets(t *testing.T) {
	long := strings.Repeat("body { color: red }\n", 200)
	w := newWorld(t, func(c *Config) {
		c.Static = fstest.MapFS{"a.css": {Data: []byte(long)}, "b.js": {Data: []byte("1")}, "c.woff2": {Data: []byte(long)}}
	})
	for name, kind := range map[string]string{"a.css": "text/css; charset=utf-8", "b.js": "text/javascript; charset=utf-8", "c.woff2": "font/woff2"} {
		a := w.do(http.MethodGet, "/static/"+name, "").want(t, 200)
		if got := a.header.Get("Content-Type"); got != kind {
			t.Errorf("%s: Content-Type %s, want %s", name, got, kind)
		}
		if got := a.header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %s without its hash", name, got)
		}
		tag := a.header.Get("ETag")
		w.do(http.MethodGet, "/static/"+name, "", "If-None-Match: "+tag).want(t, 304)
		a = w.do(http.MethodGet, "/static/"+name+"?v="+tag[1:11], "").want(t, 200)
		if got := a.header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %s with its hash", name, got)
		}
		a = w.do(http.MethodGet, "/static/"+name+"?v=0000000000", "").want(t, 200)
		if got := a.header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %s with another hash: an old page would keep the new file", name, got)
		}
		a = w.do(http.MethodGet, "/static/"+name, "", "Accept-Encoding: gzip").want(t, 200)
		if got := a.header.Get("Content-Encoding") == "gzip"; got != (name == "a.css") {
			t.Errorf("%s: packed %v", name, got)
		}
	}
}

// The addresses that pages use are those that are served for ever.
func TestAssetsOfPages(t *testing.T) {
	w := newWorld(t, nil)
	found := regexp.MustCompile(`"(/static/[^"]+)"`).FindAllStringSubmatch(w.page("/").body, -1)
	if len(found) < 3 {
		t.Fatalf("%d bundles on the page", len(found))
	}
	for _, m := range found {
		a := w.do(http.MethodGet, m[1], "").want(t, 200)
		if !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not kept for ever", m[1])
		}
	}
	if static.URL("tutor.css") == "/static/tutor.css" {
		t.Error("tutor.css has no version")
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPost, "/api/runs", files("x")).want(t, 200)
	w.api(http.MethodPost, "/api/exercises/01-01/checks", map[string]any{"files": []sandbox.File{{Name: "double.go", Content: "x"}}}).want(t, 200)
	w.page("/nowhere/at/all")
	a := w.do(http.MethodGet, "/metrics", "").want(t, 200,
		`tutor_runs_total{status="ok"} 1`, `tutor_checks_total{status="failed"} 1`, `tutor_http_responses_total{code="404"} 1`, "tutor_live 0\n")
	metric := regexp.MustCompile(`^(# TYPE \w+ (counter|gauge)|\w+(\{\w+="[^"]*"\})? \d+)$`)
	for i, line := range strings.Split(strings.TrimSpace(a.body), "\n") {
		if !metric.MatchString(line) {
			t.Errorf("line %d is no metric: %s", i+1, line)
		}
	}
}

// Problems are those of the table: a kind that it lacks would be a 500.
func TestKinds(t *testing.T) {
	for _, name := range []string{"bad-request", "not-utf8", "bad-name", "empty", "no-session", "foreign-host", "foreign-origin", "not-found", "method", "conflict", "too-large", "media-type", "unsupported", "busy", "no-go", "machine", "stopping"} {
		if status, title := kinds(name); status == 500 || title == "" {
			t.Errorf("%s is not in the table", name)
		}
	}
	if p := problemOf(fmt.Errorf("save: %w", fail("empty", "x"))); p.Status != 400 {
		t.Errorf("a wrapped problem has status %d", p.Status)
	}
}
