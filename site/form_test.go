package site

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"course/tutor/exercises"
	"course/tutor/learner"
	"course/tutor/sandbox"
)

const mine = "package main\r\n\r\n// mine <&>\"\r\nfunc main() {}\r\n" // as a browser sends a textarea

// follow posts a form and gets the page it leads to.
func (w *world) follow(path string, fields ...string) (answer, *url.URL) {
	w.t.Helper()
	a := w.form(path, fields...).want(w.t, 303)
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || to.Host != "" {
		w.t.Fatalf("Location %q: want a path of ours", a.header.Get("Location"))
	}
	return w.page(to.RequestURI()), to
}

func TestRunByForm(t *testing.T) {
	w := newWorld(t, nil)
	a, to := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", mine, "action", "run")
	if to.Path != "/chapters/start/hello" || to.Query().Get("run") == "" || to.Fragment != "cell-hello" {
		t.Errorf("led to %s", to)
	}
	a.want(t, 200, "// mine &lt;&amp;&gt;", `data-status="ok"`)
	if strings.Contains(a.body, "// mine <&>") {
		t.Error("what the learner typed is markup")
	}
	d := draftOf(t, w, "cell:start/hello")
	if d.Files[0].Content != strings.ReplaceAll(mine, "\r\n", "\n") {
		t.Errorf("draft = %q: want the line ends of Go", d.Files[0].Content)
	}
	// coming back later, without the run in the address, shows it still
	w.page("/chapters/start/hello").want(t, 200, "// mine", `data-status="ok"`)

	reset, _ := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", mine, "action", "reset")
	if strings.Contains(reset.body, "// mine") {
		t.Error("the page shows the draft after a reset")
	}
	w.api("GET", "/api/history/cell:start/hello", nil).want(t, 200, "// mine")
}

func TestRunByFormOfTheChapterPage(t *testing.T) {
	w := newWorld(t, nil)
	a, to := w.follow("/chapters/start/run", "cell", "chapter-own", "file:main.go", mine)
	if to.Path != "/chapters/start" {
		t.Errorf("led to %s", to)
	}
	a.want(t, 200, "// mine")
}

// A run that is refused loses nothing: not when there is no room for it, not
// when there is no Go, not when the text is over its bound.
func TestNothingTypedIsLost(t *testing.T) {
	problem := ""
	w := newWorld(t, func(c *Config) {
		m := c.Machine()
		c.Machine = func() Machine { m.Problem = problem; return m }
	})
	problem = "There is no Go toolchain. Install Go 1.26."
	a, _ := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", mine)
	a.want(t, 200, "// mine", "Install Go 1.26")
	if d := draftOf(t, w, "cell:start/hello"); !strings.Contains(d.Files[0].Content, "// mine") {
		t.Errorf("draft = %+v", d)
	}
	w.follow("/exercises/01-01/check", "file:double.go", mine, "action", "check")
	if d := draftOf(t, w, "exercise:01-01"); !strings.Contains(d.Files[0].Content, "// mine") {
		t.Errorf("draft = %+v", d)
	}
	problem = ""
	w.site.live.stop()
	a, _ = w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", mine+"// more\r\n")
	a.want(t, 200, "// more", "The server is stopping", "What you typed is saved.")
	long := mine + strings.Repeat("// long\n", maxFile/8)
	w.form("/chapters/start/hello/run", "cell", "hello", "file:hello.go", long).want(t, 413, "at most 65,536 (64 KiB)", "// mine", "// long")
	w.form("/exercises/01-01/check", "file:double.go", long).want(t, 413, "at most 65,536 (64 KiB)", "// mine", "// long")
}

// Two windows without scripts: the later one is run, the other text is kept
// and told of.
func TestTwoWindows(t *testing.T) {
	w := newWorld(t, nil)
	w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", "package main // one", "version", "0")
	a, _ := w.follow("/chapters/start/hello/run", "cell", "hello", "file:hello.go", "package main // two", "version", "0")
	a.want(t, 200, "// two", "kept in the history")
	w.api("GET", "/api/history/cell:start/hello", nil).want(t, 200, "// one")
}

