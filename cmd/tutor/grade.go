package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"course/tutor/exercises"
	"course/tutor/grade"
)

// gradeFlags are the flags of tutor grade.
type gradeFlags struct {
	exercise, format, data, course, seed string
	acceptReduced                        bool
}

func newGrade(io streams) *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade --exercise ID [flags] DIR|ZIP...",
		Short: "Grade submissions",
		Long: `Grade submissions. Each is a folder with the files of the exercise that may be
edited and, optionally, answers.json; or the same as a ZIP. A folder of such
folders is many submissions.

Exit code: 0 all passed, 1 some failed, 2 misuse, 70 our fault.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return gradeAll(cmd.Context(), io, f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.exercise, "exercise", "", "id of the exercise, as 03-01")
	flags.StringVar(&f.format, "format", "text", "text, json, junit or gradescope")
	flags.StringVar(&f.data, "data", "", "data folder (see tutor serve)")
	flags.StringVar(&f.course, "course", "", "folder of a course instead of the built-in one")
	flags.StringVar(&f.seed, "seed", "", "repeat a verdict with the seed it stored")
	flags.BoolVar(&f.acceptReduced, "accept-reduced-isolation", false, "grade although submissions are not well isolated here")
	return cmd
}

// gradeAll grades every submission named and writes the verdicts.
func gradeAll(ctx context.Context, io streams, f gradeFlags, args []string) error {
	ex, err := findExercise(f)
	if err != nil {
		return err
	}
	subs, err := readSubmissions(ex, args)
	if err != nil {
		return err
	}
	grader, engine, err := openGrader(ctx, f.data, f.seed)
	if err != nil {
		return err
	}
	defer engine.Close()
	if is, _ := engine.Isolation(ctx); is.Level < 2 && !f.acceptReduced {
		return misuse("submissions would run at isolation level %d (%s), below 2; tutor doctor says how to raise it, --accept-reduced-isolation takes the risk", is.Level, is.Name)
	}
	graded := make([]grade.Graded, 0, len(subs))
	for _, sub := range subs {
		v, err := grader.Grade(ctx, ex, sub.work, nil)
		if err != nil {
			return ours(err)
		}
		graded = append(graded, grade.Graded{Submission: sub.path, Verdict: v})
	}
	if err := writeGraded(io, f.format, graded); err != nil {
		return err
	}
	return gradeExit(graded)
}

// findExercise checks the flags and finds the exercise they name.
func findExercise(f gradeFlags) (*exercises.Exercise, error) {
	if !strings.Contains(" text json junit gradescope ", " "+f.format+" ") {
		return nil, misuse("--format %s is not known; it can be text, json, junit or gradescope", f.format)
	}
	files, err := openCourse(f.course)
	if err != nil {
		return nil, err
	}
	all, _, err := exercises.Load(files.exercises)
	if err != nil {
		return nil, ours(err)
	}
	if f.exercise == "" {
		return nil, misuse("grade which exercise? Give --exercise ID; there is %s", ids(all))
	}
	ex, ok := exercises.ByID(all, f.exercise)
	if !ok {
		return nil, misuse("there is no exercise %s; there is %s", f.exercise, ids(all))
	}
	return ex, nil
}

// ids lists the exercises there are.
func ids(all []*exercises.Exercise) string {
	var list []string
	for _, ex := range all {
		list = append(list, ex.ID)
	}
	return strings.Join(list, ", ")
}

// named is a submission with its path as given.
type named struct {
	path string
	work grade.Work
}

// readSubmissions reads everything before anything is graded, so that a path
// that can't be read is told at once.
func readSubmissions(ex *exercises.Exercise, args []string) ([]named, error) {
	if len(args) == 0 {
		return nil, misuse("grade what? Give folders or ZIP files of submissions")
	}
	var subs []named
	for _, arg := range args {
		paths, err := exercises.Submissions(ex, arg)
		if err != nil {
			return nil, readError(err)
		}
		for _, path := range paths {
			sub, err := exercises.ReadSubmission(ex, path)
			if err != nil {
				return nil, readError(err)
			}
			subs = append(subs, named{path, grade.WorkOf(sub)})
		}
	}
	return subs, nil
}

// readError tells the sender's mistakes from ours.
func readError(err error) error {
	var refused *exercises.RefusedError
	if errors.As(err, &refused) {
		return misuse("%v", err)
	}
	return ours(err)
}

// writeGraded writes the verdicts in one of the formats.
func writeGraded(io streams, format string, graded []grade.Graded) error {
	switch format {
	case "json":
		return ours(grade.WriteJSON(io.out, graded))
	case "junit":
		return ours(grade.WriteJUnit(io.out, graded))
	case "gradescope":
		return writeGradescope(io.out, graded)
	}
	for _, g := range graded {
		if len(graded) > 1 {
			fmt.Fprintf(io.out, "%s\n", g.Submission)
		}
		if err := grade.WriteText(io.out, g.Verdict, colour(io.out)); err != nil {
			return ours(err)
		}
	}
	return nil
}

// writeGradescope writes the one file that Gradescope reads. A verdict that
// could not be reached gives none, so that it is not taken for zero points.
func writeGradescope(out io.Writer, graded []grade.Graded) error {
	if len(graded) != 1 {
		return misuse("--format gradescope takes one submission, and there are %d", len(graded))
	}
	if graded[0].Verdict.Status == grade.Error {
		return nil
	}
	return ours(grade.WriteGradescope(out, graded[0].Verdict))
}

// gradeExit is the exit code of all verdicts together.
func gradeExit(graded []grade.Graded) error {
	failed := false
	for _, g := range graded {
		switch g.Verdict.Status {
		case grade.Error:
			return exitError{exitOurs, g.Submission + ": could not be judged, which is our fault; no attempt counts"}
		case grade.Passed:
		default:
			failed = true
		}
	}
	if failed {
		return exitError{code: exitFailed}
	}
	return nil
}

// colour says whether out is a terminal whose user wants colour.
func colour(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && isDevice(file)
}
