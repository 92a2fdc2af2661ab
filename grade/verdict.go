package grade

import (
	"context"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// Work is what a learner hands in.
type Work struct {
	Files   []sandbox.File
	Answers map[string]string // by question id
	Ignored []string          // names that were handed in but are no part of the work
	// AnswersWrong says why the answers could not be read; "" when they could.
	AnswersWrong string
	Key          string // who asks, for fairness between people; never shown
}

// WorkOf is the work in a submission.
func WorkOf(sub *exercises.Submission) Work {
	return Work{Files: sub.Files, Answers: sub.Answers, Ignored: sub.Ignored, AnswersWrong: sub.AnswersWrong}
}

// Judge is what grades: the one verb of this room. Grader implements it.
type Judge interface {
	Grade(ctx context.Context, ex *exercises.Exercise, work Work, progress func(CheckResult)) (*Verdict, error)
}

// Status is how a verdict or a check ended.
type Status string

// The values of Status. NotJudged is for checks only: the machine was too
// noisy to judge a time.
const (
	Passed    Status = "passed"
	Failed    Status = "failed"
	Error     Status = "error" // could not be judged, our fault
	NotJudged Status = "not_judged"
)

// Seal says how far a check can be trusted.
type Seal string

// The seals, from strongest to weakest.
const (
	Sealed   Seal = "sealed"   // observed or compared from outside
	Guarded  Seal = "guarded"  // evidence comes from the learner's process, under guard
	Advisory Seal = "advisory" // the learner's process says so
)

// Verdict is the outcome of grading one submission.
type Verdict struct {
	Exercise   string        `json:"exercise"`
	Status     Status        `json:"status"`
	Points     int           `json:"points"`
	MaxPoints  int           `json:"max_points"`
	Checks     []CheckResult `json:"checks"`
	Ignored    []string      `json:"ignored"`
	Seed       string        `json:"seed"`
	Toolchain  string        `json:"toolchain"`
	ChecksHash string        `json:"checks_hash"`
	Machine    Machine       `json:"machine"`
	Noise      Noise         `json:"noise"`
	DurationMS float64       `json:"duration_ms"`

	// Traces are the traces of the learner's code that questions are about or
	// that failed checks point at (without questions, all that were taken), in
	// the order of the checks, for the page to draw side by side.
	Traces []TraceFile `json:"-"`
}

// TraceFile is the execution trace that one check took.
type TraceFile struct {
	Check string // check id
	Title string // what was traced
	Data  []byte
	Trace *exectrace.Trace // what was read in Data
}

// Machine is where it was graded.
type Machine struct {
	CPUs  int    `json:"cpus"`
	Level int    `json:"level"`
	OS    string `json:"os"`
	Arch  string `json:"arch"`
}

// Noise says whether times could be judged.
type Noise struct {
	OnCPU  *float64 `json:"on_cpu"`
	Judged bool     `json:"judged"`
}

// CheckResult is the outcome of one check. Expected and Got are at most 4 KiB.
type CheckResult struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Kind      string     `json:"kind"`
	Seal      Seal       `json:"seal"`
	Status    Status     `json:"status"`
	Points    int        `json:"points"`
	MaxPoints int        `json:"max_points"`
	Message   string     `json:"message"`
	Expected  string     `json:"expected"`
	Got       string     `json:"got"`
	Evidence  []Evidence `json:"evidence"`
}

// Evidence is something to look at: a line, a stretch of the trace, output,
// or a case. TraceID is the check of the TraceFile that is meant, until whoever
// stores the traces puts an id of its own there.
type Evidence struct {
	Kind    string  `json:"kind"` // line, trace, output, case
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Text    string  `json:"text"`
	TraceID string  `json:"trace_id"`
	FromMS  float64 `json:"from_ms"`
	ToMS    float64 `json:"to_ms"`
	// Goroutine is whose row of the trace is meant; 0 for all of them.
	Goroutine int64 `json:"goroutine,omitempty"`
}
