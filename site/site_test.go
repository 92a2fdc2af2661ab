package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"course/tutor/content"
	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/page"
	"course/tutor/profile"
	"course/tutor/sandbox"
	"course/tutor/store/sqlite"
)

const testToken = "0123456789abcdef0123456789abcdef"

// world is a whole site on a port of its own, with a store on disk.
type world struct {
	t      testing.TB
	site   *Server
	url    string
	host   string
	client *http.Client
}

// scripted is a Runner that does what a test says. It stands for the sandbox
// where a test is about what the site does with an answer, not about running.
type scripted func(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error)

func (f scripted) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	return f(ctx, job, sink)
}

// prints is a Runner whose programs print their own first file.
func prints(_ context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	out := sandbox.Output{TMS: 1, Stream: "stdout", Text: job.Files[0].Content}
	sink(sandbox.Event{Name: "out", Out: &out})
	return &sandbox.Result{Status: sandbox.StatusOK, Kind: job.Kind, Events: []sandbox.Output{out}, Diagnostics: []sandbox.Diagnostic{}}, nil
}

// judged is a Judge that does what a test says.
type judged func(ctx context.Context, ex *exercises.Exercise, work grade.Work, progress func(grade.CheckResult)) (*grade.Verdict, error)

func (f judged) Grade(ctx context.Context, ex *exercises.Exercise, work grade.Work, progress func(grade.CheckResult)) (*grade.Verdict, error) {
	return f(ctx, ex, work, progress)
}

// doubles passes a work that holds "2 * n".
func doubles(_ context.Context, ex *exercises.Exercise, work grade.Work, progress func(grade.CheckResult)) (*grade.Verdict, error) {
	v := &grade.Verdict{Exercise: ex.ID, Status: grade.Failed, MaxPoints: 4, Points: 1, Checks: []grade.CheckResult{
		{ID: "builds", Title: "It builds", Kind: "build", Status: grade.Passed, Points: 1, MaxPoints: 1},
		{ID: "doubles", Title: "It doubles", Kind: "call", Status: grade.Failed, MaxPoints: 3, Message: "Double(2) is 0, not 4.", Expected: "4", Got: "0"},
	}}
	if strings.Contains(work.Files[0].Content, "2 * n") {
		v.Status, v.Points, v.Checks[1].Status, v.Checks[1].Points, v.Checks[1].Message = grade.Passed, 4, grade.Passed, 3, ""
	}
	for _, c := range v.Checks {
		progress(c)
	}
	return v, nil
}

// parse analyses a trace in this process: it is of the test's own making.
func parse(_ context.Context, data []byte) (*exectrace.Trace, error) {
	return exectrace.Parse(strings.NewReader(string(data)), exectrace.Options{})
}

// readProfile is profile.Parse, in this process.
func readProfile(_ context.Context, info *sandbox.ProfileInfo, data []byte) (*profile.Profile, error) {
	return profile.Parse(data, profile.Options{What: info.What, Own: []string{"main"}})
}

// undiagnosed finds fault with files that hold "BAD".
func undiagnosed(ctx context.Context, _ string, files []sandbox.File) ([]sandbox.Diagnostic, error) {
	_, diags, err := unformatted(ctx, files)
	return diags, err
}

// unformatted leaves files alone and finds fault with those that hold "BAD".
func unformatted(_ context.Context, files []sandbox.File) ([]sandbox.File, []sandbox.Diagnostic, error) {
	var diags []sandbox.Diagnostic
	for _, f := range files {
		if strings.Contains(f.Content, "BAD") {
			diags = append(diags, sandbox.Diagnostic{File: f.Name, Line: 1, Col: 1, Message: "expected 'package'"})
		}
	}
	return files, diags, nil
}

// newWorld opens the test course; change may replace parts of it.
func newWorld(t testing.TB, change func(*Config)) *world {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "tutor.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	renderer, err := page.New()
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(nil)
	cfg := Config{
		Runner: scripted(prints), Judge: judged(doubles), Analyse: parse, Profile: readProfile, Format: unformatted, Diagnose: undiagnosed,
		Store: store, Page: renderer, Token: testToken, Addr: ts.Listener.Addr().String(), Version: "test",
		Machine: func() Machine {
			return Machine{Isolation: sandbox.Isolation{Level: 2, Name: "isolated"}, GoVersion: "go1.26.8"}
		},
	}
	cfg.Course, cfg.Exercises = testCourse(t)
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ts.Config.Handler = s
	ts.Start()
	t.Cleanup(ts.Close)
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	return &world{t: t, site: s, url: ts.URL, host: ts.Listener.Addr().String(), client: client}
}

