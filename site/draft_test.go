package site

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"course/tutor/content"
	"course/tutor/learner"
	"course/tutor/sandbox"
)

func TestDrafts(t *testing.T) {
	w := newWorld(t, nil)
	const cell = "/api/drafts/cell:start/hello"
	w.api(http.MethodGet, cell, nil).want(t, 404, "There is no draft")
	first := files("package main // mine")
	w.api(http.MethodPut, cell, first).want(t, 200, `"version":1`)
	w.api(http.MethodGet, "/api/drafts/cell:start%2Fhello", nil).want(t, 200, "package main // mine", `"starter_changed":false`)

	// another tab saved meanwhile
	second := files("package main // the other tab")
	second["base_version"] = 1
	w.api(http.MethodPut, cell, second).want(t, 200, `"version":2`)
	late := files("package main // this tab")
	late["base_version"] = 1
	a := w.api(http.MethodPut, cell, late).want(t, 409, "/problems/conflict", "the other tab", `"version":2`)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type: %s", got)
	}
	var kept []learner.Kept
	w.api(http.MethodGet, "/api/history/cell:start/hello", nil).want(t, 200, "// this tab", "// the other tab", "// mine").into(t, &kept)
	if len(kept) != 3 || kept[0].Why != learner.Conflict {
		t.Errorf("history = %+v", kept)
	}

	w.api(http.MethodDelete, cell, nil).want(t, 204)
	w.api(http.MethodGet, cell, nil).want(t, 404)
	w.api(http.MethodGet, "/api/history/cell:start/hello", nil).want(t, 200, `"why":"deleted"`)
}

func TestDraftsThatCannotBe(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPut, "/api/drafts/cell:start/nothing", files("x")).want(t, 404, "cell:start/nothing")
	w.api(http.MethodPut, "/api/drafts/../../etc/passwd", files("x")).want(t, 404)
	w.api(http.MethodGet, "/api/drafts/nonsense", nil).want(t, 404, "no key of a draft")
	w.api(http.MethodPut, "/api/drafts/cell:start/hello", map[string]any{"files": []sandbox.File{}}).want(t, 400, "files is empty")
	w.api(http.MethodPut, "/api/drafts/cell:start/hello", map[string]any{"files": []sandbox.File{{Name: "../x"}}}).want(t, 400, "has the folder ..")
	w.api(http.MethodPut, "/api/drafts/cell:start/hello", map[string]any{"files": []sandbox.File{{Name: "a"}}, "base_version": -1}).want(t, 409)
}

// A draft survives the server, and a starter that changed under it is told
// with both texts.
func TestStarterChanged(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPut, "/api/drafts/cell:start/hello", files("package main // mine")).want(t, 200)
	course, _ := testCourse(t)
	for _, p := range course.Pages() {
		for _, c := range p.Cells {
			if c.ID == "hello" {
				c.Files = []content.File{{Name: c.Files[0].Name, Content: "package main // the author's new text"}}
			}
		}
	}
	later := newWorld(t, func(c *Config) { c.Store, c.Course = w.site.Store, course })
	later.api(http.MethodGet, "/api/drafts/cell:start/hello", nil).want(t, 200, "// mine", `"starter_changed":true`)
	v, err := later.site.cellView(t.Context(), later.site.cells["cell:start/hello"].cell, "")
	if err != nil || len(v.NewStarter) != 1 || !strings.Contains(v.NewStarter[0].New, "new text") || !strings.Contains(v.NewStarter[0].Old, `"hello"`) {
		t.Fatalf("NewStarter = %+v, %v", v.NewStarter, err)
	}
	seen := files("package main // mine")
	seen["base_version"], seen["starter_seen"] = 1, true
	later.api(http.MethodPut, "/api/drafts/cell:start/hello", seen).want(t, 200)
	later.api(http.MethodGet, "/api/drafts/cell:start/hello", nil).want(t, 200, `"starter_changed":false`)
}

func TestModule(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPut, "/api/drafts/cell:start/reads", map[string]any{"files": []sandbox.File{{Name: "main.go", Content: "package main // mine"}}}).want(t, 200)
	got := unzip(t, w.page("/api/modules/cell:start/reads").want(t, 200).body)
	if !strings.HasPrefix(got["reads/go.mod"], "module reads\n") || got["reads/main.go"] != "package main // mine" {
		t.Errorf("module = %q", got)
	}
	folders := []sandbox.File{{Name: "main.go", Content: "package main"}, {Name: "greet/greet.go", Content: "package greet"}}
	w.api(http.MethodPut, "/api/drafts/cell:start/reads", map[string]any{"files": folders, "base_version": 1}).want(t, 200)
	got = unzip(t, w.page("/api/modules/cell:start/reads").want(t, 200).body)
	if !strings.HasPrefix(got["reads/go.mod"], "module example\n") || got["reads/greet/greet.go"] != "package greet" {
		t.Errorf("module of several packages = %q", got)
	}
	folders = append(folders, sandbox.File{Name: "go.mod", Content: "module mine\n"})
	w.api(http.MethodPut, "/api/drafts/cell:start/reads", map[string]any{"files": folders, "base_version": 2}).want(t, 200)
	if got = unzip(t, w.page("/api/modules/cell:start/reads").want(t, 200).body); got["reads/go.mod"] != "module mine\n" || len(got) != 3 {
		t.Errorf("module with a go.mod = %q", got)
	}
	got = unzip(t, w.page("/api/modules/exercise:01-01").want(t, 200).body)
	for _, name := range []string{"exercise-01-01/go.mod", "exercise-01-01/double.go", "exercise-01-01/double_test.go", "exercise-01-01/TASK.md"} {
		if got[name] == "" {
			t.Errorf("%s is missing in %d files", name, len(got))
		}
	}
	for name, text := range got {
		if strings.Contains(text, "2 * n") {
			t.Errorf("%s holds the solution", name)
		}
	}
	w.page("/api/modules/cell:start/none").want(t, 404)
}

func unzip(t *testing.T, data string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(text)
	}
	return got
}

func TestProgress(t *testing.T) {
	w := newWorld(t, nil)
	w.page("/chapters/start/hello").want(t, 200)
	w.api(http.MethodGet, "/api/progress", nil).want(t, 200, `"key":"section:start/hello","state":"tried"`)
	w.api(http.MethodPut, "/api/progress/section:start/hello", map[string]string{"state": "read"}).want(t, 204)
	w.page("/chapters/start/hello").want(t, 200)
	w.api(http.MethodGet, "/api/progress", nil).want(t, 200, `"state":"read"`)
	w.form("/chapters/start/more/read").want(t, 303)
	w.api(http.MethodGet, "/api/progress", nil).want(t, 200, `"key":"section:start/more","state":"read"`)
	w.api(http.MethodPut, "/api/progress/section:start/none", map[string]string{"state": "read"}).want(t, 404)
	w.api(http.MethodPut, "/api/progress/exercise:01-01", map[string]string{"state": "passed"}).want(t, 404)
	w.api(http.MethodPut, "/api/progress/section:start/hello", map[string]string{"state": "passed"}).want(t, 422)
	w.page("/").want(t, 200, "/chapters/start/more")
}
