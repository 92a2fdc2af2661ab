package exercises

import (
	"embed"
	"io/fs"
)

// The folders are named with a leading number; "all:" takes those below them
// that start with an underscore.
//
//go:embed all:[0-9]*
var folders embed.FS

// FS answers with the exercises built into the binary, one folder each.
func FS() fs.FS { return folders }

// ByID finds an exercise by its id.
func ByID(all []*Exercise, id string) (*Exercise, bool) {
	for _, ex := range all {
		if ex.ID == id {
			return ex, true
		}
	}
	return nil, false
}
