package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/trace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
)

func encode(fields ...string) string {
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return v.Encode()
}

// everything is a Runner that tells one of each event.
func everything(data []byte) scripted {
	return func(_ context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
		sink(sandbox.Event{Name: "queue", Queue: &sandbox.Queue{Place: 2, ETAMS: 400}})
		sink(sandbox.Event{Name: "build", Build: &sandbox.Build{Phase: "compile", MS: 80}})
		sink(sandbox.Event{Name: "diag", Diag: &sandbox.Diagnostic{File: "main.go", Line: 3, Message: "unused"}})
		sink(sandbox.Event{Name: "out", Out: &sandbox.Output{TMS: 1.5, Stream: "stdout", Text: "a\n\nb\r\n: c\n"}})
		sink(sandbox.Event{Name: "trace", TraceN: 1000})
		sink(sandbox.Event{Name: "limit", Limit: &sandbox.LimitHit{Name: "wall", Allowed: 2000, Used: 2000, Unit: "ms"}})
		res := &sandbox.Result{ID: "the runner's", Status: sandbox.StatusTimeLimit, Diagnostics: []sandbox.Diagnostic{}, Events: []sandbox.Output{}}
		if job.Trace {
			killed := "killed"
			res.Trace = &sandbox.TraceInfo{Truncated: &killed}
			res.Artifacts = []sandbox.Artifact{{Name: "trace", Kind: "trace", Bytes: len(data), Data: data}}
		}
		return res, nil
	}
}

// recordTrace takes a trace of this process.
func recordTrace(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Skipf("tracing is on already: %v", err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {})
	}
	wg.Wait()
	trace.Stop()
	return b.Bytes()
}

func TestEventsOfARun(t *testing.T) {
	data := recordTrace(t)
	w := newWorld(t, func(c *Config) { c.Runner = everything(data) })
	body := files("package main")
	body["trace"] = true
	a := w.api(http.MethodPost, "/api/runs", body, "Accept: text/event-stream").want(t, 200)
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no", "Cache-Control": "no-store", "Content-Encoding": ""} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	all := a.events(t)
	if got := names(all); got != "run queue build diag out limit trace result" {
		t.Fatalf("events = %s", got)
	}
	for i, ev := range all {
		if ev.id != strconv.Itoa(i+1) {
			t.Errorf("event %d has id %s", i+1, ev.id)
		}
	}
	if want := `{"t_ms":1.5,"stream":"stdout","text":"a\n\nb\r\n: c\n"}`; all[4].data != want {
		t.Errorf("out = %s, want %s", all[4].data, want)
	}
	var res sandbox.Result
	answer{body: all[7].data}.into(t, &res)
	if !strings.Contains(all[0].data, res.ID) || !strings.Contains(all[6].data, res.Trace.ID) {
		t.Errorf("run %s, trace %s, result %s with trace %s: ids differ", all[0].data, all[6].data, res.ID, res.Trace.ID)
	}
	m, ok := res.Trace.Metrics.(map[string]any)
	if !ok || m["truncated"] != "killed" || m["procs"] == nil {
		t.Errorf("metrics = %v", res.Trace.Metrics)
	}
	if res.Artifacts[0].ID != res.Trace.ID {
		t.Errorf("artifact %+v does not name the trace", res.Artifacts[0])
	}
}

func TestTraceCanBeFetched(t *testing.T) {
	data := recordTrace(t)
	w := newWorld(t, func(c *Config) { c.Runner = everything(data) })
	body := files("package main")
	body["trace"], body["key"] = true, "cell:start/traced"
	var res sandbox.Result
	w.api(http.MethodPost, "/api/runs", body).want(t, 200).into(t, &res)
	var m exectrace.Metrics
	w.api(http.MethodGet, "/api/traces/"+res.Trace.ID, nil).want(t, 200).into(t, &m)
	if m.Goroutines.Created < 4 {
		t.Errorf("%d goroutines created, want at least the 4 of the program", m.Goroutines.Created)
	}
	raw := w.api(http.MethodGet, "/api/traces/"+res.Trace.ID+"/raw", nil).want(t, 200)
	for query, status := range map[string]int{"": 200, "?block=0": 200, "?wakes=0": 200, "?block=99": 404, "?wakes=x": 404} {
		got := w.api(http.MethodGet, "/api/traces/"+res.Trace.ID+"/timeline"+query, nil).want(t, status)
		if status == 200 && !strings.HasPrefix(got.body, "tut1") {
			t.Errorf("timeline%s begins with %.8q", query, got.body)
		}
		kind := "application/octet-stream"
		if status != 200 {
			kind = "application/problem+json"
		}
		if got.header.Get("Content-Type") != kind {
			t.Errorf("timeline%s is %s, want %s", query, got.header.Get("Content-Type"), kind)
		}
	}
	if raw.body != string(data) {
		t.Errorf("the raw trace has %d bytes, want the %d that were taken", len(raw.body), len(data))
	}
	w.page("/traces/"+res.Trace.ID).want(t, 200, "<html")
	w.page("/traces/"+res.Trace.ID+"/panel").want(t, 200)
	w.page("/runs/"+res.ID+"/panel").want(t, 200)
	w.page("/runs/none/panel").want(t, 404)
	w.api(http.MethodGet, "/api/traces/none", nil).want(t, 404, "no longer kept")
}

