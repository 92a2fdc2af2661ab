package page

import (
	"fmt"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/grade"
)

// verdictData is the checks of an exercise and what became of them.
type verdictData struct {
	Status   string // idle, passed, failed, error
	State    string // of the spine
	Line     Line
	Headline string
	Points   int
	Max      int
	Bar      []barPiece
	Checks   []checkData
	Ignored  []string
	Old      bool
	Traces   []*TraceView
}

// barPiece is one check's part of the points bar, in percent.
type barPiece struct {
	Check, Class  string // class: todo, p, f, n
	X, Width, End string
}

// checkData is one line of the checks.
type checkData struct {
	ID, Title, Sub string
	State          string // data-s: todo, pass, fail, nj, err
	Word, Icon     string
	Seal           grade.Seal
	SealIcon       string
	SealSays       string
	Points         string
	Open           bool
	Teach          *teachData
}

// teachData is what a failed check teaches.
type teachData struct {
	Text          string
	Expected, Got string
	Lines         []grade.Evidence
	Other         []grade.Evidence // output and cases
	Traces        []traceLink
	Try           string
	Answer        bool // it is about an answer to a question
}

func newVerdict(v ExerciseView) verdictData {
	if v.Verdict == nil {
		return untouched(v)
	}
	d := verdictData{
		Status: string(v.Verdict.Status), Line: VerdictLine(v.Verdict), Points: v.Verdict.Points,
		Max: v.Verdict.MaxPoints, Ignored: v.Verdict.Ignored, Old: v.VerdictOld, Traces: v.Traces,
	}
	d.State = d.Line.State
	d.Headline = headline(v.Verdict)
	for _, c := range v.Verdict.Checks {
		d.Checks = append(d.Checks, newCheck(c, v.Exercise))
	}
	d.Bar = pointsBar(v.Verdict.Checks)
	slices.SortStableFunc(d.Checks, func(a, b checkData) int { return rank(a.State) - rank(b.State) })
	for i := range d.Checks {
		if d.Checks[i].Teach != nil {
			d.Checks[i].Open = true
			break
		}
	}
	return d
}

// rank puts what must be mended first, then what could not be judged.
func rank(state string) int {
	return max(slices.Index([]string{"fail", "err", "nj", "todo", "pass"}, state), 0)
}

// untouched lists the checks before the first verdict.
func untouched(v ExerciseView) verdictData {
	ex := v.Exercise
	d := verdictData{Status: "idle", State: "idle", Max: maxPoints(ex)}
	d.Headline = Capital(inWords(len(ex.Checks), "check", "checks")) + ", " + plural(d.Max, "point", "points")
	if len(ex.Edit) > 0 {
		d.Line = Line{Detail: "Change " + ex.Edit[0] + ", then check"}
	}
	if v.Changed {
		d.Line = Line{Fact: "Changed.", Detail: "Not checked yet"}
	}
	var results []grade.CheckResult
	for _, c := range ex.Checks {
		results = append(results, grade.CheckResult{ID: c.ID, MaxPoints: c.Points})
		points := ""
		if c.Points > 0 {
			points = fmt.Sprint(c.Points)
		}
		d.Checks = append(d.Checks, checkData{ID: c.ID, Title: c.Title, State: "todo", Word: "not checked yet", Icon: "dash", Points: points})
	}
	d.Bar = pointsBar(results)
	return d
}

func newCheck(r grade.CheckResult, ex *exercises.Exercise) checkData {
	d := checkData{ID: r.ID, Title: r.Title, Seal: r.Seal, SealIcon: string(r.Seal), SealSays: sealSays[r.Seal]}
	look := checkLooks[r.Status]
	d.State, d.Word, d.Icon = look.state, look.word, look.icon
	if r.MaxPoints > 0 {
		d.Points = fmt.Sprintf("%d / %d", r.Points, r.MaxPoints)
		if r.Status == grade.NotJudged || r.Status == grade.Error {
			d.Points = fmt.Sprintf("– / %d", r.MaxPoints)
		}
	}
	if r.Status == grade.Failed {
		d.Teach = newTeach(r, ex)
	} else {
		d.Sub = r.Message
	}
	if r.Status == grade.NotJudged && d.Sub == "" {
		d.Sub = "The machine was too noisy to judge a time. Your work counts; check again when it is quiet."
	}
	return d
}

type checkLook struct{ state, word, icon string }

