package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"course/tutor/content"
)

// mismatch is the first way in which an output differs from its fence. Index
// is the fence's line, from 0.
type mismatch struct {
	index   int
	message string
}

// stream compares one stream of all runs with its fence. When one run prints
// what the page shows and another doesn't, the fence is of the wrong kind.
func (r *run) stream(c *content.Cell, e *content.Expect, name string, obs []*observation, text func(*observation) string) {
	if e == nil {
		return
	}
	var wrong *mismatch
	right, same := 0, true
	for _, o := range obs {
		again := content.Expect{Mode: e.Mode, N: e.N, Text: text(obs[0])}
		same = same && (e.Mode == "match" || compare(&again, text(o)) == nil)
		if m := compare(e, text(o)); m != nil && wrong == nil {
			wrong = m
		} else if m == nil {
			right++
		}
	}
	switch {
	case wrong == nil:
	case right > 0 || !same:
		r.at(c, e.Line, "unstable", fmt.Sprintf("%s differs from run to run: %s", name, wrong.message), "compare with unordered or match, or make the program certain")
	case r.rewriteOutput(c, e, text(obs[0])):
	default:
		r.at(c, e.Line+1+wrong.index, "output", wrong.message, "correct the page or the program; tutor verify --update writes what was printed")
	}
}

// compare holds an output against its fence; nil when it is what the fence
// says.
func compare(e *content.Expect, got string) *mismatch {
	want, have := lines(e.Text), lines(got)
	switch e.Mode {
	case "unordered":
		return unordered(want, have)
	case "match":
		return ordered(want, have, func(pattern, line string) bool {
			re, err := regexp.Compile("^(?:" + pattern + ")$")
			return err == nil && re.MatchString(line)
		})
	case "first":
		return ordered(want, have[:min(e.N, len(have))], equal)
	}
	return ordered(want, have, equal)
}

func equal(a, b string) bool { return a == b }

// lines cuts a text at its newlines; one final newline counts for nothing.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func ordered(want, have []string, same func(want, have string) bool) *mismatch {
	for i, w := range want {
		if i >= len(have) {
			return &mismatch{i, fmt.Sprintf("it printed %d lines, the page shows %d", len(have), len(want))}
		}
		if !same(w, have[i]) {
			return &mismatch{i, fmt.Sprintf("line %d is %q, the page says %q", i+1, clip(have[i]), clip(w))}
		}
	}
	if len(have) > len(want) {
		return &mismatch{max(len(want)-1, 0), fmt.Sprintf("it printed %d lines, the page shows %d; the next is %q", len(have), len(want), clip(have[len(want)]))}
	}
	return nil
}

func unordered(want, have []string) *mismatch {
	left := slices.Clone(have)
	for i, w := range want {
		at := slices.Index(left, w)
		if at < 0 {
			return &mismatch{i, fmt.Sprintf("no line of the output is %q", clip(w))}
		}
		left = slices.Delete(left, at, at+1)
	}
	if len(left) > 0 {
		return &mismatch{max(len(want)-1, 0), fmt.Sprintf("it also printed %q", clip(left[0]))}
	}
	return nil
}