// Each run of a program that is varied leaves a trace of its own, to which the
// table leads.
func TestTracesOfVariedRuns(t *testing.T) {
	data := recordTrace(t)
	w := newWorld(t, func(c *Config) {
		one := everything(data)
		c.Runner = scripted(func(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
			return sandbox.RunVaried(ctx, one, job, sink)
		})
	})
	body := files("package main")
	body["trace"], body["vary"], body["key"] = true, "GOMAXPROCS:2,1", "cell:start/hello"
	var res sandbox.Result
	w.api(http.MethodPost, "/api/runs", body).want(t, 200).into(t, &res)
	panel := w.page("/runs/"+res.ID+"/panel").want(t, 200, "With GOMAXPROCS=2", `aria-label="Open the trace with GOMAXPROCS 1"`)
	for _, part := range res.Varied() {
		panel.want(t, 200, `href="/traces/`+part.Trace.ID+`"`)
		w.page("/traces/"+part.Trace.ID).want(t, 200, "Trace: GOMAXPROCS=")
	}
	if len(res.Varied()) != 2 || res.Trace != nil {
		t.Errorf("%d runs, trace %v", len(res.Varied()), res.Trace)
	}
}

// A trace that is none leaves the run alone and says so.
func TestTraceThatCannotBeRead(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Runner = everything([]byte("go 1.26 trace? no")) })
	body := files("package main")
	body["trace"] = true
	var res sandbox.Result
	w.api(http.MethodPost, "/api/runs", body).want(t, 200).into(t, &res)
	if res.Trace.Metrics != nil || !strings.HasPrefix(res.Trace.Problem, "The trace of this run can't be drawn: ") {
		t.Errorf("trace = %+v, want no metrics and the reason", res.Trace)
	}
	w.api(http.MethodGet, "/api/traces/"+res.Trace.ID, nil).want(t, 422, "can't be drawn")
	w.api(http.MethodGet, "/api/traces/"+res.Trace.ID+"/raw", nil).want(t, 200, "trace? no")
	w.page("/traces/"+res.Trace.ID).want(t, 200, "can&#39;t be drawn")
}

// What breaks on our side is an event when events have begun, else a status;
// either way it tells nothing of the inside.
func TestOurFault(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(context.Context, sandbox.Job, sandbox.Sink) (*sandbox.Result, error) {
			return nil, errors.New("secret path /root/x is gone")
		})
	})
	a := w.api(http.MethodPost, "/api/runs", files("x"), "Accept: text/event-stream").want(t, 200, "/problems/internal")
	if got := names(a.events(t)); got != "run problem" {
		t.Errorf("events = %s", got)
	}
	b := w.api(http.MethodPost, "/api/runs", files("x")).want(t, 500, "Something broke on our side")
	if strings.Contains(a.body+b.body, "secret") {
		t.Error("the answer tells the inside of the error")
	}
}

// What somebody can mend on the machine is told, with what to do.
func TestMachineInTheWay(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(context.Context, sandbox.Job, sandbox.Sink) (*sandbox.Result, error) {
			return nil, fmt.Errorf("run a program: %w", &sandbox.MachineError{Says: "the disk is full: make room in /data", Err: errors.New("no space left on device")})
		})
	})
	w.api(http.MethodPost, "/api/runs", files("x")).want(t, 503, "/problems/machine", "The disk is full: make room in /data.")
	a := w.api(http.MethodPost, "/api/runs", files("x"), "Accept: text/event-stream").want(t, 200, "/problems/machine")
	if got := names(a.events(t)); got != "run problem" {
		t.Errorf("events = %s", got)
	}
}

func TestPanicLosesOneRequest(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(context.Context, sandbox.Job, sandbox.Sink) (*sandbox.Result, error) { panic("oh") })
	})
	w.api(http.MethodPost, "/api/runs", files("x")).want(t, 500, "Something broke on our side")
	w.do(http.MethodGet, "/healthz", "").want(t, 200)
	if n := w.site.live.count(); n != 0 {
		t.Errorf("%d runs are still counted as live", n)
	}
}

