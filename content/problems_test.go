package content

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

const head = "---\ntitle: T\n---\n"

// course is a course of one chapter with a page of its own and one section.
func course(section string, more fstest.MapFS) fstest.MapFS {
	fsys := fstest.MapFS{
		"course.yaml":     {Data: []byte("title: C\nchapters: [03-s]\n")},
		"03-s/index.md":   {Data: []byte(head + "Text.\n\n## Here\n")},
		"03-s/01-page.md": {Data: []byte(section)},
	}
	for name, f := range more {
		fsys[name] = f
	}
	return fsys
}

func problemsOf(t *testing.T, fsys fstest.MapFS) []Problem {
	t.Helper()
	c, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return c.Problems
}

// Ensure that each mistake in the text is told with its line, rule and mend.
func TestProblems(t *testing.T) {
	listing := "```go run id=a\npackage main\n```\n"
	for _, tc := range []struct{ name, body, want string }{
		{"verb", "```go rnu id=a\nx\n```\n", `4: fence-word: unknown verb "rnu" of a go fence (did you mean "run"?)`},
		{"key", "```go run procz=1\nx\n```\n", `4: fence-word: unknown word "procz" (did you mean "procs"?)`},
		{"value", "text\n\n```go run procs=no\nx\n```\n", "6: fence-word: procs=no: want a whole number"},
		{"twice", "```go run race race\nx\n```\n", "4: fence-word: race stands twice"},
		{"flag value", "```go run race=1\nx\n```\n", "4: fence-word: race takes no value"},
		{"no value", "```go run timeout\nx\n```\n", "4: fence-word: timeout needs a value"},
		{"quote", "```go run args=\"a b\nx\n```\n", "4: fence-word: the quote in"},
		{"language", "```goo run\nx\n```\n", `4: fence-word: unknown language "goo" (did you mean "go"?)`},
		{"words after sh", "```sh run\nx\n```\n", "4: fence-word: nothing may follow sh"},
		{"expect", "```go run expect=deadlok\nx\n```\n", "4: fence-word: expect=deadlok: want panic, exit:N"},
		{"focus", "```go run trace focus=lanes\nx\n```\n", "4: fence-word: focus=lanes: want goroutines, procs, threads"},
		{"see", "```go run trace see=steal\nx\n```\n", "4: fence-word: see=steal: want convoy, first-steal"},
		{"time", "```go run trace t=2ms..1ms\nx\n```\n", "4: fence-word: t=2ms..1ms: want FROM..TO"},
		{"bookmark without a trace", "```go run look=\"the gap\"\nx\n```\n", "4: fence-word: look= points into a trace, and the listing takes none (add trace, or take look= out)"},
		{"two bookmarks", "```go run trace see=leak t=0s..1ms\nx\n```\n", "4: fence-word: t= and see= point at two things"},
		{"compare one", "<!-- compare a=x -->\n", "4: fence-word: compare needs two listings"},
		{"compare word", "<!-- compare c=x -->\n", `4: fence-word: unknown word "c" after compare`},
		{"compare nothing", listing + "\n<!-- compare a=a b=c -->\n", "8: compare: no traced listing of this page has id=a"},
		{"compare almost", "<!-- compere a=a b=c -->\n", `4: fence-word: unknown comment "compere" (did you mean "compare"?)`},
		{"text word", listing + "```text outptu\nx\n```\n", `7: fence-word: unknown word "outptu" after text (did you mean "output"?)`},
		{"output modes", listing + "```text output match unordered\nx\n```\n", "7: fence-word: an output is compared in one way"},
		{"bare go", "```go\nx\n```\n", "4: unchecked: the listing claims nothing"},
		{"bad id", "```go run id=A_b\nx\n```\n", "4: fence-id: id=A_b: want lower-case"},
		{"same id", listing + "\n" + listing, "8: fence-id: id=a stands at 03-s/01-page.md:4 already"},
		{"lonely output", "```text output\nx\n```\n", "4: output: no listing that runs stands directly above"},
		{"output after prose", listing + "\nprose\n\n```text output\nx\n```\n", "10: output: no listing that runs"},
		{"two outputs", listing + "```text output\nx\n```\n```text output\nx\n```\n", "10: output: the listing has two fences of output"},
		{"bad pattern", listing + "```text output match\nok\n(\n```\n", "9: output: error parsing regexp"},
		{"first", listing + "```text output first=2\na\n```\n", "7: output: first=2, and the fence shows 1 lines"},
		{"empty", "```go run\n```\n", "4: compile: the listing is empty"},
		{"stdin", "```go run stdin=in.txt\nx\n```\n", "4: fence-word: stdin=in.txt is no file of the fence"},
		{"archive", "```go run\n-- ../x.go --\nx\n```\n", `4: fence-word: "../x.go" is no name of a file of a program`},
		{"exercise without file", "```go exercise=03-01\n```\n", "4: fence-word: an exercise's fence needs file="},
		{"alert", "> [!NOTICE]\n> x\n", `4: fence-word: unknown alert "[!NOTICE]"`},
		{"link", "a\n\n[x](02-no.md)\n", `6: link: the link to "02-no.md" leads nowhere`},
		{"absolute", "[x](/chapters/s)\n", "4: link: the link to"},
		{"scheme", "[x](ftp://y)\n", `4: link: unknown kind of link "ftp:"`},
		{"state", "[x](state:runable)\n", `4: link: unknown goroutine state "runable" (did you mean "runnable"?)`},
		{"anchor", "## Here\n\n[x](#heer)\n", `6: anchor: 03-s/01-page.md has no heading or listing "#heer" (did you mean "here"?)`},
		{"anchor elsewhere", "[x](index.md#there)\n", `4: anchor: 03-s/index.md has no heading`},
		{"alt", "![](p.svg)\n", "4: alt: the picture has no alternative text"},
		{"picture", "![a](q.svg)\n", "4: link: picture q.svg: there is no such file"},
		{"diagram", "```mermaid\ngraph LR\n```\n", "4: alt: the diagram has no text alternative"},
		{"level", "## A\n\n#### B\n", "6: heading: a level 4 heading follows level 2"},
		{"title", "# Other\n", `4: heading: the heading says "Other", the front matter "T"`},
		{"second title", "# T\n\n# T\n", "6: heading: a second title"},
		{"html", "<div>\nx\n</div>\n", `4: html: "<div>" is not allowed here`},
		{"inline html", "a <b>x</b>\n", `4: html: "<b>" is not allowed here`},
		{"script", "<script>alert(1)</script>\n", "4: html:"},
		{"open details", "<details><summary>H</summary>\n\nx\n", "4: hint: <details> is never closed"},
		{"close details", "x\n\n</details>\n", "6: hint: </details> closes nothing"},
		{"summary", "<details>\n\nx\n\n</details>\n", "4: hint: the <details> has no <summary>"},
		{"quiz id", "<!-- quiz -->\nQ?\n\n- [ ] a\n- [x] b\n", "4: fence-id: the quiz has no good id"},
		{"quiz without list", "<!-- quiz id=q -->\nQ?\n", "4: fence-word: <!-- quiz --> needs a question and a task list"},
		{"quiz without answer", "<!-- quiz id=q -->\nQ?\n\n- [ ] a\n- [ ] b\n", "7: fence-word: the quiz has 2 choices, 0 of them right"},
		{"predict alone", "<!-- predict -->\nQ?\n\n- [ ] a\n- [x] b\n\ntext\n", "4: fence-word: no listing follows the prediction"},
		{"comment", "<!-- quizz id=q -->\n", `4: fence-word: unknown comment "quizz" (did you mean "quiz"?)`},
		{"task list", "- [ ] a\n", "4: fence-word: a task list belongs to no question"},
		{"number of nothing", "[5](run:jobs#goroutines.peak)\n", "4: number: no listing has id=jobs"},
		{"number untraced", listing + "\n[5](run:a#goroutines.peak)\n", "8: number: listing a takes no trace and is no benchmark"},
		{"number without metric", "[5](run:a)\n", "4: number: the number does not say what it is"},
		{"tolerance", "[5](run:a#x \"10\")\n", `4: number: "10" is no tolerance`},
		{"fact", "[5](src:runtime/proc.go \"(\")\n", "4: fact: read the pattern"},
		{"fact without pattern", "[5](src:runtime/proc.go)\n", "4: fact: the fact names no file or no pattern"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, p := range problemsOf(t, course(head+tc.body, nil)) {
				if strings.HasPrefix(p.String(), "03-s/01-page.md:"+tc.want) {
					return
				}
			}
			t.Errorf("want %q, got %q", tc.want, problemsOf(t, course(head+tc.body, nil)))
		})
	}
}

