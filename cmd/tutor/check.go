package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"course/tutor/exercises"
	"course/tutor/grade"
)

// checkFlags are the flags of tutor check.
type checkFlags struct {
	data, course string
	watch        bool
}

func newCheck(io streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [ID] [DIR]",
		Short: "Check your work on an exercise, as the page does",
		Long: `Check your work on an exercise, as the page does. DIR is the folder that tutor
work wrote (default: this one); ID can be left out in it. With --watch it checks
again whenever a file is saved, until Ctrl-C.

Exit code: 0 passed, 1 not yet, 2 misuse, 70 our fault.`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return check(cmd.Context(), io, f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "data folder (see tutor serve)")
	flags.StringVar(&f.course, "course", "", "folder of a course instead of the built-in one")
	flags.BoolVar(&f.watch, "watch", false, "check again whenever a file is saved")
	return cmd
}

// check runs one command line of tutor check.
func check(ctx context.Context, io streams, f checkFlags, args []string) error {
	ex, dir, err := checked(f, args)
	if err != nil {
		return err
	}
	grader, engine, err := openGrader(ctx, f.data, "")
	if err != nil {
		return err
	}
	defer engine.Close()
	for {
		seen := stamps(dir)
		err := checkOnce(ctx, io, grader, ex, dir)
		if !f.watch || exitCode(err) == exitOurs {
			return err
		}
		if err != nil && err.Error() != "" {
			fmt.Fprintln(io.err, "tutor:", err)
		}
		fmt.Fprintf(io.out, "Watching %s. Save a file to check again; Ctrl-C ends.\n\n", dir)
		if !waitForChange(ctx, dir, seen) {
			return err
		}
	}
}

// checked finds which exercise in which folder is meant: an id, a folder, both
// or neither.
func checked(f checkFlags, args []string) (*exercises.Exercise, string, error) {
	files, err := openCourse(f.course)
	if err != nil {
		return nil, "", err
	}
	all, _, err := exercises.Load(files.exercises)
	if err != nil {
		return nil, "", ours(err)
	}
	dir := "."
	if len(args) > 0 {
		if ex, ok := exercises.ByID(all, args[0]); ok {
			if len(args) == 2 {
				dir = args[1]
			}
			return ex, dir, nil
		}
		if len(args) == 2 {
			return nil, "", misuse("there is no exercise %s; there is %s", args[0], ids(all))
		}
		dir = args[0]
	}
	return guess(all, dir)
}

// guess finds the one exercise whose files are in a folder.
func guess(all []*exercises.Exercise, dir string) (*exercises.Exercise, string, error) {
	var fit []*exercises.Exercise
	for _, ex := range all {
		if holds(dir, ex.Edit) {
			fit = append(fit, ex)
		}
	}
	switch len(fit) {
	case 1:
		return fit[0], dir, nil
	case 0:
		return nil, "", misuse("%s is neither an exercise nor a folder with the files of one; there is %s, and tutor work ID writes its folder", dir, ids(all))
	}
	return nil, "", misuse("%s fits more than one exercise; say which: tutor check ID %s", dir, dir)
}

// holds says whether all files are in a folder.
func holds(dir string, files []string) bool {
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return len(files) > 0
}

// checkOnce checks the work in a folder and tells each check as it is decided.
func checkOnce(ctx context.Context, io streams, grader *grade.Grader, ex *exercises.Exercise, dir string) error {
	sub, err := exercises.ReadSubmission(ex, dir)
	if err != nil {
		return readError(err)
	}
	done := 0
	tell := func(r grade.CheckResult) {
		done++
		if colour(io.err) {
			fmt.Fprintf(io.err, "\r\x1b[K%d of %d: %s", done, len(ex.Checks), r.Title)
		}
	}
	v, err := grader.Grade(ctx, ex, grade.WorkOf(sub), tell)
	if colour(io.err) {
		fmt.Fprint(io.err, "\r\x1b[K")
	}
	if err != nil {
		return ours(err)
	}
	if err := grade.WriteText(io.out, v, colour(io.out)); err != nil {
		return ours(err)
	}
	return gradeExit([]grade.Graded{{Submission: dir, Verdict: v}})
}

// stamps are the files of a folder with the time each was written.
func stamps(dir string) map[string]time.Time {
	seen := map[string]time.Time{}
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what can't be read is no work of theirs
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			seen[name] = info.ModTime()
		}
		return nil
	})
	return seen
}

// waitForChange waits until a file of the folder differs from seen, and is
// false when ctx ended first.
func waitForChange(ctx context.Context, dir string, seen map[string]time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(300 * time.Millisecond):
		}
		now := stamps(dir)
		if len(now) != len(seen) {
			return true
		}
		for name, at := range now {
			if was, ok := seen[name]; !ok || !was.Equal(at) {
				return true
			}
		}
	}
}

// exitCode is the code an error ends a command with.
func exitCode(err error) int {
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	}
	return exitMisuse
}
