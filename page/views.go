package page

import (
	"course/tutor/content"
	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/grade"
	"course/tutor/profile"
	"course/tutor/sandbox"
)

// Chrome is what every page shows around its content.
type Chrome struct {
	Course    *content.Course
	Path      string // URL path of this page
	Isolation sandbox.Isolation
	// Mends say how to raise the isolation level, one line each.
	Mends     []string
	GoVersion string // "" when no toolchain was found
	GoProblem string // why nothing can be run, and what to do; "" when all is well
	// Approximate says that programs are interpreted while there is a GoProblem.
	Approximate bool
	// States is how far the learner is, by progress key ("exercise:03-01",
	// "section:scheduler/internals"): tried, passed, read.
	States map[string]string
}

// HomeView is the data of the home page.
type HomeView struct {
	Chrome
	Resume *Resume
	// Exercises are all exercises by id.
	Exercises map[string]*exercises.Exercise
}

// Resume is where the learner was last.
type Resume struct {
	Title, URL string
	Chapter    string // slug; "" for an exercise of none
	Note       string // one sentence of what was left there; may be ""
}

// ChapterView is the data of a chapter's own page or of one of its sections.
type ChapterView struct {
	Chrome
	Chapter *content.Chapter
	Page    *content.Page
	// Cells is what is known of each cell by its ID.
	Cells map[string]CellView
	// Exercises are the exercises of this chapter by id.
	Exercises map[string]*exercises.Exercise
}

// CellView is what one cell shows besides the author's text.
type CellView struct {
	Files   []sandbox.File // the learner's draft; nil when untouched
	Version int            // of the draft
	Input   *content.Input // of the draft; nil is what the fence gives
	// Fed says that the run of Result had other arguments or input than the
	// fence gives.
	Fed      bool
	Result   *sandbox.Result
	Before   *sandbox.Result // benchmarks of the run before, of the same text; nil for none
	Trace    *TraceView      // of Result
	Profile  *ProfileView    // of Result
	Kind     string          // of Result, as requests write it; "" is the listing's own
	Recorded *Recording      // the book's own run; shown until there is a Result
	Problem  string          // what was wrong with a form post, for this cell
	Picked   int             // prediction picked, 1-based; 0 none
	// NewStarter is what the author changed since the draft was begun; nil
	// when nothing did.
	NewStarter []FileChange
}

// ProfileView is the profile of a run as the page shows it.
type ProfileView struct {
	ID      string // of /api/profiles/{id}; "" when it can't be fetched
	Info    *sandbox.ProfileInfo
	Profile *profile.Profile // nil when Info.Problem says why, or Gone
	Gone    bool             // it is no longer kept
	CPU     float64          // ms of processor time that the run took
}

// Recording is a run of the book, kept with it.
type Recording struct {
	Result *sandbox.Result
	Trace  *TraceView // nil when it has none
}

// TraceView is a trace as the page shows it.
type TraceView struct {
	ID      string // of /api/traces/{id}; "" when it can't be fetched
	Title   string // what was traced; "" on a page with one
	Trace   *exectrace.Trace
	Problem string // why there is none: one sentence
	// Leaks is what the garbage collector said of leaked goroutines; nil when
	// nobody asked it.
	Leaks *sandbox.LeakProfile
	// End leads to the end of the trace, kept apart, when its limit cut it; nil
	// when there is none.
	End      *OtherTrace
	Recorded bool
	// Source maps file names to a link prefix, so that a line can be reached.
	CellID string
	// NoFile says that the file is not kept, only what was read in it.
	NoFile bool
	// Before is the id of the trace of the run before, of the same listing; ""
	// when there is none to compare with.
	Before string
	// Timeline is the URL of the timeline; "" is that of ID, when there is one.
	Timeline string
	// Embedded is the id of a script element of type application/octet-stream
	// that holds the timeline in base64, and Metrics that of one with the
	// metrics in JSON: for a page without a server. Both may be "".
	Embedded, Metrics string
	// Lines begins the URL of a line of the source: its number follows. "" when
	// the source is on no other page.
	Lines string
	// Focus is what the lanes below the processors are: goroutines, procs or
	// threads; "" is goroutines.
	Focus string
	// At is the stretch of time that the author points at, as "1ms..2ms", and
	// Name what there is to see. Both may be "".
	At, Name string
	// Look is the author's sentence on what to look at, and Sight says where
	// in this run it is. Both may be "".
	Look, Sight string
	// Marks are further stretches that the author points at.
	Marks []TraceMark
}

// TraceMark is a stretch of a trace that somebody points at.
type TraceMark struct {
	Name  string `json:"name"`
	At    string `json:"t,omitempty"`     // "1ms..2ms"
	Focus string `json:"focus,omitempty"` // goroutines, procs or threads
	G     int64  `json:"g,omitempty"`     // the goroutine to select; 0 for none
	// Moment is the time at which G does what is pointed at; "" is the middle
	// of At.
	Moment string `json:"at,omitempty"`
}

// ExerciseView is the data of an exercise's page.
type ExerciseView struct {
	Chrome
	Exercise *exercises.Exercise
	TaskHTML string // of Exercise.Task
	Hints    []HintView
	Files    []sandbox.File // the learner's draft, or the starter
	Answers  map[string]string
	Version  int
	Changed  bool // Files differ from the starter
	Verdict  *grade.Verdict
	// VerdictOld says that the code changed since Verdict.
	VerdictOld bool
	Traces     []*TraceView // of the traced checks, drawn side by side
	Problem    string       // what was wrong with a form post
	// NewStarter is what of the starter changed since the draft was begun, as
	// the old and the new text of each file; nil when nothing did.
	NewStarter []FileChange
	// Solution is set when the learner may see it and asked to.
	Solution   []sandbox.File
	MayAsk     bool   // the learner may see the solution now
	AskingSays string // what asking costs
	NextURL    string
	NextTitle  string
}

// FileChange is a file of the starter in the version a draft was begun from
// and in that of today.
type FileChange struct {
	Name, Old, New string
}

// HintView is one hint, rendered.
type HintView struct {
	Summary, HTML string
}

// ErrorView is the data of an error page: one fact, one thing to do.
type ErrorView struct {
	Chrome
	Status       int
	Fact, Action string
}

// DocView is a page of plain sections, as /traces/{id}.
type DocView struct {
	Chrome
	Title string
	Trace *TraceView
}
