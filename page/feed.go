package page

import (
	"strings"

	"course/tutor/content"
)

// feedData are the fields for what a run is given besides the code.
type feedData struct {
	Args, Stdin field
	// File is the file of the listing that is its standard input; there is no
	// field for it then.
	File string
	// Tests says that the arguments are flags of go test.
	Tests bool
}

// field is one of them: what it holds, and what Reset goes back to.
type field struct {
	Text, Original string
}

// newFeed are the fields of a cell; in is what the reader typed, nil for
// nothing.
func newFeed(c *content.Cell, in *content.Input) *feedData {
	given := c.Given()
	if in == nil {
		in = &given
	}
	return &feedData{
		Args: field{in.Args, given.Args}, Stdin: field{in.Stdin, given.Stdin},
		File: c.Options["stdin"], Tests: c.Tests(),
	}
}

// Changed says that a run would be given something else than the fence says.
func (f *feedData) Changed() bool {
	return f.Args.Text != f.Args.Original || f.Stdin.Text != f.Stdin.Original
}

// Open says that there is something to see in the fields.
func (f *feedData) Open() bool { return f.Args.Text != "" || f.File != "" || f.Changed() }

// Rows are those of the text area.
func (f *feedData) Rows() int { return min(max(strings.Count(f.Stdin.Text, "\n")+2, 3), 12) }