func testCourse(t testing.TB) (*content.Course, []*exercises.Exercise) {
	t.Helper()
	course, err := content.Load(os.DirFS("testdata/course/content"))
	if err != nil {
		t.Fatal(err)
	}
	all, probs, err := exercises.Load(os.DirFS("testdata/course/exercises"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range course.Problems {
		t.Errorf("test course: %v", p)
	}
	for _, p := range probs {
		t.Errorf("test course: %v", p)
	}
	return course, all
}

// answer is a response that was read to its end.
type answer struct {
	code   int
	header http.Header
	body   string
}

// do sends a request with headers given as "Name: value".
func (w *world) do(method, path, body string, headers ...string) answer {
	w.t.Helper()
	a, err := w.send(w.t.Context(), method, path, body, headers...)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (w *world) send(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	resp, err := w.start(ctx, method, path, body, headers...)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(data)}, err
}

func (w *world) start(ctx context.Context, method, path, body string, headers ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, w.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	return w.client.Do(req)
}

// api sends a JSON request as a script does.
func (w *world) api(method, path string, body any, headers ...string) answer {
	w.t.Helper()
	data := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		data = string(b)
	}
	return w.do(method, path, data, append([]string{"Authorization: Bearer " + testToken, "Content-Type: application/json"}, headers...)...)
}

// page gets a page as a browser with the cookie does.
func (w *world) page(path string) answer {
	w.t.Helper()
	return w.do(http.MethodGet, path, "", browser()...)
}

// form posts a form as a browser does.
func (w *world) form(path string, fields ...string) answer {
	w.t.Helper()
	return w.do(http.MethodPost, path, encode(fields...), append(browser(), "Content-Type: application/x-www-form-urlencoded")...)
}

func browser() []string {
	return []string{"Cookie: " + cookieName + "=" + testToken, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate", "Accept: text/html"}
}

// into decodes the JSON of an answer.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%d %s: %v", a.code, a.body, err)
	}
}

// want holds an answer to a status and to texts in its body.
func (a answer) want(t testing.TB, code int, texts ...string) answer {
	t.Helper()
	if a.code != code {
		t.Errorf("status %d, want %d: %s", a.code, code, clip(a.body, 400))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%d: the body lacks %q: %s", a.code, text, clip(a.body, 2000))
		}
	}
	return a
}

// event is one server-sent event.
type event struct {
	id, name, data string
}

// events reads a stream to its end; a frame that is none fails the test.
func (a answer) events(t testing.TB) []event {
	t.Helper()
	var all []event
	for _, frame := range strings.Split(strings.TrimSuffix(a.body, "\n\n"), "\n\n") {
		if strings.HasPrefix(frame, ":") {
			continue
		}
		var ev event
		if n, err := fmt.Sscanf(frame, "id: %s\nevent: %s\n", &ev.id, &ev.name); err != nil || n != 2 {
			t.Fatalf("no event: %q", frame)
		}
		_, data, ok := strings.Cut(frame, "\ndata: ")
		if !ok || !json.Valid([]byte(data)) {
			t.Fatalf("event without JSON: %q", frame)
		}
		ev.data = data
		all = append(all, ev)
	}
	return all
}

// names is the events of a stream in one line.
func names(all []event) string {
	var list []string
	for _, ev := range all {
		list = append(list, ev.name)
	}
	return strings.Join(list, " ")
}

func files(text string) map[string]any {
	return map[string]any{"files": []sandbox.File{{Name: "main.go", Content: text}}}
}

func TestConfigSaysWhatIsMissing(t *testing.T) {
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "Config.Course") {
		t.Errorf("New = %v, want an error that names Config.Course", err)
	}
}

func TestServeStopsWithItsRuns(t *testing.T) {
	started := make(chan struct{})
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
			close(started)
			<-ctx.Done()
			return &sandbox.Result{Status: sandbox.StatusKilled}, nil
		})
	})
	ctx, stop := context.WithCancel(t.Context())
	found, err := Listen(ctx, t.TempDir(), "127.0.0.1:0", true)
	if err != nil {
		t.Fatal(err)
	}
	w.site.Addr = found.Listener.Addr().String()
	w.url = "http://" + w.site.Addr
	served := make(chan error, 1)
	go func() { served <- w.site.Serve(ctx, found.Listener) }()
	var wg sync.WaitGroup
	wg.Go(func() {
		<-started
		stop()
	})
	w.api(http.MethodPost, "/api/runs", files("x")).want(t, 200, `"status":"killed"`)
	if err := <-served; err != nil {
		t.Errorf("Serve = %v, want nil after it was told to stop", err)
	}
	wg.Wait()
	if _, _, _, err := w.site.live.begin(t.Context()); !errors.As(err, new(*problem)) {
		t.Errorf("begin after the end = %v, want a problem", err)
	}
}
