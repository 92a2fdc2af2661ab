package exercises

import (
	"time"

	"course/tutor/sandbox"
)

// Exercise is one folder below exercises/.
type Exercise struct {
	ID        string // "03-01"
	Dir       string // folder name
	Title     string
	Chapter   string // slug
	Minutes   int
	Package   string // name of the learner's package; its import path is always "exercise"
	Main      bool   // the learner writes package main
	Edit      []string
	Show      []string
	Allow     []string // imports given back to a guarded check
	Deny      []string
	Limits    Limits
	Policy    Policy
	Unsealed  bool
	Questions []Question
	Checks    []Check
	Hints     []Hint
	Task      string // Markdown of the task, without the hints

	Starter  []sandbox.File
	Tests    []sandbox.File
	Probe    []sandbox.File
	Judge    []sandbox.File
	Solution []sandbox.File
	Wrong    []Wrong

	// Answers are the reference's own to the questions, from
	// _solution/answers.json.
	Answers map[string]string
	// Hash is that of everything a verdict rests on: exercise.md, the probe,
	// the judge, the reference and the files that are shown, in hex.
	Hash string
}

// Limits bound each run of a check.
type Limits struct {
	Wall, CPU      time.Duration
	Memory, Output int64
	Procs          int
}

// Policy says what a learner may do.
type Policy struct {
	Attempts string // unlimited, or a number
	Solution string // always, pass, attempts:N, due
}

// Hint is one graduated hint: its summary and its Markdown.
type Hint struct {
	Summary string
	Text    string
}

// Question is answered from the learner's own trace.
type Question struct {
	ID        string
	Prompt    string
	Kind      string // number, choice, text
	Choices   []string
	From      string // rule expression over the learner's own trace
	Tolerance string // "10%"
	Line      int    // in exercise.md
}

// Check is one line of the verdict.
type Check struct {
	ID, Title, Kind string
	Points          int
	Hint            string
	Needs           []string
	Visible         string
	Message         string
	Line            int // in exercise.md

	Question string // predict
	Func     string // call
	Compare  string
	Cases    []Case
	Gen      *Gen
	Judge    bool
	AllOrNo  bool

	Call string // trace, leak, alloc, cpu: the probe function
	Args []any  // or Gen, for arguments made from the seed
	N    int    // units of work of one call: n in the rule
	Rule string
	Runs int // trace: most must hold; cpu: pairs
}

// Case is one case of an io or a call check.
type Case struct {
	Stdin  string   // io
	Args   []string // io
	Stdout string   // io
	Exit   int      // io
	Params []any    // call: arguments
	Want   any      // call: nil when the reference's answer decides
	HasOwn bool     // Want was written
}

// Gen makes cases from a seed.
type Gen struct {
	N    int
	Args []GenArg
}

// GenArg is one generated argument.
type GenArg struct {
	Type     string // int, string, bool, ints
	Min, Max int
	Len      int
}

// Wrong is a wrong solution that the checks must refuse.
type Wrong struct {
	Name    string
	Want    string // check id
	Message string // part of its message
	Files   []sandbox.File
	Answers map[string]string // answers.json, when there is one
}
