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