func TestCheckByForm(t *testing.T) {
	w := newWorld(t, nil)
	w.page("/exercises/01-01").want(t, 200, "return 0", "What is twice a number?")
	a, to := w.follow("/exercises/01-01/check", "file:double.go", "package double // mine", "answer:why", "because", "action", "check")
	if to.Fragment != "checks" || to.Query().Get("check") == "" {
		t.Errorf("led to %s", to)
	}
	a.want(t, 200, "// mine", "Double(2) is 0, not 4.")
	if d := draftOf(t, w, "exercise:01-01"); d.Answers["why"] != "because" {
		t.Errorf("draft = %+v", d)
	}
	w.page("/verdicts/"+to.Query().Get("check")+"/panel").want(t, 200, "Double(2) is 0, not 4.")

	// saving changes the code, so that the verdict is of older code
	w.follow("/exercises/01-01/check", "file:double.go", "package double // saved", "action", "save")
	w.page("/exercises/01-01").want(t, 200, "// saved", "Double(2) is 0, not 4.")

	a, _ = w.follow("/exercises/01-01/check", "file:double.go", "package double // 2 * n", "action", "check")
	a.want(t, 200, "// 2 * n")
	w.api("GET", "/api/progress", nil).want(t, 200, `"key":"exercise:01-01","state":"passed","points":4,"max_points":4,"attempts":2`)

	back, _ := w.follow("/exercises/01-01/check", "action", "reset")
	back.want(t, 200, "return 0")
}

// The solution is shown when its policy allows it, and not before.
func TestSolution(t *testing.T) {
	w := newWorld(t, nil)
	const solution = "return 2 * n"
	a, to := w.follow("/exercises/01-01/check", "file:double.go", "package double // no", "action", "solution")
	if to.Fragment != "solution" {
		t.Errorf("led to %s", to)
	}
	if strings.Contains(text(a.body), solution) {
		t.Error("the solution is shown before any check")
	}
	if d := draftOf(t, w, "exercise:01-01"); !strings.Contains(d.Files[0].Content, "// no") {
		t.Error("asking for the solution did not save what was typed")
	}
	for range 2 {
		w.follow("/exercises/01-01/check", "file:double.go", "package double // no", "action", "check")
	}
	if a := w.page("/exercises/01-01"); strings.Contains(text(a.body), solution) {
		t.Error("the solution is shown without being asked for")
	}
	a, _ = w.follow("/exercises/01-01/check", "action", "solution")
	if !strings.Contains(text(a.body), solution) {
		t.Error("the solution is not shown after two checks, as its policy says")
	}
}

func TestMaySee(t *testing.T) {
	for _, c := range []struct {
		policy   string
		state    learner.State
		attempts int
		want     bool
	}{
		{"always", learner.Untouched, 0, true},
		{"pass", learner.Tried, 9, false},
		{"pass", learner.Passed, 1, true},
		{"attempts:3", learner.Tried, 2, false},
		{"attempts:3", learner.Tried, 3, true},
		{"due", learner.Tried, 9, false},
		{"", learner.Tried, 9, false},
	} {
		may, says := maySee(exercises.Policy{Solution: c.policy}, learner.Progress{State: c.state, Attempts: c.attempts})
		if may != c.want || says == "" {
			t.Errorf("%+v: %v, %q", c, may, says)
		}
	}
}

func TestSameFiles(t *testing.T) {
	a, b := sandbox.File{Name: "a", Content: "1"}, sandbox.File{Name: "b", Content: "2"}
	if !sameFiles([]sandbox.File{a, b}, []sandbox.File{b, a}) || sameFiles([]sandbox.File{a}, []sandbox.File{a, b}) ||
		sameFiles([]sandbox.File{a}, []sandbox.File{b}) || sameFiles([]sandbox.File{a}, []sandbox.File{{Name: "a"}}) {
		t.Error("sameFiles is wrong")
	}
}

// text is HTML without its tags, as far as these tests need it.
func text(html string) string {
	var b strings.Builder
	for _, part := range strings.Split(html, "<") {
		_, after, _ := strings.Cut(part, ">")
		b.WriteString(after)
	}
	return b.String()
}

func draftOf(t *testing.T, w *world, key string) learner.Draft {
	t.Helper()
	var d learner.Draft
	w.api("GET", "/api/drafts/"+key, nil).want(t, 200).into(t, &d)
	return d
}

// full is a store that can be read and takes nothing more.
type full struct{ learner.Store }

func (full) PutDraft(context.Context, learner.Draft, int) (learner.Draft, error) {
	return learner.Draft{}, errors.New("disk is full")
}

func (full) SetProgress(context.Context, learner.Progress) error { return errors.New("disk is full") }

// What can't be saved stays on the page, which says so.
func TestDiskFull(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Store = full{c.Store} })
	w.form("/chapters/start/hello/run", "cell", "hello", "file:hello.go", mine).want(t, 500, "// mine &lt;&amp;&gt;", "could not be saved")
	w.form("/exercises/01-01/check", "file:double.go", mine, "action", "check").want(t, 500, "// mine &lt;&amp;&gt;", "could not be saved")
	w.page("/chapters/start/hello").want(t, 200)
	w.api("PUT", "/api/drafts/cell:start/hello", files("x")).want(t, 500, "/problems/internal")
}
