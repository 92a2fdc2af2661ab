package grade

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"

	"course/tutor/sandbox"
)

// howItEnded says in a sentence how a part's process ended and what to do.
func howItEnded(part *sandbox.Result) string {
	switch part.Status {
	case sandbox.StatusDeadlock:
		return "All its goroutines were waiting for each other: a deadlock. Who should have sent, received or unlocked?"
	case sandbox.StatusTimeLimit:
		return "It used up its time. Is there a loop that never ends, or work done many times over?"
	case sandbox.StatusMemoryLimit:
		return "It used up its memory. What is kept that could be let go?"
	case sandbox.StatusProcessLimit:
		return "It started more threads than it may. Is something blocking in many goroutines at once?"
	case sandbox.StatusOutputLimit:
		return "It printed more than it may. Take the printing out of the loop."
	case sandbox.StatusForbidden:
		return "It made a system call that is not allowed here."
	case sandbox.StatusRuntimeError:
		return fmt.Sprintf("The program ended with exit code %d before it answered.%s", part.ExitCode, firstRuntime(part))
	case sandbox.StatusOK:
		return "The program ended by itself before it answered. The function must return, not end the program."
	}
	return ""
}

func firstRuntime(part *sandbox.Result) string {
	if len(part.Diagnostics) == 0 {
		return ""
	}
	return " " + sentence(part.Diagnostics[0].Message)
}

var frame = regexp.MustCompile(`([A-Za-z0-9_]+\.go):([0-9]+)`)

// crashLines are the lines of the learner's files that a crash names, in its
// order.
func crashLines(part *sandbox.Result, files []sandbox.File) []Evidence {
	var out []Evidence
	add := func(file string, line int, text string) {
		name := path.Base(file)
		known := slices.ContainsFunc(files, func(f sandbox.File) bool { return f.Name == name })
		if known && len(out) < 3 && !slices.ContainsFunc(out, func(e Evidence) bool { return e.File == name && e.Line == line }) {
			out = append(out, Evidence{Kind: "line", File: name, Line: line, Text: text})
		}
	}
	for _, d := range part.Diagnostics {
		add(d.File, d.Line, d.Message)
	}
	if part.Status == sandbox.StatusOK {
		return out
	}
	for _, e := range part.Events {
		if e.Stream != "stderr" {
			continue
		}
		for _, m := range frame.FindAllStringSubmatch(e.Text, 8) {
			if line, err := strconv.Atoi(m[2]); err == nil {
				add(m[1], line, "the program was here when it ended")
			}
		}
	}
	return out
}
