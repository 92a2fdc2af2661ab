package site

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"course/tutor/learner"
	"course/tutor/sandbox"
)

// echoes is a Runner that keeps the jobs, which all end the same.
func echoes(jobs *[]sandbox.Job, status sandbox.Status) scripted {
	return func(_ context.Context, job sandbox.Job, _ sandbox.Sink) (*sandbox.Result, error) {
		*jobs = append(*jobs, job)
		return &sandbox.Result{Status: status, Events: []sandbox.Output{}, Diagnostics: []sandbox.Diagnostic{}}, nil
	}
}

// What is typed into the fields of a cell is saved, run, shown again, and taken
// back by Reset; the fence's own is not kept as the reader's.
func TestInputByForm(t *testing.T) {
	var jobs []sandbox.Job
	w := newWorld(t, func(c *Config) { c.Runner = echoes(&jobs, sandbox.StatusOK) })
	const run = "/chapters/start/hello/run"
	text := starterOf(w.site.cells["cell:start/hello"].cell)[0].Content
	a, _ := w.follow(run, "cell", "hello", "file:hello.go", text, "args", `-n 'two "words"'`, "stdin", "1 <\r\n2")
	a.want(t, 200, `value="-n &#39;two &#34;words&#34;&#39;"`, "1 &lt;\n2</textarea>", `<details class="feed" open>`, `class="tag changed">`)
	if j := jobs[0]; !slices.Equal(j.Args, []string{"-n", `two "words"`}) || j.Stdin != "1 <\n2" {
		t.Errorf("job = %q with %q", j.Args, j.Stdin)
	}
	if d := draftOf(t, w, "cell:start/hello"); d.Input == nil || d.Input.Args != `-n 'two "words"'` || d.Input.Stdin != "1 <\n2" {
		t.Errorf("draft = %+v", d.Input)
	}

	// what can't be cut is kept and told, and nothing is run
	w.form(run, "cell", "hello", "file:hello.go", text, "args", "it's").want(t, 400, `value="it&#39;s"`, "the quote &#39; at character 3 is not closed")
	if d := draftOf(t, w, "cell:start/hello"); d.Input == nil || d.Input.Args != "it's" {
		t.Errorf("draft = %+v", d.Input)
	}
	w.page("/chapters/start/hello").want(t, 200, `value="it&#39;s"`)
	big := strings.Repeat("x", maxStdin+1)
	w.form(run, "cell", "hello", "file:hello.go", text, "stdin", big).want(t, 413, "at most 262,144 (256 KiB)", big)
	if len(jobs) != 1 {
		t.Errorf("%d runs, want 1", len(jobs))
	}

	w.follow(run, "cell", "hello", "file:hello.go", text, "args", "", "stdin", "")
	if d := draftOf(t, w, "cell:start/hello"); d.Input != nil || jobs[1].Args != nil {
		t.Errorf("draft = %+v, job with %q: the fence's own", d.Input, jobs[1].Args)
	}
	w.follow(run, "cell", "hello", "file:hello.go", text, "args", "x", "action", "reset")
	if strings.Contains(w.page("/chapters/start/hello").body, `value="x"`) {
		t.Error("the page shows the arguments after a reset")
	}
}

// A script's run of a cell with arguments of its own is not shown as the last
// run of the listing, and what the author says is not said of it.
func TestInputOfTheAPI(t *testing.T) {
	var jobs []sandbox.Job
	w := newWorld(t, func(c *Config) { c.Runner = echoes(&jobs, sandbox.StatusDeadlock) })
	c := w.site.cells["cell:start/reads"].cell
	c.Options["expect"] = "deadlock"
	defer delete(c.Options, "expect")
	body := map[string]any{"files": starterOf(c), "key": "cell:start/reads", "args_line": `a "b c"`}
	var res sandbox.Result
	w.api(http.MethodPost, "/api/runs", body).want(t, 200).into(t, &res)
	if j := jobs[0]; !slices.Equal(j.Args, []string{"a", "b c"}) || j.Stdin != "given\n" {
		t.Errorf("job = %q with %q", j.Args, j.Stdin)
	}
	if said := w.page("/runs/"+res.ID+"/panel").want(t, 200).body; strings.Contains(said, "as expected") {
		t.Errorf("the author's word is said of other arguments: %s", said)
	}
	if strings.Contains(w.page("/chapters/start/hello").body, `data-cell="reads" data-key="cell:start/reads" data-version="0" data-status="deadlock"`) {
		t.Error("a run with other arguments is shown as that of the listing")
	}
	body["args_line"] = "one two" // as the fence says
	w.api(http.MethodPost, "/api/runs", body).want(t, 200).into(t, &res)
	w.page("/runs/"+res.ID+"/panel").want(t, 200, "as expected")
	w.page("/chapters/start/hello").want(t, 200, `data-cell="reads" data-key="cell:start/reads" data-version="0" data-status="deadlock"`, "Standard input is the file in.txt above.")

	body["args_line"] = ""
	w.api(http.MethodPost, "/api/runs", body).want(t, 200)
	if len(jobs[2].Args) != 0 {
		t.Errorf("job with %q, want no arguments", jobs[2].Args)
	}
	body["args_line"] = `"`
	w.api(http.MethodPost, "/api/runs", body).want(t, 400, "is not closed")
	body["args"] = []string{}
	w.api(http.MethodPost, "/api/runs", body).want(t, 400, "args and args_line")
}

func TestInputOfADraft(t *testing.T) {
	w := newWorld(t, nil)
	const cell = "/api/drafts/cell:start/reads"
	body := files("package main")
	body["input"] = learner.Input{Args: "one two"}
	w.api(http.MethodPut, cell, body).want(t, 200)
	if d := draftOf(t, w, "cell:start/reads"); d.Input != nil {
		t.Errorf("draft = %+v, which is what the fence gives", d.Input)
	}
	body["input"], body["base_version"] = learner.Input{Args: "it's"}, 1
	w.api(http.MethodPut, cell, body).want(t, 200)
	w.api(http.MethodGet, cell, nil).want(t, 200, `"input":{"args":"it's","stdin":""}`)
	body["input"], body["base_version"] = learner.Input{Args: strings.Repeat("x", maxText+1)}, 2
	w.api(http.MethodPut, cell, body).want(t, 413, "at most 4,096")
}
