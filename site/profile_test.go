package site

import (
	"net/http"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

const works = "package main\n\nimport \"fmt\"\n\n//go:noinline\nfunc hot(n int) (h int) {\n\tfor i := range n {\n\t\th = h*31 + i\n\t}\n\treturn h\n}\n\nfunc main() {\n\th := 0\n\tfor range 400 {\n\t\th += hot(1 << 20)\n\t}\n\tfmt.Println(h != 1)\n}\n"

// A program is profiled by the API: the result holds what took most, the tree
// and the file can be fetched.
func TestProfileByAPI(t *testing.T) {
	w := realWorld(t, nil)
	body := files(works)
	body["kind"] = "profile:cpu"
	a := w.api(http.MethodPost, "/api/runs", body).want(t, 200, `"kind":"profile"`, `"what":"cpu"`, `"func":"main.hot"`)
	if strings.Contains(a.body, `"root"`) {
		t.Error("the result holds the tree")
	}
	var res sandbox.Result
	a.into(t, &res)
	if res.Profile == nil || res.Profile.ID == "" || len(res.Artifacts) != 1 || res.Artifacts[0].ID != res.Profile.ID || res.Artifacts[0].Kind != "profile" {
		t.Fatalf("profile %+v, artifacts %+v", res.Profile, res.Artifacts)
	}
	w.api(http.MethodGet, "/api/profiles/"+res.Profile.ID, nil).want(t, 200, `"root"`, `"func":"main.hot"`)
	raw := w.api(http.MethodGet, "/api/profiles/"+res.Profile.ID+"/raw", nil).want(t, 200)
	if !strings.HasPrefix(raw.body, "\x1f\x8b") || len(raw.body) != res.Artifacts[0].Bytes {
		t.Errorf("the file has %d bytes, the artifact %d, and begins with %q", len(raw.body), res.Artifacts[0].Bytes, raw.body[:min(2, len(raw.body))])
	}
	w.api(http.MethodGet, "/runs/"+res.ID+"/panel", nil).want(t, 200, "Flame graph: Processor time", `class="fbox own"`)
}

// A reader without scripts chooses the profile from the list.
func TestProfileByForm(t *testing.T) {
	w := realWorld(t, nil)
	a, _ := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", works, "kind", "profile:heap")
	a.want(t, 200, "Heap profile", `<option value="profile:heap" selected>`)
	withoutInline(t, a.body)
	w.form("/chapters/start/hello/run", "cell", "hello", "file:hello.go", works, "kind", "dance").want(t, 422, "it can be program, test")
	a, _ = w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", "package main\n\nfunc main() { x := 1 }\n", "kind", "profile:cpu")
	a.want(t, 200, "declared and not used", `<option value="profile:cpu" selected>`)
}

// The compiler's decisions by the API and by a form; nothing is run.
func TestAsm(t *testing.T) {
	w := realWorld(t, nil)
	body := files(works)
	body["kind"], body["gcflags"] = "asm", []string{"-l"}
	a := w.api(http.MethodPost, "/api/runs", body).want(t, 200, `"kind":"asm"`, `"flags":["-l"]`, `"func":"main.hot"`, `"what":"heap"`)
	var res sandbox.Result
	a.into(t, &res)
	if len(res.Events) != 0 || res.Asm == nil || res.Asm.Cut {
		t.Errorf("printed %v, %+v", res.Events, res.Asm)
	}
	for want, change := range map[string]func(){
		"can't be used":         func() { body["gcflags"] = []string{"-race"} },
		"for the kind asm only": func() { body["kind"], body["gcflags"] = "program", []string{"-B"} },
		"there can be no trace": func() { body["kind"], body["gcflags"], body["trace"] = "asm", nil, true },
	} {
		change()
		w.api(http.MethodPost, "/api/runs", body).want(t, 422, want)
		delete(body, "trace")
	}
	trace := w.site.cells["cell:start/traced"].cell.Files[0].Content
	page, _ := w.follow("/chapters/start/hello/run", "cell", "traced", "file:main.go", trace, "kind", "asm")
	page.want(t, 200, "Compiler and assembly", "Nothing was run", `<option value="asm" selected>`, `href="#cell-traced-L`)
	withoutInline(t, page.body)
}

// The race detector and the fake clock can be chosen for any listing; what a
// traced one can't have with them is dropped.
func TestRaceAndClockAreChosen(t *testing.T) {
	w := realWorld(t, nil)
	trace := w.site.cells["cell:start/traced"].cell.Files[0].Content
	page, _ := w.follow("/chapters/start/hello/run", "cell", "traced", "file:main.go", trace, "kind", "fake")
	page.want(t, 200, "the program saw the fake one", `<option value="fake" selected>`)
	w.api(http.MethodPost, "/api/runs", map[string]any{"key": "cell:start/traced", "files": []sandbox.File{{Name: "main.go", Content: trace}}, "clock": "fake"}).
		want(t, 200, `"clock":"fake"`, `"trace":null`)
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": []sandbox.File{{Name: "main.go", Content: trace}}, "clock": "fake", "trace": true}).
		want(t, 200, `"status":"refused"`, "a trace needs the real clock")
}
