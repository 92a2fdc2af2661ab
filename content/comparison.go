package content

import (
	"fmt"
	"slices"
	"strings"
)

// Comparison puts the recorded traces of two listings of a page below each
// other: <!-- compare a=ID b=ID says=RULE,RULE -->. On GitHub it is not seen,
// so that the prose around it says by itself what differs.
type Comparison struct {
	A, B string   // ids of listings of the same page
	Says []string // the rules whose sentences the prose quotes; verify wants them
	File string
	Line int
}

// comparison reads the comment and puts its node in the place.
func (b *builder) comparison(n *comment, rest string) {
	words, unclosed := splitWords(rest)
	cmp := &Comparison{File: b.page.File, Line: b.at(n)}
	if unclosed != "" {
		b.problem(n, "fence-word", "the quote in "+quoted(unclosed)+" is not closed", `close it with "`)
	}
	for _, w := range words {
		switch w.key {
		case "a":
			cmp.A = w.value
		case "b":
			cmp.B = w.value
		case "says":
			cmp.Says = strings.Split(w.value, ",")
		default:
			b.problem(n, "fence-word", fmt.Sprintf("unknown word %s after compare", quoted(w.key)), suggestion(w.key, []string{"a", "b", "says"}, "write a=ID b=ID"))
		}
	}
	if cmp.A == "" || cmp.B == "" || cmp.A == cmp.B {
		b.problem(n, "fence-word", "compare needs two listings", "write <!-- compare a=ID b=ID -->")
		return
	}
	b.page.Comparisons = append(b.page.Comparisons, cmp)
	node := &compareNode{cmp: cmp}
	node.SetPos(n.Pos())
	n.Parent().InsertBefore(n.Parent(), n, node)
}

// compared holds the comparisons of a page against its listings.
func (l *loader) compared(b *builder) {
	ids := []string{}
	for _, c := range b.page.Cells {
		if c.Traced() && c.Named {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	for _, cmp := range b.page.Comparisons {
		for _, id := range []string{cmp.A, cmp.B} {
			if !slices.Contains(ids, id) {
				b.problemAt(cmp.Line, "compare", fmt.Sprintf("no traced listing of this page has id=%s", id),
					suggestion(id, ids, "name two listings of this page that have trace"))
			}
		}
	}
}
