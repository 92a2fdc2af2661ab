package site

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// What is asked for ahead is what a run of the same request would be.
func TestAheadRequest(t *testing.T) {
	var asked []sandbox.Job
	w := newWorld(t, func(c *Config) {
		c.Ahead = func(_ context.Context, job sandbox.Job) (sandbox.Ahead, error) {
			asked = append(asked, job)
			return sandbox.AheadBuilt, nil
		}
		c.Primed = func() (done, total int) { return 3, 4 }
	})
	body := files("package main\n")
	body["kind"], body["race"] = "profile:heap", true
	w.api(http.MethodPost, "/api/ahead", body).want(t, 200, `{"ahead":"built"}`)
	if len(asked) != 1 || asked[0].Kind != sandbox.KindProfile || asked[0].Profile != "heap" || !asked[0].Race || asked[0].Key != person {
		t.Errorf("asked for %+v", asked)
	}
	w.api(http.MethodPost, "/api/ahead", map[string]any{"files": []sandbox.File{}}).want(t, 400, "/problems/empty")
	body["key"] = "nobody/has/this"
	w.api(http.MethodPost, "/api/ahead", body).want(t, 404, "/problems/not-found")
	if len(asked) != 1 {
		t.Error("a bad request was built")
	}
	w.do(http.MethodGet, "/metrics", "").want(t, 200, `tutor_ahead_total{ahead="built"} 1`, "tutor_to_prime 4\n", "tutor_primed 3\n")
}

// Where nothing can be built, nothing is, and nobody is told off.
func TestNothingAhead(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPost, "/api/ahead", files("package main\n")).want(t, 200, `{"ahead":"not"}`)
}

// ahead asks until all of the standard library is there.
func (w *world) ahead(body map[string]any) string {
	w.t.Helper()
	for {
		var resp aheadResponse
		w.api(http.MethodPost, "/api/ahead", body).want(w.t, 200).into(w.t, &resp)
		if resp.Ahead != sandbox.AheadLater {
			return string(resp.Ahead)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// After the pause, Run finds the program built; one with a mistake is left to
// Run.
func TestRunAfterPause(t *testing.T) {
	w := realWorld(t, func(c *Config) { c.Ahead = engine.Ahead })
	text := fmt.Sprintf("%s\n// %d\n", hello, time.Now().UnixNano())
	if got := w.ahead(files(text)); got != "built" {
		t.Errorf("ahead: %s, want built", got)
	}
	if res := w.run(files(text)); !res.Cached || printed(res, "stdout") != "hello\n" {
		t.Errorf("the run after it: cached %v, %s", res.Cached, res.Status)
	}
	traced := files(text)
	traced["trace"] = true
	if res := w.run(traced); res.Cached {
		t.Error("the traced program is another one, and was found built")
	}
	if got := w.ahead(files(strings.Replace(text, "Println", "Prinln", 1))); got != "not" {
		t.Errorf("ahead of a mistake: %s, want not", got)
	}
}

// The first run of a listing of the course finds it built, as the page asks
// for it.
func TestListingsArePrimed(t *testing.T) {
	w := realWorld(t, nil)
	w.site.Ahead = engine.Ahead
	w.ahead(files(hello))
	jobs := Listings(w.site.Course)
	if len(jobs) == 0 {
		t.Fatal("the test course has no listing that runs")
	}
	own, err := toolchain.New(toolchain.Config{DataDir: dataDir, Slots: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	own.Prime(t.Context(), jobs, time.Millisecond)
	if done, total := own.Primed(); done == 0 || done != total {
		t.Fatalf("%d of %d listings are built", done, total)
	}
	ran := 0
	for key, at := range w.site.cells {
		job, err := cellJob(at.cell, starterOf(at.cell))
		if err != nil || job.Kind != sandbox.KindProgram || job.Race || job.Clock == sandbox.ClockFake {
			continue
		}
		ran++
		body := map[string]any{"key": key, "files": starterOf(at.cell), "kind": "program", "trace": at.cell.Flag("trace")}
		if res := w.run(body); !res.Cached && res.Status != sandbox.StatusCompileError && res.Status != sandbox.StatusRefused {
			t.Errorf("%s was built again: %s", key, res.Status)
		}
	}
	if ran == 0 {
		t.Error("no listing was run")
	}
}
