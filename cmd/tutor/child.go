package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"course/tutor/exectrace"
	"course/tutor/profile"
	"course/tutor/sandbox/interp"
	"course/tutor/sandbox/toolchain"
)

// children are the jailed helpers: our own binary working on bytes that a
// learner wrote. The jail starts them as `tutor __child NAME`.
var children = map[string]func(in io.Reader, out io.Writer) error{
	"trace":    serveTrace,
	"format":   toolchain.ServeFormat,
	"profile":  profile.Serve,
	"diagnose": toolchain.ServeDiagnose,
}

// childName answers with the helper that the arguments ask for.
func childName(args []string) (string, bool) {
	if len(args) == 3 && args[1] == toolchain.ChildCommand {
		return args[2], true
	}
	return "", false
}

// child serves one helper and answers with the exit code.
func child(name string, in io.Reader, out, errs io.Writer) int {
	if name == interp.Child {
		return interp.Serve(errs)
	}
	serve, ok := children[name]
	if !ok {
		fmt.Fprintf(errs, "tutor: no helper is called %q\n", name)
		return exitMisuse
	}
	err := serve(in, out)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errs, err)
	var fault *toolchain.HelperError
	if errors.As(err, &fault) {
		return toolchain.ExitBadInput
	}
	return exitOurs
}

// serveTrace reads a trace. Most of what it holds is one generation of the
// trace's bytes, which need no collector: a small heap costs it little time.
func serveTrace(in io.Reader, out io.Writer) error {
	debug.SetGCPercent(50)
	return exectrace.Serve(in, out)
}
