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
	Version int               `json:"version"`           // 1 for the first that is saved
	Updated time.Time         `json:"updated"`
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
	Updated   time.Time
}

// Store keeps drafts and progress.
type Store interface {
	// Draft answers with found false when there is none.
	Draft(ctx context.Context, key string) (d Draft, found bool, err error)
	// PutDraft saves d when base is the version that is stored (0: none is)
	// and answers with the draft as saved; else the stored one and ErrConflict.
	PutDraft(ctx context.Context, d Draft, base int) (Draft, error)
	// DeleteDraft forgets a draft; that there is none is no error.
	DeleteDraft(ctx context.Context, key string) error
	// Progress answers with everything known, by key.
	Progress(ctx context.Context) (map[string]Progress, error)
	// SetProgress records p. Passed is never taken back by Tried.
	SetProgress(ctx context.Context, p Progress) error
}
