package site

import (
	"slices"
	"strings"
	"unicode/utf8"

	"course/tutor/content"
	"course/tutor/learner"
	"course/tutor/sandbox"
)

// checkInput refuses what no program can be given. A line of arguments that
// can't be cut is none of that: it is kept as it was typed.
func checkInput(in *learner.Input) error {
	if in == nil {
		return nil
	}
	if len(in.Args) > maxText {
		return over("args", maxText, len(in.Args), "The line of arguments holds %s bytes; at most %s are taken.", grouped(len(in.Args)), grouped(maxText))
	}
	if strings.ContainsRune(in.Args, 0) || !utf8.ValidString(in.Args) {
		return fail("bad-request", "The line of arguments holds a zero byte, or is not UTF-8.")
	}
	if !utf8.ValidString(in.Stdin) {
		return fail("not-utf8", "The standard input is not UTF-8. Send it again as UTF-8.")
	}
	return checkStdin(in.Stdin)
}

func checkStdin(text string) error {
	if len(text) > maxStdin {
		return over("stdin", maxStdin, len(text), "stdin holds %s bytes; at most %s (256 KiB) are taken.", grouped(len(text)), grouped(maxStdin))
	}
	return nil
}

// splitArgs cuts a line of arguments, within the bounds of a run.
func splitArgs(line string) ([]string, error) {
	args, err := content.SplitArgs(line)
	if err != nil {
		return nil, fail("bad-request", "Arguments: %v.", err)
	}
	return args, checkTexts("args", args)
}

// ofItsOwn is in where it is something else than what the fence of a cell gives;
// else nil, so that a later change of the fence is followed. A cell whose input
// is a file of its own has it there.
func ofItsOwn(c *content.Cell, in *learner.Input) *learner.Input {
	if in == nil || c == nil {
		return nil
	}
	own := *in
	if c.Options["stdin"] != "" {
		own.Stdin = ""
	}
	if content.Input(own) == c.Given() {
		return nil
	}
	return &own
}

// feed gives a job of a cell the input of a reader; nil leaves that of the fence.
func feed(job *sandbox.Job, c *content.Cell, in *learner.Input) (err error) {
	if in = ofItsOwn(c, in); in == nil {
		return nil
	}
	if c.Options["stdin"] == "" {
		job.Stdin = in.Stdin
	}
	job.Args, err = splitArgs(in.Args)
	return err
}

// fedAs says whether a run had the arguments and the input of job.
func (r *ranRecord) fedAs(job sandbox.Job) bool {
	return slices.Equal(r.args, job.Args) && r.stdin == job.Stdin
}

// fed says whether a run of a cell had other arguments or input than its fence
// gives, so that nothing that the author says of it is true of the run.
func (s *Server) fed(rec *ranRecord) bool {
	cell := s.cells[rec.key].cell
	if cell == nil {
		return false
	}
	job, err := cellJob(cell, rec.files)
	return err == nil && !rec.fedAs(job)
}

// isLast says of a run whether it is one of the text and the input that a cell
// shows.
func isLast(cell *content.Cell, shown []sandbox.File, in *learner.Input) func(*ranRecord) bool {
	job, err := cellJob(cell, shown)
	if err == nil {
		err = feed(&job, cell, in)
	}
	return func(r *ranRecord) bool {
		return err == nil && r.key == cell.Key && r.result != nil && sameFiles(r.files, shown) && r.fedAs(job)
	}
}

// shownInput is what the fields of a cell hold; nil is what the fence gives.
func shownInput(in *learner.Input) *content.Input {
	if in == nil {
		return nil
	}
	shown := content.Input(*in)
	return &shown
}

// formInput is what a form post for a cell says of arguments and input.
func formInput(c *content.Cell, f *form) *learner.Input {
	if !f.values.Has("args") && !f.values.Has("stdin") {
		return nil
	}
	return ofItsOwn(c, &learner.Input{Args: f.values.Get("args"), Stdin: newlines(f.values.Get("stdin"))})
}
