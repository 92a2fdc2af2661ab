package toolchain

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"course/tutor/sandbox"
)

//go:embed lessons.txt
var lessonText string

// lesson is what we add to a message of the toolchain or the runtime; see
// lessons.txt.
type lesson struct {
	name  string         // CODE or CODE/VARIANT
	code  string         // of the diagnostics it is for
	match *regexp.Regexp // of the message; nil: any
	text  string
}

// lessons are all there are, in the order of lessons.txt. They are read when the
// first is wanted: each child of tutor starts with this package.
var lessons = sync.OnceValue(func() []lesson {
	list, err := readLessons(lessonText)
	if err != nil {
		panic(err) // a slip in lessons.txt, which no test survives
	}
	return list
})

// readLessons reads the table of lessons.
func readLessons(text string) ([]lesson, error) {
	var list []lesson
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		l, err := readLesson(paragraph)
		switch {
		case err != nil:
			return nil, fmt.Errorf("lessons.txt: %q: %w", l.name, err)
		case l.name != "":
			list = append(list, l)
		}
	}
	return list, nil
}

func readLesson(paragraph string) (l lesson, err error) {
	var words []string
	for line := range strings.Lines(paragraph) {
		line = strings.TrimSuffix(line, "\n")
		pattern, isMatch := strings.CutPrefix(line, "match ")
		switch {
		case line == "", strings.HasPrefix(line, "#"):
		case l.name == "":
			l.name = line
			l.code, _, _ = strings.Cut(line, "/")
		case isMatch:
			if l.match, err = regexp.Compile(pattern); err != nil {
				return l, err
			}
		default:
			words = append(words, line)
		}
	}
	l.text = strings.Join(words, " ")
	switch {
	case l.name == "" && l.text == "":
	case l.text == "":
		err = fmt.Errorf("the lesson has no text")
	case l.ours() && l.match == nil:
		err = fmt.Errorf("the lesson needs a match: messages of this kind come without a code")
	}
	return l, err
}

// family is what a code of ours begins with: syntax, build or runtime.
func family(code string) string {
	name, _, _ := strings.Cut(code, ":")
	return name
}

// ours says whether the code is one that the lesson gives, rather than one
// that comes with the message.
func (l *lesson) ours() bool {
	switch family(l.code) {
	case "syntax", "build", "runtime":
		return true
	}
	return false
}

// lessonFor finds the lesson for a message of the toolchain with its code; ""
// when it came without one.
func lessonFor(code, message string) *lesson {
	all := lessons()
	for i := range all {
		l := &all[i]
		fits := l.code == code
		if code == "" {
			fits = l.match != nil && family(l.code) != "runtime"
		}
		if fits && (l.match == nil || l.match.MatchString(message)) {
			return l
		}
	}
	return nil
}

// runtimeLesson finds the lesson for what the runtime said.
func runtimeLesson(message string) *lesson {
	all := lessons()
	for i := range all {
		l := &all[i]
		if family(l.code) == "runtime" && l.match.MatchString(message) {
			return l
		}
	}
	return nil
}

// explain adds a lesson to a diagnostic, if there is one for it.
func explain(d *sandbox.Diagnostic) {
	if l := lessonFor(d.Code, d.Message); l != nil {
		d.Code, d.Explain = l.code, l.text
	}
}

// explainAll adds lessons to diagnostics.
func explainAll(list []sandbox.Diagnostic) []sandbox.Diagnostic {
	for i := range list {
		explain(&list[i])
	}
	return list
}
