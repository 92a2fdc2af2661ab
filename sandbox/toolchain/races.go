package toolchain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// maxRaces is how many races of a report get diagnostics.
const maxRaces = 8

// race is one report of the race detector: two accesses to the same memory,
// the newer one first.
type race struct{ accesses []access }

// access is one of them.
type access struct {
	what    string // "read", "previous write", ...
	by      string // "goroutine 8" or "main goroutine"
	frames  []raceLine
	created []raceLine // of the go statement; empty for the main goroutine
}

// raceLine is one line of a stack, innermost first.
type raceLine struct {
	function, file string
	line           int
}

var (
	raceAccess  = regexp.MustCompile(`^(\S.*) at 0x[0-9a-f]+ by (main goroutine|goroutine \d+):$`)
	raceCreated = regexp.MustCompile(`^(Goroutine \d+) \(\w+\) created at:$`)
	raceFrame   = regexp.MustCompile(`^      (.+):(\d+) \+0x[0-9a-f]+$`)
)

// parseRaces reads what the race detector wrote. It is one report after the
// other between lines of equals signs; what looks like none is left out.
func parseRaces(text string) []race {
	var races []race
	for report := range strings.SplitSeq(text, "==================\n") {
		body, ok := strings.CutPrefix(report, "WARNING: DATA RACE\n")
		if !ok {
			continue
		}
		if r := parseRace(body); len(r.accesses) == 2 {
			races = append(races, r)
		}
	}
	return races
}

func parseRace(body string) race {
	var r race
	for paragraph := range strings.SplitSeq(body, "\n\n") {
		head, rest, _ := strings.Cut(strings.TrimRight(paragraph, "\n"), "\n")
		if m := raceAccess.FindStringSubmatch(head); m != nil {
			r.accesses = append(r.accesses, access{what: strings.ToLower(m[1]), by: m[2], frames: parseFrames(rest)})
		}
		if m := raceCreated.FindStringSubmatch(head); m != nil {
			for i := range r.accesses {
				if r.accesses[i].by == strings.ToLower(m[1]) {
					r.accesses[i].created = parseFrames(rest)
				}
			}
		}
	}
	return r
}

// parseFrames reads pairs of lines: a function, and where in it.
func parseFrames(text string) []raceLine {
	var frames []raceLine
	function := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := raceFrame.FindStringSubmatch(line); m != nil {
			n, err := strconv.Atoi(m[2])
			if err == nil {
				frames = append(frames, raceLine{function, m[1], n})
			}
			continue
		}
		function = strings.TrimSuffix(strings.TrimSpace(line), "()")
	}
	return frames
}

// outermost is the outermost line in one of the files named, or the zero line.
func outermost(frames []raceLine, files []string) (last raceLine) {
	for _, f := range frames {
		if slices.Contains(files, f.file) {
			last = f
		}
	}
	return last
}

// own is the innermost line in one of the files named, or the zero line.
func own(frames []raceLine, files []string) raceLine {
	for _, f := range frames {
		if slices.Contains(files, f.file) {
			return f
		}
	}
	return raceLine{}
}

// learnersCode is what a report is told with: the names of the learner's files,
// and the calls in them that may have started goroutines.
type learnersCode struct {
	files []string
	calls []goCall
}

// words names an access: what, by whom, and where that goroutine was started.
func (a access) words(code learnersCode) string {
	text := a.what + " by " + a.by
	if a.by == "main goroutine" {
		text = a.what + " by the main goroutine"
	}
	if at := own(a.created, code.files); at.line > 0 {
		text += " (started at " + at.place() + ")"
	} else if began := outermost(a.frames, code.files); began.line > 0 && len(a.created) > 0 && a.created[0].function == "sync.(*WaitGroup).Go" {
		// The detector knows the line in package sync only.
		if c := caller(code.calls, began); c.line > 0 {
			text += " (started at " + raceLine{"", c.file, c.line}.place() + " with WaitGroup.Go)"
		} else {
			text += " (started with WaitGroup.Go in " + began.function + ", which was at " + began.place() + ")"
		}
	} else if len(a.created) > 0 && a.created[0].function != "" {
		text += " (started by " + a.created[0].function + ")" // the detector saw no line of the learner's
	}
	if at := own(a.frames, code.files); at.function != "" {
		text += " in " + at.function
	}
	return text
}

func (f raceLine) place() string { return f.file + ":" + strconv.Itoa(f.line) }

const raceLesson = "Two goroutines use the same memory, at least one of them writes, and nothing makes one wait for the other. " +
	"What comes out depends on which is first, and may be none of the values that were written. " +
	"Guard both accesses with one sync.Mutex, use sync/atomic for both, or let one goroutine own the value and hand it over on a channel."

// raceDiagnostics are two for each race: one at each access, which names the
// other; one where both are at the same line.
func raceDiagnostics(report []byte, code learnersCode) []sandbox.Diagnostic {
	text := strings.ToValidUTF8(string(report), "\uFFFD")
	var out []sandbox.Diagnostic
	seen := map[string]bool{}
	for _, r := range parseRaces(text) {
		here, there := r.accesses[0], r.accesses[1]
		one, two := own(here.frames, code.files), own(there.frames, code.files)
		if key := one.place() + " " + two.place(); seen[key] || len(seen) >= maxRaces {
			continue
		} else {
			seen[key] = true
		}
		out = append(out, raceDiagnostic(here, there, one, two, code))
		if one.place() != two.place() || one.line == 0 {
			out = append(out, raceDiagnostic(there, here, two, one, code))
		}
	}
	if strings.Contains(text, "race: limit on ") {
		out = append(out, sandbox.Diagnostic{Code: "runtime:race-limit", Message: "race: limit on 8128 simultaneously alive goroutines is exceeded",
			Explain: "The race detector can follow 8128 goroutines at a time. Start fewer, or wait for some before you start more."})
	}
	return out
}

// raceDiagnostic stands at an access and names the other one.
func raceDiagnostic(a, other access, at, otherAt raceLine, code learnersCode) sandbox.Diagnostic {
	message := "data race: " + a.words(code) + "; " + other.words(code)
	if otherAt.line > 0 {
		message += " at " + otherAt.place()
	}
	return sandbox.Diagnostic{File: at.file, Line: at.line, Code: "runtime:race", Message: message, Explain: raceLesson}
}
