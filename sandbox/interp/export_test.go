package interp

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"course/tutor/sandbox"
)

// Survey names what a program uses, and why it is refused, or nil.
func Survey(text string) (map[string]int, *Refusal) {
	s, refusal := survey([]sandbox.File{{Name: "main.go", Content: text}}, false)
	if s == nil {
		return nil, refusal
	}
	return s.features, refusal
}

// Broken are the rules that a program breaks, whatever is on the list.
func Broken(text string) []string {
	s, _ := survey([]sandbox.File{{Name: "main.go", Content: text}}, false)
	if s == nil {
		return []string{"does not compile"}
	}
	return s.broken
}

// Allowed is the list.
func Allowed() []string { return slices.Sorted(maps.Keys(allowed)) }

// Symbols are the names of the symbol table.
func Symbols() (names []string) {
	for at, members := range symbols {
		for name := range members {
			names = append(names, at+"."+name)
		}
	}
	return names
}

// ServeBatch interprets several programs one after the other, whatever the list
// says of them. What each printed ends with Mark.
func ServeBatch(in io.Reader, out io.Writer) error {
	var texts []string
	if err := json.NewDecoder(in).Decode(&texts); err != nil {
		return err
	}
	for _, text := range texts {
		lowered, refusal := prepare(question{Files: []sandbox.File{{Name: "main.go", Content: text}}, Any: true})
		if refusal != nil {
			return refusal
		}
		i, err := newInterpreter()
		if err != nil {
			return err
		}
		if err := evaluate(i, lowered); err != nil {
			fmt.Fprint(out, Failed, err)
		}
		fmt.Fprint(out, Mark)
	}
	return nil
}

// Mark ends the output of each program of a batch, after Failed and why where
// one did not end well.
const (
	Mark   = "\x1e@\x1e"
	Failed = "\x1e!\x1e"
)

// Warmed waits until a child is there and ready.
func Warmed(r *Router) {
	r.refill()
	r.work.Wait()
	r.children.mu.Lock()
	c := r.children.idle[len(r.children.idle)-1]
	r.children.mu.Unlock()
	c.settle()
}
