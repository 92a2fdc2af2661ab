package site

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// selfTraced writes a trace to a file, and leaks two goroutines.
const selfTraced = `package main

import (
	"os"
	"runtime/trace"
	"time"
)

func main() {
	f, _ := os.Create("own.out")
	trace.Start(f)
	for range 2 {
		go func() { <-make(chan int) }()
	}
	time.Sleep(20 * time.Millisecond)
	trace.Stop()
	f.Close()
}
`

// A trace that a program writes itself can be opened, whether the run was
// traced or not; a traced run tells which leaks are proved.
func TestTracesOfAProgramsOwn(t *testing.T) {
	w := realWorld(t, nil)
	for _, traced := range []bool{false, true} {
		res := w.run(map[string]any{"files": []sandbox.File{{Name: "main.go", Content: selfTraced}}, "trace": traced})
		if res.Status != sandbox.StatusOK {
			t.Fatalf("%s: %v", res.Status, res.Diagnostics)
		}
		panel := w.page("/runs/" + res.ID + "/panel")
		panel.want(t, http.StatusOK)
		own := ""
		for _, a := range res.Artifacts {
			if a.Kind == "trace-file" && a.Name == "own.out" {
				own = a.ID
			}
		}
		if own == "" || !strings.Contains(panel.body, `href="/traces/`+own+`"`) || !strings.Contains(panel.body, "Open the trace that the program wrote") {
			t.Fatalf("traced %v: the program's trace %q is not offered:\n%s", traced, own, panel.body)
		}
		if page := w.page("/traces/"+own).want(t, http.StatusOK); !strings.Contains(page.body, "own.out") {
			t.Errorf("traced %v: the page of the trace does not name it", traced)
		}
		if raw := w.api(http.MethodGet, "/api/traces/"+own+"/raw", nil); !strings.HasPrefix(raw.body, "go 1.") {
			t.Errorf("traced %v: the file is %.20q", traced, raw.body)
		}
		if proved := strings.Contains(panel.body, "proved by the garbage collector"); proved != traced {
			t.Errorf("traced %v: leaks are proved: %v", traced, proved)
		}
		if traced && (res.Trace.Leaks == nil || res.Trace.Leaks.N != 2) {
			t.Errorf("%+v", res.Trace.Leaks)
		}
	}
}

// A traced run that left no trace says why, in place of the trace.
func TestWhyThereIsNoTrace(t *testing.T) {
	w := realWorld(t, nil)
	res := w.run(map[string]any{"files": []sandbox.File{{Name: "main.go", Content: "package main\nimport \"runtime\"\nfunc main() { runtime.Breakpoint() }\n"}}, "trace": true})
	if res.Trace == nil || res.Trace.Problem == "" {
		t.Fatalf("it left one: %+v", res.Trace)
	}
	if panel := w.page("/runs/" + res.ID + "/panel"); !strings.Contains(panel.body, res.Trace.Problem) {
		t.Errorf("%q is not said in\n%s", res.Trace.Problem, panel.body)
	}
}

// A second traced run of a listing can be compared with the first, and no run
// with itself, with another listing's, or with a later one.
func TestARunIsComparedWithTheOneBefore(t *testing.T) {
	w := realWorld(t, nil)
	run := func(key string) string {
		res := w.run(map[string]any{"key": key, "files": []sandbox.File{{Name: "main.go", Content: "package main\nfunc main() { go func() {}() }\n"}}, "trace": true})
		if res.Trace == nil || res.Trace.ID == "" {
			t.Fatalf("%s left no trace: %+v", res.Status, res.Trace)
		}
		return res.Trace.ID
	}
	offers := func(id string) bool {
		return strings.Contains(w.page("/runs/"+id+"/panel").want(t, http.StatusOK).body, "Compare with the run before")
	}
	first, other := run("cell:start/traced"), run("cell:start/hello")
	second := run("cell:start/traced")
	if offers(first) || offers(other) {
		t.Error("a first run is to be compared with another listing's, or with a later one")
	}
	at := "/traces/compare?a=" + first + "&amp;b=" + second
	w.page("/runs/"+second+"/panel").want(t, http.StatusOK, at)
	both := w.page(strings.ReplaceAll(at, "&amp;", "&")).want(t, http.StatusOK, "Goroutines made")
	if names := regexp.MustCompile(`<p class="trace-t">(Your run of traced \([\d:.]+\))</p>`).FindAllStringSubmatch(both.body, -1); len(names) != 2 || names[0][1] == names[1][1] {
		t.Errorf("the two runs are called %q", names)
	}
	if since := regexp.MustCompile(`<td>\d\d:\d\d:\d\d</td>`); len(since.FindAllString(w.page("/traces").want(t, http.StatusOK).body, -1)) != 3 {
		t.Error("the list does not say since when it has the three")
	}
}
