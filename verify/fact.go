package verify

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"course/tutor/content"
)

// facts looks up every src: number in the source of the installed toolchain.
func (r *run) facts() error {
	files := map[string]string{}
	for _, p := range r.course.Pages() {
		for _, n := range p.Numbers {
			if n.Scheme == "src" && r.wants(inContent(n.File)) {
				r.fact(n, files)
			}
		}
	}
	return nil
}

func (r *run) fact(n content.Number, files map[string]string) {
	re, err := n.Regexp()
	if err != nil {
		return // told when the page was read
	}
	text, err := r.goSource(n.Target, files)
	if err != nil {
		r.add(inContent(n.File), n.Line, "fact", fmt.Sprintf("%s is no file of %s", n.Target, r.goVersion), "name a file below GOROOT/src, as runtime/proc.go")
		return
	}
	matches := re.FindAllStringSubmatch(text, -1)
	if len(matches) == 0 {
		r.add(inContent(n.File), n.Line, "fact", fmt.Sprintf("nothing in %s of %s matches %q", n.Target, r.goVersion, n.Pattern), "look the fact up again, and mend the pattern")
		return
	}
	said := matches[0][0]
	for _, m := range matches {
		if len(m) > 1 {
			m[0] = m[1]
		}
		if shows(m[0], n.Text) {
			return
		}
		said = m[0]
	}
	r.add(inContent(n.File), n.Line, "fact", fmt.Sprintf("the page says %q, %s says %q", n.Text, n.Target, clip(said)), "write what the source says")
}

func (r *run) goSource(name string, files map[string]string) (string, error) {
	if text, ok := files[name]; ok {
		return text, nil
	}
	if !fs.ValidPath(name) {
		return "", fs.ErrInvalid
	}
	data, err := os.ReadFile(filepath.Join(r.cfg.GOROOT, "src", filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	files[name] = string(data)
	return files[name], nil
}

var firstNumber = regexp.MustCompile(`\d[\d,_]*(?:\.\d+)?`)

// shows reports whether the source holds what the page shows: the page's
// words as whole words, or the same first number.
func shows(source, page string) bool {
	source, page = spaced(source), spaced(page)
	for at := 0; page != ""; {
		i := strings.Index(source[at:], page)
		if i < 0 {
			break
		}
		if whole(source, at+i, at+i+len(page)) {
			return true
		}
		at += i + 1
	}
	want, got := digits(page), digits(source)
	return want != "" && want == got
}

func spaced(s string) string {
	s = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "\u00a0", " ").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func digits(s string) string {
	return strings.NewReplacer(",", "", "_", "").Replace(firstNumber.FindString(s))
}

// whole reports whether s[from:to] is not a piece of a longer word or number.
func whole(s string, from, to int) bool {
	edge := func(i int) bool {
		if i < 0 || i >= len(s) {
			return true
		}
		c := rune(s[i])
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_'
	}
	isWord := func(i int) bool { return !edge(i) }
	return (edge(from-1) || !isWord(from)) && (edge(to) || !isWord(to-1))
}

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