// waits is a Runner that runs until it is stopped, and says when it began and
// ended.
func waits(began, ended chan<- struct{}) scripted {
	return func(ctx context.Context, _ sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
		sink(sandbox.Event{Name: "out", Out: &sandbox.Output{Stream: "stdout", Text: "on"}})
		began <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return &sandbox.Result{Status: sandbox.StatusKilled, Diagnostics: []sandbox.Diagnostic{sandbox.StopOf(ctx)}}, nil
	}
}

// A client that goes away ends its run and frees the place (S05).
func TestClientGone(t *testing.T) {
	for _, accept := range []string{"text/event-stream", "application/json"} {
		began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
		w := newWorld(t, func(c *Config) { c.Runner, c.Busy = waits(began, ended), 1 })
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-began
			leave()
		}()
		_, err := w.send(ctx, http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
			"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: "+accept)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: err = %v, want that the client left", accept, err)
		}
		<-ended // the run's context ended: this hangs when it does not
	}
}

func TestStop(t *testing.T) {
	began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
	w := newWorld(t, func(c *Config) { c.Runner = waits(began, ended) })
	resp, err := w.start(t.Context(), http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
		"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-began
	first := make([]byte, 4096)
	n, err := resp.Body.Read(first) // events come before the end: they are flushed
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(first[:n]), `{"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	w.api(http.MethodDelete, "/api/runs/"+id, nil).want(t, 204)
	<-ended
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil || !strings.Contains(b.String(), `"status":"killed"`) {
		t.Errorf("the rest of the stream = %q, %v; want a killed result", b.String(), err)
	}
	w.api(http.MethodDelete, "/api/runs/"+id, nil).want(t, 204) // it has ended: that is all right
	w.api(http.MethodDelete, "/api/runs/nothing", nil).want(t, 404, "no run")
}

// More than there is room for is told so, at once, and works again later (S06).
func TestBusy(t *testing.T) {
	began, ended := make(chan struct{}, 8), make(chan struct{}, 8)
	w := newWorld(t, func(c *Config) { c.Runner, c.Busy = waits(began, ended), 3 })
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			_, _ = w.send(ctx, http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
				"Authorization: Bearer "+testToken, "Content-Type: application/json")
		})
		<-began
	}
	a := w.api(http.MethodPost, "/api/runs", files("x")).want(t, 429, "3 runs and checks are under way", `"allowed":3`)
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.api(http.MethodPost, "/api/exercises/01-01/checks", map[string]any{"files": []sandbox.File{{Name: "double.go", Content: "x"}}}).want(t, 429)
	leave()
	wg.Wait()
	for range 3 {
		<-ended
	}
}

// The options of a cell are the defaults of its runs; the request goes first.
func TestCellOptions(t *testing.T) {
	var got []sandbox.Job
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(_ context.Context, job sandbox.Job, _ sandbox.Sink) (*sandbox.Result, error) {
			got = append(got, job)
			return &sandbox.Result{Status: sandbox.StatusOK}, nil
		})
	})
	two := []sandbox.File{{Name: "main.go", Content: "m"}, {Name: "in.txt", Content: "mine"}}
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": two, "key": "cell:start/reads"}).want(t, 200)
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": two, "key": "cell:start/reads", "stdin": "", "args": []string{"x"}}).want(t, 200)
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": two[:1], "key": "cell:start/traced"}).want(t, 200)
	w.api(http.MethodPost, "/api/runs", map[string]any{"files": two[:1], "key": "cell:start/traced", "trace": false, "procs": 2,
		"limits": map[string]any{"wall": 1500, "memory": 1 << 20}}).want(t, 200)
	for limit, says := range map[string]string{
		`"memory":4096`: `"detail":"limits.memory is 4096; it can be 0 (the default), or 1048576 to 1073741824 bytes.","limit":{"name":"limits.memory","allowed":1048576,"used":4096}`,
		`"processes":3`: `it can be 0 (the default), or 16 to 512 tasks.","limit":{"name":"limits.processes","allowed":16,"used":3}`,
		`"wall":61000`:  `it can be 0 (the default), or 1 to 60000 ms.","limit":{"name":"limits.wall","allowed":60000,"used":61000}`,
		`"wall":0.5`:    `limits.wall is 0.5; it can be 0 (the default), or 1 to 60000 ms.","limit":{"name":"limits.wall","allowed":1,"used":0.5}`,
	} {
		w.api(http.MethodPost, "/api/runs", json.RawMessage(`{"files":[{"name":"main.go","content":"m"}],"limits":{`+limit+`}}`)).want(t, 422, says)
	}
	if j := got[0]; j.Stdin != "mine" || !slices.Equal(j.Args, []string{"one", "two"}) || len(j.Files) != 1 {
		t.Errorf("job of the cell = %+v", j)
	}
	if j := got[1]; j.Stdin != "" || !slices.Equal(j.Args, []string{"x"}) {
		t.Errorf("job of the request = %+v", j)
	}
	if j := got[2]; !j.Trace || j.Procs != 1 {
		t.Errorf("job of the traced cell = %+v", j)
	}
	if j := got[3]; j.Trace || j.Procs != 2 || ms(j.Limits.Wall) != 1500 || j.Limits.Memory != 1<<20 {
		t.Errorf("job of the request = %+v", j)
	}
	c := w.site.cells["cell:start/hello"].cell
	c.Options["cpulimit"] = "1.5"
	defer delete(c.Options, "cpulimit")
	for ask, want := range map[string]float64{`{"cpulimit":2}`: 2, `{}`: 1.5, `{"kind":"asm"}`: 0, `{"clock":"fake"}`: 0} {
		var req runRequest
		if err := json.Unmarshal([]byte(ask), &req); err != nil {
			t.Fatal(err)
		}
		req.Files, req.Key = two[:1], "cell:start/hello"
		if job, err := w.site.jobOf(&req); err != nil || job.CPULimit != want {
			t.Errorf("%s of a listing with cpulimit=1.5: %v, %v; want %v", ask, job.CPULimit, err, want)
		}
	}
	c = w.site.cells["cell:start/traced"].cell // with procs=1
	c.Options["vary"], c.Options["procs"] = "GOMAXPROCS:1,2", ""
	defer func() { c.Options["procs"] = "1"; delete(c.Options, "vary") }()
	for ask, want := range map[string]int{`{}`: 2, `{"procs":2}`: 0, `{"vary":"GOMAXPROCS:1,2,3"}`: 3, `{"kind":"profile:cpu"}`: 0, `{"clock":"fake"}`: 0} {
		var req runRequest
		if err := json.Unmarshal([]byte(ask), &req); err != nil {
			t.Fatal(err)
		}
		req.Files, req.Key = two[:1], "cell:start/traced"
		if job, err := w.site.jobOf(&req); err != nil || len(job.Vary) != want {
			t.Errorf("%s of a listing that is varied: %v, %v; want %d values", ask, job.Vary, err, want)
		}
	}
	for _, j := range got {
		if j.Key == "" || j.Kind != sandbox.KindProgram {
			t.Errorf("job = %+v, want a person and a kind", j)
		}
	}
}

