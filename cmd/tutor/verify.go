package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"course/tutor/grade"
	"course/tutor/sandbox"
	"course/tutor/verify"
)

// verifyFlags are the flags of tutor verify.
type verifyFlags struct {
	data, course string
	update, json bool
}

func newVerify(io streams) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [flags] [PATH...]",
		Short: "Prove that the book tells the truth",
		Long: `Prove that the book tells the truth: every listing prints what the page shows,
every number holds, every exercise can be passed and every wrong solution is
refused, every link leads somewhere.

In the folder of a course (content/ and exercises/ in it) that course is meant;
elsewhere the built-in one. Exit code: 0 all is true, 1 something is not,
2 misuse, 70 our fault.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return verifyCourse(cmd.Context(), io, f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "data folder (see tutor serve)")
	flags.StringVar(&f.course, "course", "", "folder of a course (default: this folder when it is one)")
	flags.BoolVar(&f.update, "update", false, "record runs and rewrite outputs that differ")
	flags.BoolVar(&f.json, "json", false, "print an array of problems")
	return cmd
}

// verifyCourse runs one command line of tutor verify.
func verifyCourse(ctx context.Context, io streams, f verifyFlags, paths []string) error {
	dir := f.course
	if _, err := openCourse("."); dir == "" && err == nil {
		dir = "."
	}
	files, err := openCourse(dir)
	if err != nil {
		return err
	}
	if f.update && files.dir == "" {
		return misuse("--update writes into a course; run it in its folder or give --course DIR")
	}
	data, err := dataDir(f.data)
	if err != nil {
		return err
	}
	engine, err := openEngine(f.data)
	if err != nil {
		return err
	}
	defer engine.Close()
	router, err := openRouter(engine, 1)
	if err != nil {
		return err
	}
	defer router.Close()
	root, err := engine.GOROOT(ctx)
	if err != nil {
		return ours(err)
	}
	v, err := verify.New(verify.Config{
		Content: files.content, Exercises: files.exercises,
		Runner: truth{router}, Analyse: analyser{engine}.Analyse, GOROOT: root,
		Judge:    func(seed string) grade.Judge { return newGrader(ctx, engine, "verify", seed) },
		CacheDir: filepath.Join(data, "cache", "verify"), WriteDir: filepath.Join(files.dir, "content"),
	})
	if err != nil {
		return ours(err)
	}
	problems, err := v.Run(ctx, verify.Options{Update: f.update, Paths: paths, Progress: progress(io, f.json)})
	if errors.Is(err, verify.ErrPath) {
		return exitError{exitMisuse, err.Error()}
	}
	if err != nil {
		return ours(err)
	}
	return writeProblems(io, f.json, problems)
}

// progress tells a person what is looked at; scripts don't need it.
func progress(io streams, quiet bool) func(string) {
	if quiet || !colour(io.err) {
		return nil
	}
	return func(what string) { fmt.Fprintf(io.err, "\r\x1b[K%s", what) }
}

// writeProblems prints what is not true and ends with the exit code.
func writeProblems(io streams, asJSON bool, problems []verify.Problem) error {
	if asJSON {
		if problems == nil {
			problems = []verify.Problem{}
		}
		enc := json.NewEncoder(io.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(problems); err != nil {
			return ours(err)
		}
	} else {
		for _, p := range problems {
			fmt.Fprintln(io.out, p)
		}
	}
	switch {
	case len(problems) > 0 && asJSON:
		return exitError{code: exitFailed}
	case len(problems) > 0:
		return exitError{exitFailed, fmt.Sprintf("%d things are not true", len(problems))}
	case !asJSON:
		fmt.Fprintln(io.out, "everything the book says is true")
	}
	return nil
}

// truth compiles every program but those whose fence says engine=interp: what
// the book prints is what Go prints.
type truth struct{ sandbox.Runner }

// Run is that of sandbox.Runner.
func (t truth) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	if job.Engine != sandbox.EngineInterp {
		job.Engine = sandbox.EngineGo
	}
	return t.Runner.Run(ctx, job, sink)
}
