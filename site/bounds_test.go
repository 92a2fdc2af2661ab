package site

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// An environment that can't be is refused with what is wrong, and nothing runs.
func TestBadEnvironment(t *testing.T) {
	var jobs []sandbox.Job
	w := newWorld(t, func(c *Config) { c.Runner = echoes(&jobs, sandbox.StatusOK) })
	for _, c := range []struct {
		env    []string
		status int
		says   string
	}{
		{[]string{"LEVEL"}, 400, "each is KEY=VALUE"},
		{[]string{"A=1", "=x"}, 400, "each is KEY=VALUE"},
		{[]string{""}, 400, "each is KEY=VALUE"},
		{[]string{"A=\x00"}, 400, "zero byte"},
		{[]string{"A=" + strings.Repeat("x", maxText)}, 413, "at most 4,096"},
		{slices.Repeat([]string{"A=1"}, maxArgs+1), 413, "at most 64"},
	} {
		body := files("package main")
		body["env"] = c.env
		w.api(http.MethodPost, "/api/runs", body).want(t, c.status, c.says)
	}
	if len(jobs) > 0 {
		t.Errorf("%d runs, want none", len(jobs))
	}
	body := files("package main")
	body["env"] = []string{"LEVEL=3", "EMPTY=", "SUM=a=b"}
	w.api(http.MethodPost, "/api/runs", body).want(t, 200)
	if !slices.Equal(jobs[0].Env, []string{"LEVEL=3", "EMPTY=", "SUM=a=b"}) {
		t.Errorf("env = %q", jobs[0].Env)
	}
}

// The files of another version have the bounds of a run's own, and go before
// the text that a cell was last run with.
func TestAgainst(t *testing.T) {
	var jobs []sandbox.Job
	w := newWorld(t, func(c *Config) { c.Runner = echoes(&jobs, sandbox.StatusOK) })
	for _, c := range []struct {
		name, content string
		n, status     int
	}{
		{"../a.go", "package a", 1, 400},
		{"a.go", strings.Repeat("x", maxFile+1), 1, 413},
		{"a.go", "package a", maxFiles + 1, 413},
	} {
		body := files("package a")
		body["kind"], body["against"] = "bench", slices.Repeat([]map[string]string{{"name": c.name, "content": c.content}}, c.n)
		w.api(http.MethodPost, "/api/runs", body).want(t, c.status, `"detail":"against: `)
	}
	if len(jobs) > 0 {
		t.Errorf("%d runs, want none", len(jobs))
	}
	body := files("package a")
	body["kind"], body["against"] = "bench", []map[string]string{{"name": "b.go", "content": "package b"}}
	w.api(http.MethodPost, "/api/runs", body).want(t, 200)
	if got := jobs[0].Against; len(got) != 1 || got[0].Name != "b.go" {
		t.Errorf("against = %+v", got)
	}
}
