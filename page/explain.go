package page

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// explanation follows the output of a run that went wrong: a title that is a
// fact, a few sentences, one place to go to.
type explanation struct {
	Title string
	Text  []string
	File  string // of the line to go to
	Line  int    // 0: none
	Races []explainedRace
}

// explainedRace is a race: its two accesses.
type explainedRace struct {
	Title    string // which of several it is; "" where there is one
	Accesses [2]explainedPlace
}

// explainedPlace is a line to go to, with what happened there.
type explainedPlace struct {
	File string
	Line int
	Text string
}

// explain says why a run ended as it did. It is nil where the output says all.
func explain(r *sandbox.Result) *explanation {
	if words, isLimit := limitWords[r.Status]; isLimit {
		return words(r)
	}
	switch r.Status {
	case sandbox.StatusDeadlock:
		return withGoroutines(explainDiagnostic(r.Diagnostics), r.Diagnostics)
	case sandbox.StatusRace:
		return withAccesses(explainDiagnostic(r.Diagnostics), r.Diagnostics)
	case sandbox.StatusTestFailed:
		if ofRace(r.Diagnostics) {
			return withAccesses(explainDiagnostic(r.Diagnostics), r.Diagnostics)
		}
		if bubble := ofBubble(r.Diagnostics); len(bubble) > 0 {
			return withGoroutines(explainDiagnostic(bubble), bubble)
		}
		return explainDiagnostic(r.Diagnostics)
	case sandbox.StatusRuntimeError, sandbox.StatusForbidden:
		return explainDiagnostic(r.Diagnostics)
	}
	return nil
}

// ofRace says whether a race is what is explained.
func ofRace(diags []sandbox.Diagnostic) bool {
	for _, d := range diags {
		if d.Explain != "" && !isVet(d) {
			return d.Code == "runtime:race"
		}
	}
	return false
}

// ofBubble are the diagnostics of a bubble of testing/synctest that is blocked:
// that it is, and then each of its goroutines.
func ofBubble(diags []sandbox.Diagnostic) (of []sandbox.Diagnostic) {
	for _, d := range diags {
		if d.Code == "runtime:bubble-deadlock" {
			of = append(of, d)
		}
	}
	return of
}

// withAccesses adds the accesses of each race: what each was, and who made it.
func withAccesses(e *explanation, diags []sandbox.Diagnostic) *explanation {
	if e == nil {
		return nil
	}
	e.Line = 0 // there are two lines to go to
	for _, d := range diags {
		if d.Code != "runtime:race" {
			continue
		}
		// The diagnostic at the second line of a race says the same as the one
		// at its first.
		one, two, ok := accesses(d)
		if ok && !slices.ContainsFunc(e.Races, func(r explainedRace) bool { return r.Accesses == [2]explainedPlace{two, one} }) {
			e.Races = append(e.Races, explainedRace{Accesses: [2]explainedPlace{one, two}})
		}
	}
	for i := range e.Races {
		if len(e.Races) > 1 {
			e.Races[i].Title = fmt.Sprintf("Race %d of %d", i+1, len(e.Races))
		}
	}
	return e
}

// accesses reads both out of the message of a race: ACCESS; ACCESS at FILE:LINE.
// The first is at the line of the diagnostic.
func accesses(d sandbox.Diagnostic) (one, two explainedPlace, ok bool) {
	words, isRace := strings.CutPrefix(d.Message, "data race: ")
	first, second, both := strings.Cut(words, "; ")
	if !isRace || !both {
		return one, two, false
	}
	one, two = explainedPlace{d.File, d.Line, Capital(first)}, explainedPlace{Text: Capital(second)}
	if m := placeAtEnd.FindStringSubmatch(second); m != nil {
		two.Text, two.File = Capital(m[1]), m[2]
		two.Line, _ = strconv.Atoi(m[3]) // digits
	}
	return one, two, true
}

var placeAtEnd = regexp.MustCompile(`^(.*) at (\S+):(\d+)$`)

