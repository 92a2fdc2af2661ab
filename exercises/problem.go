package exercises

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is something wrong with the folder of an exercise, in the words of
// tutor verify. An exercise with a problem is still loaded as far as it can be.
type Problem struct {
	File    string `json:"file"` // path below the exercises folder
	Line    int    `json:"line"`
	Rule    string `json:"rule"` // front-matter, starter, solution, wrong, hint, unchecked
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// String is the problem on one line, as a compiler would print it.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	if p.Fix != "" {
		s += " (" + p.Fix + ")"
	}
	return s
}

// problems collects what is wrong while an exercise is loaded.
type problems struct{ list []Problem }

func (p *problems) add(file string, line int, rule, message, fix string) {
	p.list = append(p.list, Problem{File: file, Line: line, Rule: rule, Message: message, Fix: fix})
}

func (p *problems) sorted() []Problem {
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return p.list
}

// nearest answers with the known word that word was probably meant to be, or
// "" when none is near.
func nearest(word string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(word, k); d < at {
			best, at = k, d
		}
	}
	return best
}

// suggest turns nearest into a fix.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + list(known)
}

func list(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += ", "
		}
		s += w
	}
	return s
}

// distance is the number of letters to add, drop or change to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			above := row[j]
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(above+1, row[j-1]+1, change)
			diagonal = above
		}
	}
	return row[len(b)]
}
