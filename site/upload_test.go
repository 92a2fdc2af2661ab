package site

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// traceFile is a real trace.
func traceFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../exectrace/testdata/" + name + ".trace")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func uploadWorld(t *testing.T) *world {
	return newWorld(t, func(c *Config) {
		c.AnalyseFile = func(_ context.Context, in io.Reader, _ int64) (*exectrace.Trace, error) {
			return exectrace.Parse(in, exectrace.Options{Partial: true})
		}
	})
}

func bearer() []string { return []string{"Authorization: Bearer " + testToken} }

func TestAnyTraceIsOpened(t *testing.T) {
	w := uploadWorld(t)
	var got struct {
		ID      string
		Metrics exectrace.Metrics
	}
	w.do(http.MethodPost, "/api/traces?name=leak.trace", traceFile(t, "leak"), bearer()...).want(t, 201).into(t, &got)
	if *got.Metrics.Goroutines.BlockedAtEnd == 0 {
		t.Errorf("the metrics are %+v", got.Metrics.Goroutines)
	}
	w.page("/traces/"+got.ID).want(t, 200, "leak.trace", "Left waiting at the end")
	w.api(http.MethodGet, "/api/traces/"+got.ID+"/timeline", nil).want(t, 200, "tut1")
	if raw := w.api(http.MethodGet, "/api/traces/"+got.ID+"/raw", nil).want(t, 200); raw.body != traceFile(t, "leak") {
		t.Error("the file that is given back is another")
	}

	body, kind := formOf(t, "cpu.trace", traceFile(t, "cpu"))
	a := w.do(http.MethodPost, "/traces", body, append(browser(), "Content-Type: "+kind)...).want(t, 303)
	w.page(a.header.Get("Location")).want(t, 200, "cpu.trace")
	list := w.page("/traces").want(t, 200, "leak.trace", "cpu.trace", "GOMAXPROCS")
	withoutInline(t, list.body)
	both := w.page("/traces/compare?a="+got.ID+"&b="+strings.TrimPrefix(a.header.Get("Location"), "/traces/")).want(t, 200, "leak.trace", "cpu.trace", "Goroutines made")
	withoutInline(t, both.body)
}

// formOf is the form of the page with a file in it.
func formOf(t *testing.T, name, data string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("trace", name)
	if err == nil {
		_, err = io.WriteString(part, data)
	}
	if err != nil || m.Close() != nil {
		t.Fatal(err)
	}
	return b.String(), m.FormDataContentType()
}

func TestBadTracesAreToldPlainly(t *testing.T) {
	w := uploadWorld(t)
	leak := traceFile(t, "leak")
	for says, data := range map[string]string{
		"it is empty":              "",
		"not a Go execution trace": "hello",
		"compressed with gzip":     "\x1f\x8b\x08 and so on, further than a header",
		"not known here":           "go 1.99 trace\x00\x00\x00" + leak[16:],
		"was written by go1.19":    "go 1.19 trace\x00\x00\x00" + leak[16:],
	} {
		w.do(http.MethodPost, "/api/traces?name=x.trace", data, bearer()...).want(t, 422, says, "x.trace can't be opened")
		body, kind := formOf(t, "x.trace", data)
		w.do(http.MethodPost, "/traces", body, append(browser(), "Content-Type: "+kind)...).want(t, 422, "x.trace can&#39;t be opened")
	}
	w.form("/traces", "trace", "x").want(t, 415, "takes the form of the page")
	body, kind := formOf(t, "", "")
	w.do(http.MethodPost, "/traces", body, append(browser(), "Content-Type: "+kind)...).want(t, 400, "No file was chosen")
	w.page("/traces/compare?a=nope&b=nope").want(t, 404, "There is no trace")
	w.do(http.MethodPost, "/api/traces", leak).want(t, 403)
}

// Of a trace that was cut, what there is of it is shown, as by tutor trace; where
// that is nothing, its page says so and each number is null.
func TestCutTracesAreOpened(t *testing.T) {
	w := uploadWorld(t)
	leak := traceFile(t, "leak")
	var got struct{ ID string }
	w.do(http.MethodPost, "/api/traces?name=short.trace", leak[:len(leak)-3], bearer()...).
		want(t, 201, `"truncated":"cut"`, `"blocked_at_end":null`, `"created":5`).into(t, &got)
	w.page("/traces/"+got.ID).want(t, 200, "The end of this trace is missing", "names of this part are lost", "main.go")

	w.do(http.MethodPost, "/api/traces?name=none.trace", leak[:200], bearer()...).
		want(t, 201, `"truncated":"cut"`, `"created":null`, "cut off before its first part was whole").into(t, &got)
	w.api(http.MethodGet, "/api/traces/"+got.ID, nil).want(t, 200, `"events":null`)
	w.page("/traces/"+got.ID).want(t, 200, "Nothing of none.trace can be shown: it was cut off before its first part was whole")
	w.page("/traces").want(t, 200, "none.trace", "cut, and nothing of it can be shown")
	body, kind := formOf(t, "none.trace", leak[:200])
	w.do(http.MethodPost, "/traces", body, append(browser(), "Content-Type: "+kind)...).want(t, 303)
}

// What is too large is refused by what it says of itself, and by what it is.
func TestTracesAreBounded(t *testing.T) {
	w := uploadWorld(t)
	if maxTrace < 100<<20 {
		t.Error("a trace of 100 MB must open")
	}
	big := strings.Repeat("x", maxBody+1)
	w.do(http.MethodPost, "/api/traces?name=x", big, bearer()...).want(t, 422, "not a Go execution trace")
	w.do(http.MethodPost, "/api/format", big, bearer()...).want(t, 413, "1 MiB")
}

// The bytes of a large trace are not kept: its page offers no file, and the
// address of the file says why.
func TestAFileThatIsNotKeptIsNotOffered(t *testing.T) {
	w := uploadWorld(t)
	for _, kept := range []bool{true, false} {
		rec := &traceRecord{id: newID(), title: "a.trace", data: []byte(traceFile(t, "cpu"))}
		var err error
		if rec.trace, err = exectrace.Parse(bytes.NewReader(rec.data), exectrace.Options{}); err != nil {
			t.Fatal(err)
		}
		if !kept {
			rec.data = nil
		}
		w.site.keepTrace(rec)
		body := w.page("/traces/"+rec.id).want(t, 200, "Timeline").body
		if offered := strings.Contains(body, "Download the trace"); offered != kept {
			t.Errorf("kept %v, offered %v", kept, offered)
		}
		raw := w.api(http.MethodGet, "/api/traces/"+rec.id+"/raw", nil)
		if kept {
			raw.want(t, 200)
		} else {
			raw.want(t, 404, "The file of this trace is not kept")
		}
	}
}