// Ensure that mistakes in course.yaml and in front matter are told.
func TestHeaderProblems(t *testing.T) {
	for _, tc := range []struct{ name, file, text, want string }{
		{"key", "03-s/01-page.md", "---\ntitle: T\nminuets: 5\n---\n", `03-s/01-page.md:3: front-matter: unknown field "minuets"`},
		{"type", "03-s/01-page.md", "---\ntitle: T\nminutes: five\n---\n", "03-s/01-page.md:3: front-matter:"},
		{"none", "03-s/01-page.md", "# T\n", "03-s/01-page.md:1: front-matter: the page has no front matter"},
		{"open", "03-s/01-page.md", "---\ntitle: T\n", "03-s/01-page.md:1: front-matter: the page has no front matter"},
		{"no title", "03-s/01-page.md", "---\nminutes: 5\n---\n", "03-s/01-page.md:1: front-matter: title is missing"},
		{"status", "03-s/01-page.md", "---\ntitle: T\nstatus: comming\n---\n", `03-s/01-page.md:3: front-matter: unknown status "comming" (did you mean "coming"?)`},
		{"requires", "03-s/01-page.md", "---\ntitle: T\nrequires: [s/pag]\n---\n", `03-s/01-page.md:3: front-matter: requires names "s/pag", which is no page (did you mean "s/page"?)`},
		{"circle", "03-s/01-page.md", "---\ntitle: T\nrequires: [s/page]\n---\n", "03-s/01-page.md:3: front-matter: in the end the page requires itself"},
		{"encoding", "03-s/01-page.md", head + "a\n\xff\n", "03-s/01-page.md:5: front-matter: the text is not UTF-8"},
		{"name", "03-s/intro.md", head, "03-s/intro.md:1: front-matter: the file is not named NN-slug.md"},
		{"course key", "course.yaml", "title: C\nchapter: [03-s]\n", `course.yaml:2: front-matter: unknown field "chapter"`},
		{"no chapter", "course.yaml", "title: C\nchapters:\n- 03-s\n- 04-t\n", "course.yaml:4: front-matter: chapter 04-t has no folder"},
		{"chapter name", "course.yaml", "title: C\nchapters: [s]\n", `course.yaml:2: front-matter: chapter "s" is not named NN-slug`},
		{"no index", "course.yaml", "title: C\nchapters: [05-u]\n", "05-u/index.md:1: front-matter: the chapter has no page of its own"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			more := fstest.MapFS{tc.file: {Data: []byte(tc.text)}, "05-u/01-a.md": {Data: []byte(head)}}
			ps := problemsOf(t, course(head, more))
			if !strings.Contains(fmt.Sprint(ps), tc.want) {
				t.Errorf("want %q, got %q", tc.want, ps)
			}
		})
	}
}

// Ensure that a course with mistakes still renders every page.
func TestRenderDespiteProblems(t *testing.T) {
	body := head + "# Other\n\n```goo\nx\n```\n\n[x](no.md) <b>\n\n<details>\n\n- [ ] a\n"
	c, err := Load(course(body, nil))
	if err != nil || len(c.Problems) == 0 {
		t.Fatal(c.Problems, err)
	}
	for _, p := range c.Pages() {
		if err := p.Render(&strings.Builder{}, plainCells{}); err != nil {
			t.Error(err)
		}
	}
}

// Ensure that a course without course.yaml is an error, not a problem.
func TestLoadNothing(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "load course") {
		t.Errorf("got %v", err)
	}
}
