package site

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// follow reads a stream of events until it holds a text.
func follow(t *testing.T, from io.Reader, until string) (got string) {
	t.Helper()
	for buf := make([]byte, 1024); !strings.Contains(got, until); {
		n, err := from.Read(buf)
		got += string(buf[:n])
		if err != nil {
			t.Fatalf("%v, before %s, after %s", err, until, got)
		}
	}
	return got
}

// TestQueueIsTold: over HTTP, a run that waits for a measurement is told its
// place, about when it starts, and what it waits for; it runs when that has
// ended. The measurement's Result says that it was one.
func TestQueueIsTold(t *testing.T) {
	w := realWorld(t, nil)
	start := func(body string) io.ReadCloser {
		t.Helper()
		resp, err := w.start(context.WithoutCancel(t.Context()), http.MethodPost, "/api/runs", body,
			"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
		if err != nil {
			t.Fatal(err)
		}
		return resp.Body
	}
	const busy = `{"alone":true,"files":[{"name":"main.go","content":"package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"on\")\n\tselect {}\n}\n\nfunc init() {\n\tgo func() {\n\t\tfor {\n\t\t}\n\t}()\n}\n"}],"limits":{"wall":60000,"cpu":60000}}`
	measured := start(busy)
	defer measured.Close()
	got := follow(t, measured, "event: out")
	_, rest, _ := strings.Cut(got, `{"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	waits := start(`{"files":[{"name":"main.go","content":"package main\n\nfunc main() { println(\"after\") }\n"}]}`)
	defer waits.Close()
	got = follow(t, waits, "event: queue")
	if !strings.Contains(got, `"for":"measurement"`) {
		got += follow(t, waits, "\n\n")
	}
	if !strings.Contains(got, `"place":1,"eta_ms":`) || !strings.Contains(got, `"for":"measurement"`) {
		t.Errorf("it is told %s", got)
	}
	w.api(http.MethodDelete, "/api/runs/"+id, nil).want(t, 204)
	if rest, err := io.ReadAll(waits); err != nil || !strings.Contains(string(rest), `"status":"ok"`) || !strings.Contains(string(rest), "after") {
		t.Errorf("%v %s", err, rest)
	}
	if rest, err := io.ReadAll(measured); err != nil || !strings.Contains(string(rest), `"measured":{"alone":true,`) || !strings.Contains(string(rest), "as was asked") {
		t.Errorf("%v %s", err, rest)
	}
}