var checkLooks = map[grade.Status]checkLook{
	grade.Passed:    {"pass", "passed", "check"},
	grade.Failed:    {"fail", "failed", "cross"},
	grade.NotJudged: {"nj", "not judged", "limit"},
	grade.Error:     {"err", "could not be judged", "warn"},
}

var sealSays = map[grade.Seal]string{
	grade.Sealed:   "Observed from outside your process",
	grade.Guarded:  "Evidence from your process, cross-checked",
	grade.Advisory: "Advice: your own process says so",
}

func newTeach(r grade.CheckResult, ex *exercises.Exercise) *teachData {
	t := &teachData{Text: r.Message, Expected: r.Expected, Got: r.Got, Answer: r.Kind == "predict"}
	for _, e := range r.Evidence {
		switch {
		case e.Kind == "line" && e.File != "":
			t.Lines = append(t.Lines, e)
		case e.Kind == "trace":
			t.Traces = append(t.Traces, newTraceLink(e))
		case e.Text != "":
			t.Other = append(t.Other, e)
		}
	}
	for _, c := range ex.Checks {
		if c.ID == r.ID {
			t.Try = c.Hint
		}
	}
	return t
}

// traceLink leads from a verdict to a moment in a trace.
type traceLink struct {
	URL  string // "" when the trace is not kept
	Text string
}

func newTraceLink(e grade.Evidence) traceLink {
	l := traceLink{Text: e.Text}
	if e.TraceID == "" {
		return l
	}
	l.URL = "/traces/" + e.TraceID
	if e.Goroutine != 0 {
		l.URL += fmt.Sprintf("?t=%sms..%sms&g=%d", fixed(e.FromMS, 6), fixed(e.ToMS, 6), e.Goroutine)
	}
	return l
}

// VerdictLine says in words how a check of an exercise ended.
func VerdictLine(v *grade.Verdict) Line {
	passed, failed, open := tally(v)
	switch v.Status {
	case grade.Passed:
		return Line{"pass", "check", "Passed.", fmt.Sprintf("%d of %s", v.Points, plural(v.MaxPoints, "point", "points"))}
	case grade.Error:
		return Line{"limit", "warn", "Couldn’t check it.", "Our fault; no attempt was used"}
	}
	if failed == 0 && open > 0 {
		return Line{"limit", "limit", "Not judged.", "The machine was too noisy; check again"}
	}
	return Line{"err", "cross", fmt.Sprintf("%d of %d pass.", passed, len(v.Checks)), "Checked in " + duration(v.DurationMS)}
}

func tally(v *grade.Verdict) (passed, failed, open int) {
	for _, c := range v.Checks {
		switch c.Status {
		case grade.Passed:
			passed++
		case grade.Failed:
			failed++
		default:
			open++
		}
	}
	return passed, failed, open
}

// headline is "4 of 6 checks pass, 1 to mend".
func headline(v *grade.Verdict) string {
	passed, failed, open := tally(v)
	if passed == len(v.Checks) {
		return "All " + inWords(passed, "check passes", "pass")
	}
	s := fmt.Sprintf("%d of %s", passed, plural(len(v.Checks), "check passes", "checks pass"))
	if failed > 0 {
		s += fmt.Sprintf(", %d to mend", failed)
	}
	if open > 0 {
		s += fmt.Sprintf(", %d not judged", open)
	}
	return s
}

// pointsBar gives each check that has points a piece as wide as they are.
func pointsBar(results []grade.CheckResult) []barPiece {
	sum := 0
	for _, r := range results {
		sum += r.MaxPoints
	}
	var pieces []barPiece
	at := 0
	for _, r := range results {
		if r.MaxPoints == 0 {
			continue
		}
		class := map[grade.Status]string{grade.Passed: "p", grade.Failed: "f", grade.NotJudged: "n", grade.Error: "n", "": "todo"}[r.Status]
		pieces = append(pieces, barPiece{r.ID, class, share(at, sum), share(r.MaxPoints, sum), share(at+r.MaxPoints, sum)})
		at += r.MaxPoints
	}
	return pieces
}

func share(n, of int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(of)) }

// inWords writes small numbers in words.
func inWords(n int, one, many string) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= len(words) {
		return plural(n, one, many)
	}
	if n == 1 {
		return words[n] + " " + one
	}
	return words[n] + " " + many
}

// Capital begins a text with a capital letter.
func Capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func cutColon(s string) (head, aside string) {
	head, aside, _ = strings.Cut(s, ": ")
	return head, aside
}
