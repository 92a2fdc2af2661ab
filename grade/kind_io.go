package grade

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"course/tutor/exercises"
	"course/tutor/sandbox"
)

// ran is what a whole program did with one input.
type ran struct {
	stdout string
	exit   int
	res    *sandbox.Result
}

// io runs the learner's program once a case and compares, from outside, what
// it printed and how it exited. A case without an output of its own is
// compared with the reference's.
func (s *session) io(ctx context.Context, c exercises.Check, r *CheckResult) error {
	if s.broken != "" {
		r.Status, r.Message = Failed, s.broken
		return nil
	}
	passed := 0
	for _, one := range c.Cases {
		got, err := s.runProgram(ctx, learnerPart, s.files, one)
		if err != nil {
			return err
		}
		if !s.builds(got.res, r) {
			return nil
		}
		want := ran{stdout: one.Stdout, exit: one.Exit}
		if !one.HasOwn {
			files := append(slices.Clone(s.ex.Solution), s.ex.Shown()...)
			if want, err = s.runProgram(ctx, referencePart, files, one); err != nil {
				return err
			}
		}
		why := differs(c.Compare, got, want)
		if why == "" {
			passed++
		} else if r.Status != Failed {
			s.tellRun(c, one, got, want, why, r)
		}
	}
	if passed == len(c.Cases) {
		r.Status, r.Message = Passed, fmt.Sprintf("Right in all %d cases.", passed)
		return nil
	}
	r.Message += fmt.Sprintf(" %d of %d cases are right.", passed, len(c.Cases))
	if !c.AllOrNo {
		r.Points = r.MaxPoints * passed / len(c.Cases)
	}
	return nil
}

func (s *session) runProgram(ctx context.Context, part string, files []sandbox.File, one exercises.Case) (ran, error) {
	job := s.job(nil, s.program(part, files))
	job.Parts[0].Own, job.Parts[0].Stdin, job.Parts[0].Args = true, one.Stdin, one.Args
	job.Stdin, job.Args = one.Stdin, one.Args
	res, err := s.g.cfg.Runner.Run(ctx, job, nil)
	if err != nil {
		return ran{}, fmt.Errorf("run the program: %w", err)
	}
	res = partOf(res, part)
	if part == referencePart && res.Status != sandbox.StatusOK && res.ExitCode <= 0 {
		return ran{}, fmt.Errorf("%w: %s", errReference, firstDiagnostic(res))
	}
	return ran{stdout: stdoutOf(res), exit: res.ExitCode, res: res}, nil
}

func stdoutOf(res *sandbox.Result) string {
	var b strings.Builder
	for _, e := range res.Events {
		if e.Stream == "stdout" {
			b.WriteString(e.Text)
		}
	}
	return b.String()
}

// differs says why a run is not what was wanted, or "".
func differs(compare string, got, want ran) string {
	switch got.res.Status {
	case sandbox.StatusOK, sandbox.StatusRuntimeError:
	default:
		return howItEnded(got.res)
	}
	if got.res.Truncated != nil {
		return "It printed more than it may."
	}
	if !sameText(compare, got.stdout, want.stdout) {
		return "It printed something else."
	}
	if got.exit != want.exit {
		return fmt.Sprintf("It exited with code %d, not %d.", got.exit, want.exit)
	}
	return ""
}

func sameText(compare, got, want string) bool {
	got, want = strings.TrimSuffix(got, "\n"), strings.TrimSuffix(want, "\n")
	switch compare {
	case "lines":
		return slices.Equal(trimmedLines(got), trimmedLines(want))
	case "unordered":
		a, b := trimmedLines(got), trimmedLines(want)
		slices.Sort(a)
		slices.Sort(b)
		return slices.Equal(a, b)
	case "match":
		return matchLines(strings.Split(got, "\n"), strings.Split(want, "\n"))
	}
	return got == want
}

func trimmedLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	return lines
}

// matchLines takes each wanted line as an anchored regular expression.
func matchLines(got, want []string) bool {
	return slices.EqualFunc(got, want, func(line, pattern string) bool {
		re, err := regexp.Compile(`^(?:` + pattern + `)$`)
		return err == nil && re.MatchString(line)
	})
}

func (s *session) tellRun(c exercises.Check, one exercises.Case, got, want ran, why string, r *CheckResult) {
	r.Status, r.Expected, r.Got = Failed, want.stdout, got.stdout
	r.Message = sentence(why)
	if at := firstDifference(got.stdout, want.stdout); at > 0 && c.Compare == "exact" {
		r.Message += fmt.Sprintf(" Line %d is the first that differs.", at)
	}
	r.Evidence = append(r.Evidence, Evidence{Kind: "case", Text: clip(inputText(one))})
	r.Evidence = append(r.Evidence, crashLines(got.res, s.files)...)
	if c.Message != "" {
		r.Message += " " + c.Message
	}
}

func inputText(one exercises.Case) string {
	text := "input: " + one.Stdin
	if len(one.Args) > 0 {
		text = "arguments: " + strings.Join(one.Args, " ") + "\n" + text
	}
	return text
}

// firstDifference is the first line, from 1, that two texts do not share, or 0.
func firstDifference(a, b string) int {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		if i >= len(x) || i >= len(y) || x[i] != y[i] {
			return i + 1
		}
	}
	return 0
}
