package sandbox

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// LeakProfile is what the garbage collector knows at the end of a traced run:
// goroutines that wait for a channel or a lock which nothing that could still
// run can reach. It proves leaks and never their absence: a goroutine that
// waits for something a package variable or a running goroutine holds is not
// in it, nor one that sleeps, nor every one that sends a variable of its
// closure or waits for a small lock. The trace says who was left waiting.
type LeakProfile struct {
	N      int         `json:"n"`      // goroutines
	Stacks []LeakStack `json:"stacks"` // the most frequent first
	// Why says why the collector was not asked; "" when it was.
	Why string `json:"why,omitempty"`
}

// LeakStack is one place where goroutines wait for ever.
type LeakStack struct {
	N int `json:"n"`
	// IDs are goroutines as the trace numbers them, some when there are many.
	IDs    []uint64    `json:"ids"`
	Frames []LeakFrame `json:"frames"` // from the inside out
	// Made is the go statement that made them; its Line is 0 for main.
	Made LeakFrame `json:"made"`
}

// LeakFrame is one line of a stack.
type LeakFrame struct {
	Func string `json:"func"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// Bounds of a profile, whatever a program sends in its place.
const (
	maxLeakStacks = 64
	maxLeakIDs    = 64
	maxLeakFrames = 64
	maxLeakName   = 512
)

// parseLeaks reads the harness's text. Lines that it would not write are
// passed over, and numbers that do not fit together are made to.
func parseLeaks(text []byte) *LeakProfile {
	p := &LeakProfile{Stacks: []LeakStack{}}
	var now *LeakStack
	for line := range bytes.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimRight(string(line), "\n"), " ")
		n, err := strconv.ParseUint(rest, 10, 63)
		switch {
		case word == "all" && err == nil:
			p.N = int(n)
		case word == "stack" && err == nil && len(p.Stacks) < maxLeakStacks:
			p.Stacks = append(p.Stacks, LeakStack{N: int(n), IDs: []uint64{}, Frames: []LeakFrame{}})
			now = &p.Stacks[len(p.Stacks)-1]
		case word == "stack":
			now = nil
		case now != nil:
			now.line(word, rest, n)
		}
	}
	slices.SortStableFunc(p.Stacks, func(a, b LeakStack) int { return b.N - a.N })
	return p
}

func (s *LeakStack) line(word, rest string, n uint64) {
	switch {
	case word == "id" && n > 0 && len(s.IDs) < maxLeakIDs:
		s.IDs = append(s.IDs, n)
	case word == "frame" && len(s.Frames) < maxLeakFrames:
		if f, ok := parseLeakFrame(rest); ok {
			s.Frames = append(s.Frames, f)
		}
	case word == "made":
		s.Made, _ = parseLeakFrame(rest)
	}
}

func parseLeakFrame(text string) (LeakFrame, bool) {
	parts := strings.Split(strings.ToValidUTF8(text, "\uFFFD"), "\t")
	if len(parts) != 3 || len(parts[0]) > maxLeakName || len(parts[1]) > maxLeakName {
		return LeakFrame{}, false
	}
	line, err := strconv.Atoi(parts[2])
	if err != nil || line < 0 {
		return LeakFrame{}, false
	}
	return LeakFrame{Func: parts[0], File: parts[1], Line: line}, true
}

// noLeaks say why the collector was not asked, by the harness's byte.
var noLeaks = map[byte]string{
	't': "The program's time was nearly up, so the garbage collector was not asked for leaked goroutines.",
	'v': "The garbage collector of this Go is not one that can be asked for leaked goroutines.",
	'p': "The program switched asynchronous preemption off, so the garbage collector was not asked for leaked goroutines: a loop might have kept it waiting.",
	'h': "The heap was larger than 64 MiB at the end, so the garbage collector was not asked for leaked goroutines.",
	'm': "The program had nearly as many threads as it may have, so the garbage collector was not asked for leaked goroutines.",
}

// LeakProfile reads what the harness said of leaked goroutines, or says why it
// said nothing of a program that ended with status.
func (t *Trace) LeakProfile(status Status) *LeakProfile {
	if t.Leaks != nil {
		return parseLeaks(t.Leaks)
	}
	why, ok := noLeaks[t.NoLeaks]
	if !ok {
		why = neverAsked(status)
	}
	return &LeakProfile{Stacks: []LeakStack{}, Why: why}
}

// neverAsked says why a program did not come to the end at which its harness
// looks for leaks.
func neverAsked(status Status) string {
	switch status {
	case StatusDeadlock:
		return "Go itself found that no goroutine could ever run again; the garbage collector was not asked as well."
	case StatusTimeLimit, StatusKilled, StatusOutputLimit, StatusMemoryLimit:
		return "The program was stopped from outside, so the garbage collector could not be asked for leaked goroutines."
	}
	return "The program did not come to an orderly end, so the garbage collector could not be asked for leaked goroutines."
}