func TestFormat(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPost, "/api/format", files("package main")).want(t, 200, `"diagnostics":[]`, `"content":"package main"`)
	w.api(http.MethodPost, "/api/format", files("BAD")).want(t, 200, "expected 'package'")
}

func TestDiagnose(t *testing.T) {
	w := newWorld(t, nil)
	w.api(http.MethodPost, "/api/diagnose", files("package main")).want(t, 200, `{"diagnostics":[]}`)
	w.api(http.MethodPost, "/api/diagnose", files("BAD")).want(t, 200, "expected 'package'")
	w.api(http.MethodPost, "/api/diagnose", files(strings.Repeat("x", 65<<10))).want(t, 413, "65536")
}

// What is kept is bounded by bytes; the newest stays whatever its size.
func TestRecent(t *testing.T) {
	r := newRecent[string](100)
	for _, id := range []string{"a", "b", "c"} {
		r.put(id, id, 40)
	}
	if _, ok := r.get("a"); ok {
		t.Error("a is kept though 120 bytes are over 100")
	}
	r.get("b")
	r.put("d", "d", 40)
	if _, ok := r.get("c"); ok {
		t.Error("c is kept though b was used after it")
	}
	r.put("big", "big", 1000)
	if v, ok := r.get("big"); !ok || v != "big" || r.bytes != 1000 {
		t.Errorf("big = %q, %v with %d bytes", v, ok, r.bytes)
	}
	r.put("big", "again", 10)
	if r.bytes != 10 {
		t.Errorf("%d bytes after one was replaced, want 10", r.bytes)
	}
}

// One that is as large as may be pushes out another large one, and none of the
// small ones.
func TestRecentKeepsTheSmall(t *testing.T) {
	r := newRecent[string](100)
	for _, id := range []string{"s", "t", "u"} {
		r.put(id, id, 2)
	}
	r.put("large", "large", 60)
	r.put("larger", "larger", 90)
	for id, want := range map[string]bool{"s": true, "t": true, "u": true, "large": false, "larger": true} {
		if _, ok := r.get(id); ok != want {
			t.Errorf("%s is kept: %t", id, ok)
		}
	}
}

