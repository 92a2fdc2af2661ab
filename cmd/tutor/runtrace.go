package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"course/tutor/exectrace"
	"course/tutor/page"
	"course/tutor/sandbox"
	"course/tutor/sandbox/toolchain"
)

// keepTraces writes the traces of a run where they are wanted, and says what there
// is and how they were cut.
func keepTraces(ctx context.Context, engine *toolchain.Engine, f runFlags, result *sandbox.Result, through *passage) error {
	return eachTrace(f.trace, result, func(name string, r *sandbox.Result) error {
		said, err := writeTraces(name, r)
		if err != nil || f.json {
			return err
		}
		if name != "" {
			said = append([]string{traceCut(ctx, engine, r)}, said...)
		}
		for _, text := range said {
			if text != "" {
				through.say(text)
			}
		}
		return nil
	})
}

// eachTrace calls do with each run of a result that may have a trace, and the
// file it goes to: of several, the value stands before the file's ending.
func eachTrace(name string, r *sandbox.Result, do func(name string, r *sandbox.Result) error) error {
	if len(r.Vary) == 0 {
		return do(name, r)
	}
	for i, part := range r.Varied() {
		file := name
		if file != "" {
			file = beside(name, strconv.Itoa(r.Vary[i]))
		}
		if err := do(file, part); err != nil {
			return err
		}
	}
	return nil
}

// writeTraces writes the trace of a run to a file when one was asked for, and
// beside it the end of one that was cut and the traces that the program took
// itself: under names of ours, since what is run must not say which file of
// somebody's is written. It says what there is besides.
func writeTraces(name string, result *sandbox.Result) (said []string, err error) {
	own := 0
	for _, a := range result.Artifacts {
		file, says := "", ""
		switch a.Kind {
		case "trace":
			file = name
		case "trace-end":
			file, says = beside(name, "end"), "The end of the trace was kept apart: it is in "
		case "trace-file":
			own++
			file = beside(name, "own"+strconv.Itoa(own))
			says = "The program took a trace itself (" + printable(a.Name) + "): it is in "
			if name == "" {
				said = append(said, "The program took a trace itself ("+printable(a.Name)+"), and its files are gone with it. With --trace FILE that is written, too.")
			}
		}
		if name == "" || file == "" || len(a.Data) == 0 {
			continue
		}
		if err := os.WriteFile(file, a.Data, 0o644); err != nil {
			return said, misuse("write trace: %v", err)
		}
		if says != "" {
			said = append(said, says+file+".")
		}
	}
	return said, nil
}

// beside is x-what.trace for x.trace.
func beside(name, what string) string {
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + what + ext
}

// addMetrics puts what the trace of a run says into its Result. A trace that
// can't be analysed leaves the sentence that says why.
func addMetrics(ctx context.Context, engine *toolchain.Engine, result *sandbox.Result) {
	t, err := traceOf(ctx, engine, result)
	if err != nil {
		result.Trace.Problem = err.Error()
		return
	}
	if t == nil {
		return
	}
	t.Know(result.TraceCut(), result.Status == sandbox.StatusDeadlock, result.Usage.CPU())
	if result.Race {
		t.KnowRace()
	}
	result.Trace.Metrics = &t.Metrics
}

// traceOf reads the trace of a run; it is nil where there is none.
func traceOf(ctx context.Context, engine *toolchain.Engine, result *sandbox.Result) (*exectrace.Trace, error) {
	data := result.TraceData()
	if data == nil || result.Trace == nil {
		return nil, nil
	}
	return analyser{engine}.Analyse(ctx, result.Packages, data)
}

// traceCut says that the trace of a run is not all of it, and how much it covers.
// Only of a trace that was cut it must be read for that.
func traceCut(ctx context.Context, engine *toolchain.Engine, result *sandbox.Result) string {
	if result.TraceCut() == "" {
		return page.TraceCut(result, nil)
	}
	t, err := traceOf(ctx, engine, result)
	if err != nil {
		return page.TraceCut(result, nil) + " It can't be read: " + err.Error() + "."
	}
	return page.TraceCut(result, t)
}