// withGoroutines adds to an explanation where each goroutine was and what it
// waited for: the diagnostics after the first.
func withGoroutines(e *explanation, diags []sandbox.Diagnostic) *explanation {
	if e == nil {
		return nil
	}
	for _, d := range diags[min(1, len(diags)):] {
		if !strings.HasPrefix(d.Code, "runtime:") {
			continue
		}
		text := Capital(d.Message)
		if d.Line > 0 {
			text += fmt.Sprintf(", at %s:%d", d.File, d.Line)
		}
		e.Text = append(e.Text, strings.TrimSpace(text+". "+d.Explain))
	}
	return e
}

// explainDiagnostic takes the first diagnostic that explains itself.
func explainDiagnostic(diags []sandbox.Diagnostic) *explanation {
	for _, d := range diags {
		if d.Explain == "" || isVet(d) {
			continue
		}
		title, rest := firstSentence(d.Explain)
		e := &explanation{Title: title, File: d.File, Line: d.Line}
		if rest != "" {
			e.Text = []string{rest}
		}
		return e
	}
	return nil
}

// firstSentence cuts text after its first full stop that ends a sentence.
func firstSentence(text string) (first, rest string) {
	for i := 0; i+1 < len(text); i++ {
		if (text[i] == '.' || text[i] == ':') && (text[i+1] == ' ' || text[i+1] == '\n') {
			return strings.TrimSuffix(text[:i+1], ":"), strings.TrimSpace(text[i+1:])
		}
	}
	return text, ""
}

// limitWords explain each limit: what it was, and what to look for.
var limitWords = map[sandbox.Status]func(*sandbox.Result) *explanation{
	sandbox.StatusTimeLimit: func(r *sandbox.Result) *explanation {
		allowed := "its time"
		if r.Limit != nil {
			allowed = trimZero(seconds(r.Limit.Allowed)) + " s"
		}
		return limitExplanation(r, "It was still running after "+allowed,
			"Look for a loop that never ends, or a goroutine that waits for something that never comes. If the work is only too much, do less of it: a smaller input shows the same thing.")
	},
	sandbox.StatusMemoryLimit: func(r *sandbox.Result) *explanation {
		allowed := "it may have"
		if r.Limit != nil {
			allowed = megabytes(r.Limit.Allowed) + " MB"
		}
		return limitExplanation(r, "It asked for more memory than "+allowed,
			"What is still reachable can’t be collected. If you meant to measure growth, stop at a size and print it.")
	},
	sandbox.StatusOutputLimit: func(r *sandbox.Result) *explanation {
		return limitExplanation(r, "It printed more than a page can show",
			"The rest was thrown away. Print less often, or only what you compare.")
	},
	sandbox.StatusProcessLimit: func(r *sandbox.Result) *explanation {
		return limitExplanation(r, "It started more threads or processes than it may",
			"Goroutines don’t count here, threads do: each goroutine that blocks in a system call holds one.")
	},
	sandbox.StatusDiskLimit: func(r *sandbox.Result) *explanation {
		return limitExplanation(r, "It filled its disk",
			"A program has a small private /tmp that is gone when it ends. Remove files it no longer needs, or write less.")
	},
	sandbox.StatusCompileLimit: func(r *sandbox.Result) *explanation {
		return limitExplanation(r, "Building it took more than it may",
			"Some sources make any compiler work without end: constants that double, types that contain themselves, very long expressions. Take out what was added last.")
	},
}

// limitExplanation prefers the words of a diagnostic of this very run; the
// title, with the number, stays.
func limitExplanation(r *sandbox.Result, title, text string) *explanation {
	for _, d := range r.Diagnostics {
		if d.Explain != "" && !isVet(d) {
			e := &explanation{Title: title, Text: []string{d.Explain}, File: d.File, Line: d.Line}
			return withGoroutines(e, r.Diagnostics)
		}
	}
	return &explanation{Title: title, Text: []string{text}}
}