// A quiet run is kept alive by comments, which are no events.
func TestHeartbeat(t *testing.T) {
	beats := make(chan struct{})
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(ctx context.Context, _ sandbox.Job, _ sandbox.Sink) (*sandbox.Result, error) {
			<-beats
			return &sandbox.Result{Status: sandbox.StatusOK}, nil
		})
	})
	w.site.pace.beat = time.Millisecond
	resp, err := w.start(t.Context(), http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
		"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got := ""
	for buf := make([]byte, 512); strings.Count(got, "\n\n: still here\n\n") < 2; {
		n, err := resp.Body.Read(buf)
		if got += string(buf[:n]); err != nil {
			t.Fatalf("%v after %q", err, got)
		}
	}
	close(beats)
	rest, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if all := (answer{body: got + string(rest)}).events(t); names(all) != "run result" {
		t.Errorf("events = %s", names(all))
	}
}

// A reader that stops reading loses its run, and does not hold the place.
func TestReaderThatStopsReading(t *testing.T) {
	ended := make(chan struct{})
	w := newWorld(t, func(c *Config) {
		c.Runner = scripted(func(ctx context.Context, _ sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
			defer close(ended)
			flood := strings.Repeat("0123456789", 6000)
			for ctx.Err() == nil {
				sink(sandbox.Event{Name: "out", Out: &sandbox.Output{Stream: "stdout", Text: flood}})
			}
			return &sandbox.Result{Status: sandbox.StatusKilled}, nil
		})
	})
	w.site.pace.within = 50 * time.Millisecond
	resp, err := w.start(t.Context(), http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
		"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	<-ended // this hangs when the run is not given up
}

// Of runs that say so, only the newest of a person and key goes on: the older
// one is told why it ended, and the new one begins when it has.
func TestNewestWins(t *testing.T) {
	began, ended := make(chan struct{}, 8), make(chan struct{}, 8)
	w := newWorld(t, func(c *Config) { c.Runner, c.Busy = waits(began, ended), 2 })
	ask := func(body string) (*http.Response, error) {
		return w.start(t.Context(), http.MethodPost, "/api/runs", body,
			"Authorization: Bearer "+testToken, "Content-Type: application/json", "Accept: text/event-stream")
	}
	const replace, keep = `{"files":[{"name":"a.go","content":"x"}],"replace":true}`, `{"files":[{"name":"a.go","content":"x"}]}`
	var all []*http.Response
	for _, body := range []string{keep, replace, replace, replace} { // more than may be under way at once
		resp, err := ask(body)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		<-began
		all = append(all, resp)
	}
	for i := 1; i <= 2; i++ {
		var b bytes.Buffer
		if _, err := b.ReadFrom(all[i].Body); err != nil || !strings.Contains(b.String(), `"status":"killed"`) || !strings.Contains(b.String(), "a newer run took its place") {
			t.Errorf("older run %d: %v %s", i, err, b.String())
		}
	}
	if n := w.site.live.count(); n != 2 {
		t.Errorf("%d are under way, want the newest and the one that did not ask", n)
	}
	if len(ended) != 2 {
		t.Errorf("%d ended, want the 2 older ones", len(ended))
	}
}

// Each way of stopping a run has a sentence of its own.
func TestWhyItWasStopped(t *testing.T) {
	for why, want := range map[string]string{"delete": "as was asked", "server": "the server is stopping"} {
		began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
		w := newWorld(t, func(c *Config) { c.Runner = waits(began, ended) })
		var end func()
		_, id, done, err := w.site.live.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done()
		if w.site.live.kill(id) {
			t.Error("a run that has ended is stopped again")
		}
		got := make(chan string, 1)
		go func() {
			a, err := w.send(t.Context(), http.MethodPost, "/api/runs", `{"files":[{"name":"a.go","content":"x"}]}`,
				"Authorization: Bearer "+testToken, "Content-Type: application/json")
			if err != nil {
				got <- err.Error()
				return
			}
			got <- a.body
		}()
		<-began
		switch why {
		case "delete":
			w.site.live.mu.Lock()
			for id := range w.site.live.under {
				end = func() { w.site.live.kill(id) }
			}
			w.site.live.mu.Unlock()
		case "server":
			end = w.site.live.stop
		}
		end()
		if text := <-got; !strings.Contains(text, `"status":"killed"`) || !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %q", why, text, want)
		}
	}
}
