package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"course/tutor/exectrace"
	"course/tutor/grade"
	"course/tutor/sandbox/interp"
	"course/tutor/sandbox/toolchain"
	"course/tutor/site"
)

// version is tutor's own; a release sets it with -ldflags=-X.
var version = "devel"

// openEngine starts the toolchain engine of a data folder.
func openEngine(dataFlag string) (*toolchain.Engine, error) {
	return newEngine(dataFlag, toolchain.Config{Remember: true})
}

// openReader starts an engine that is to build nothing.
func openReader(dataFlag string) (*toolchain.Engine, error) {
	return newEngine(dataFlag, toolchain.Config{Remember: true, Lazy: true})
}

func newEngine(dataFlag string, cfg toolchain.Config) (*toolchain.Engine, error) {
	var err error
	if cfg.DataDir, err = dataDir(dataFlag); err != nil {
		return nil, err
	}
	engine, err := toolchain.New(cfg)
	return engine, ours(err)
}

// openRouter lets an engine's programs be interpreted where that is known to be
// right. keep is how many interpreters are kept warm.
func openRouter(engine *toolchain.Engine, keep int) (*interp.Router, error) {
	router, err := interp.New(interp.Config{Compiler: engine, Command: toolchain.ChildCommand, Keep: keep})
	return router, ours(err)
}

// openGrader starts an engine and makes the grader of a data folder. seed
// repeats an old verdict; "" makes new ones. The engine is the caller's to close.
func openGrader(ctx context.Context, dataFlag, seed string) (*grade.Grader, *toolchain.Engine, error) {
	dir, err := dataDir(dataFlag)
	if err != nil {
		return nil, nil, err
	}
	token, err := site.Token(dir)
	if err != nil {
		return nil, nil, ours(err)
	}
	engine, err := openEngine(dir)
	if err != nil {
		return nil, nil, err
	}
	return newGrader(ctx, engine, token, seed), engine, nil
}

// analyser reads execution traces in a jailed helper, since their bytes come
// from a process in which a learner's code ran.
type analyser struct{ engine *toolchain.Engine }

// Analyse answers with an error that is a sentence for the learner when the
// trace is at fault. own is Result.Packages.
func (a analyser) Analyse(ctx context.Context, own []string, trace []byte) (*exectrace.Trace, error) {
	return a.analyse(ctx, bytes.NewReader(trace), int64(len(trace)), exectrace.Options{Own: packages(own)})
}

// Judge is Analyse for the trace of a check.
func (a analyser) Judge(ctx context.Context, trace []byte) (*exectrace.Trace, error) {
	return a.Analyse(ctx, nil, trace)
}

// packages are the learner's in a run: those of its Result, or else those that
// programs and exercises have.
func packages(own []string) []string {
	if own == nil {
		return []string{"main", "exercise"}
	}
	return own
}

// AnalyseFile is Analyse for a trace from anywhere, of about size bytes, that
// is read on the way.
func (a analyser) AnalyseFile(ctx context.Context, trace io.Reader, size int64) (*exectrace.Trace, error) {
	return a.analyse(ctx, trace, size, exectrace.Options{Partial: true})
}

func (a analyser) analyse(ctx context.Context, trace io.Reader, size int64, opts exectrace.Options) (*exectrace.Trace, error) {
	request, err := exectrace.RequestFrom(opts, trace)
	if err != nil {
		return nil, err
	}
	answer, err := a.engine.HelperFrom(ctx, "trace", request, size)
	var fault *toolchain.HelperError
	if errors.As(err, &fault) {
		return nil, &exectrace.BadTraceError{What: "it can't be analysed: " + fault.Reason}
	}
	if err != nil {
		return nil, fmt.Errorf("read the trace: %w", err)
	}
	t, err := exectrace.Decode(bytes.NewReader(answer))
	var bad *exectrace.BadTraceError
	if err != nil && !errors.As(err, &bad) {
		return nil, fmt.Errorf("read the trace: %w", err)
	}
	return t, err
}
