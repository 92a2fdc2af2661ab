package content

import (
	"strings"
	"time"
)

// Bookmark is what the author points at in the traces of a listing. All of it
// may be empty.
type Bookmark struct {
	Focus    string        // goroutines, procs or threads
	From, To time.Duration // a stretch of time; To is 0 for none
	See      string        // a thing to find in every run: one of Sights
	Look     string        // the sentence that says what to look at
}

// Sights are the values of see=: what can be found in a trace, wherever in it
// it happens.
func Sights() []string {
	return []string{"convoy", "first-steal", "leak", "longest-ready", "longest-wait"}
}

// Bookmark reads the words focus=, t=, see= and look= of a cell's fence.
func (c *Cell) Bookmark() Bookmark {
	m := Bookmark{Focus: c.Options["focus"], See: c.Options["see"], Look: c.Options["look"]}
	if from, to, ok := strings.Cut(c.Options["t"], ".."); ok {
		m.From, _ = time.ParseDuration(from) // both were read when the
		m.To, _ = time.ParseDuration(to)     // fence was
	}
	return m
}

// bookmarked tells words that point into a trace that is never taken, and two
// that point at different things.
func (b *builder) bookmarked(c *Cell) {
	for _, word := range []string{"focus", "t", "see", "look"} {
		if c.Options[word] != "" && !c.Flag("trace") {
			b.problemAt(c.Line, "fence-word", word+"= points into a trace, and the listing takes none", "add trace, or take "+word+"= out")
			return
		}
	}
	if c.Options["t"] != "" && c.Options["see"] != "" {
		b.problemAt(c.Line, "fence-word", "t= and see= point at two things", "keep see=, which finds its thing in every run")
	}
}
