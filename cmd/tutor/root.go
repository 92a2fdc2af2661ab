package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes that are not the learner's program's own.
const (
	exitFailed  = 1   // the answer is no: a check failed, the book is wrong
	exitMisuse  = 2   // the command line makes no sense
	exitRefused = 65  // did not compile, or was refused
	exitOurs    = 70  // our fault
	exitTime    = 124 // stopped: time
	exitLimit   = 125 // stopped: another limit
)

// exitError ends a command with a code; its text, when there is one, has been
// or will be printed after "tutor: ".
type exitError struct {
	code int
	text string
}

func (e exitError) Error() string { return e.text }

// misuse is an exitError for a command line that makes no sense.
func misuse(format string, args ...any) error {
	return exitError{exitMisuse, fmt.Sprintf(format, args...)}
}

// streams are the standard streams of a command.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run executes one command line and answers with the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := newRoot(streams{in, out, errs})
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if err.Error() != "" {
		fmt.Fprintf(errs, "tutor: %v\n", err)
	}
	return exitCode(err)
}

// ours marks err as our fault, keeping its words.
func ours(err error) error {
	if err == nil {
		return nil
	}
	return exitError{exitOurs, err.Error()}
}

// newRoot is the whole command tree. Without a subcommand it serves.
func newRoot(io streams) *cobra.Command {
	root := newServe(io)
	root.Use = "tutor"
	root.Short = "A Go course that you read, run and get graded on in one page"
	root.Long = root.Short + ".\n\nWithout a command it opens the course in a browser."
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		if isGo(args[0]) {
			return misuse("there is no command %s: tutor run %s runs a program", args[0], args[0])
		}
		return misuse("there is no command %s: tutor --help lists them", args[0])
	}
	root.SetFlagErrorFunc(badFlag)
	serve := newServe(io)
	serve.Use = "serve"
	root.AddCommand(serve, newRun(io), newGrade(io), newVerify(io), newDoctor(io), newClean(io), newVersion(io), newTrace(io), newWork(io), newCheck(io))
	for _, cmd := range root.Commands() {
		if cmd.Args != nil {
			cmd.Args = goodArgs(cmd.Args)
		}
	}
	return root
}

// goodArgs has args judged, and says of those that make no sense what to do.
func goodArgs(judge cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := judge(cmd, args); err != nil {
			return misuse("%v: it is written %s; %s --help says more", err, cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
}

// badFlag says of a flag that makes no sense what to do.
func badFlag(cmd *cobra.Command, err error) error {
	help := cmd.CommandPath() + " --help lists them"
	var value *pflag.InvalidValueError
	if !errors.As(err, &value) {
		if strings.Contains(cmd.Use, "-- ARGS") {
			help += "; what is for the program or for its tests stands behind --"
		}
		return misuse("%v: %s", err, help)
	}
	want := map[string]string{"int": "a whole number, as 4", "duration": "a time, as 2s", "bool": "nothing, true or false"}
	f := value.GetFlag()
	return misuse("--%s %s: it takes %s; %s", f.Name, value.GetValue(), want[f.Value.Type()], help)
}

// dataDir resolves --data and makes the folder.
func dataDir(flag string) (string, error) {
	dir := flag
	if dir == "" {
		dir = os.Getenv("TUTOR_DATA")
	}
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", misuse("no folder for data: %v; give one with --data DIR", err)
		}
		dir = filepath.Join(base, "tutor")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", ours(err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", misuse("the data folder can't be made: %v; give another with --data DIR", err)
	}
	return abs, nil
}
