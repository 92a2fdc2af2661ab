package learner

import (
	"context"
	"errors"
	"time"

	"course/tutor/sandbox"
)

// ErrConflict is returned by Store.PutDraft when another version was saved
// since base. The draft it comes with is that other version.
var ErrConflict = errors.New("another version of this draft was saved")

// Draft is the code a learner has in one cell or exercise.
type Draft struct {
	Key     string            `json:"key"` // cell:CHAPTER/CELLID or exercise:ID
	Files   []sandbox.File    `json:"files"`
	Answers map[string]string `json:"answers,omitempty"` // to an exercise's questions
	// Input is what a cell is run with; nil is what its fence says.
	Input   *Input `json:"input,omitempty"`
	Version int    `json:"version"` // 1 for the first that is saved
	// Starter is the author's text it began from, so that the learner can be
	// shown what changed in that since. Saving with none keeps it.
	Starter []sandbox.File `json:"starter,omitempty"`
	Updated time.Time      `json:"updated"`
}

// Input is what a program is given besides its code: a line of arguments, as it
// was typed, and standard input.
type Input struct {
	Args  string `json:"args"`
	Stdin string `json:"stdin"`
}

// Why says why an older version of a draft was kept.
type Why string

// The reasons an older version is kept for.
const (
	Replaced Why = "replaced" // a newer version was saved over it
	Conflict Why = "conflict" // two versions met: both are kept under this
	Deleted  Why = "deleted"  // the learner went back to the starter
)

// Kept is an older version of a draft, kept so that nothing typed is lost.
type Kept struct {
	Draft
	Why Why `json:"why"`
}

// State is how far a learner is with an exercise.
type State string

// The states of an exercise or a section.
const (
	Untouched State = "untouched"
	Tried     State = "tried"
	Passed    State = "passed"
	Read      State = "read"
)

// Progress is how far a learner is with one thing: "exercise:ID" or
// "section:CHAPTER/SECTION".
type Progress struct {
	Key       string
	State     State
	Points    int
	MaxPoints int
	Attempts  int // how often it was checked; SetProgress adds to it
	Updated   time.Time
}

// Store keeps drafts, their history, and progress.
type Store interface {
	// Draft answers with found false when there is none.
	Draft(ctx context.Context, key string) (d Draft, found bool, err error)
	// PutDraft saves d when base is the version that is stored (0: none is)
	// and answers with the draft as saved; else the stored one and ErrConflict.
	// After a DeleteDraft the stored one has version 0 and no files. What was
	// replaced, and both sides of a conflict, go to the history. Saving what is
	// already stored changes nothing and is no conflict, whatever base is.
	PutDraft(ctx context.Context, d Draft, base int) (Draft, error)
	// DeleteDraft takes a draft back to none, and keeps it in the history.
	// That there is none is no error. Version numbers are never used twice.
	DeleteDraft(ctx context.Context, key string) error
	// History answers with the older versions that are kept, newest first.
	// It is bounded: all of the newest ones, then one a minute.
	History(ctx context.Context, key string) ([]Kept, error)
	// Progress answers with everything known, by key.
	Progress(ctx context.Context) (map[string]Progress, error)
	// SetProgress records p. A state is never taken back by a lesser one
	// (Passed by Tried), and the best points are kept.
	SetProgress(ctx context.Context, p Progress) error
}
