package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"course/tutor/exectrace"
	"course/tutor/page"
)

func newTrace(std streams) *cobra.Command {
	var t tracing
	cmd := &cobra.Command{
		Use:   "trace [--json] [--html FILE] [--export FILE] [--vs FILE] FILE",
		Short: "Print the metrics of an execution trace, draw it, or compare two",
		Long: "Reads an execution trace of go1.22 or later, as runtime/trace, go test -trace or /debug/pprof/trace write it. " +
			"FILE is - for standard input. What can be read of a cut or damaged trace is shown, and it is said.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return t.run(cmd.Context(), std, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&t.data, "data", "", "data folder (see tutor serve)")
	f.BoolVar(&t.asJSON, "json", false, "print the metrics, or the comparison, as one object")
	f.StringVar(&t.html, "html", "", "write a page that needs no server to this file")
	f.StringVar(&t.export, "export", "", "write the Trace Event format, which other viewers read, to this file")
	f.StringVar(&t.vs, "vs", "", "compare with the trace in this file")
	return cmd
}

// tracing is what is asked of tutor trace.
type tracing struct {
	data, html, export, vs string
	asJSON                 bool
}

func (t *tracing) run(ctx context.Context, std streams, file string) error {
	if t.vs != "" && (t.html != "" || t.export != "") {
		return misuse("--vs compares two traces: --html and --export take one")
	}
	if t.vs == "-" && file == "-" {
		return misuse("only one of the two traces can come from standard input")
	}
	engine, err := openReader(t.data)
	if err != nil {
		return err
	}
	defer engine.Close()
	read := reader{std, analyser{engine}}
	a, err := read.trace(ctx, file)
	if err != nil {
		return err
	}
	if t.vs != "" {
		b, err := read.trace(ctx, t.vs)
		if err != nil {
			return err
		}
		return writeComparison(std, exectrace.Compare(traceName(file), a.metrics, traceName(t.vs), b.metrics), t.asJSON)
	}
	wrote, err := t.files(a, traceName(file))
	if err != nil || (wrote && !t.asJSON) {
		return err
	}
	return writeMetrics(std, a.metrics, t.asJSON)
}

// files writes what is asked for besides the metrics.
func (t *tracing) files(a *readTrace, name string) (wrote bool, err error) {
	for _, f := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{t.html, func(w io.Writer) error { return writePage(w, name, a.trace) }},
		{t.export, func(w io.Writer) error { return a.trace.WriteTraceEvents(w) }},
	} {
		if f.path == "" {
			continue
		}
		if a.trace == nil {
			return false, exitError{exitRefused, name + ": nothing of this trace can be drawn"}
		}
		if err := writeFile(f.path, f.write); err != nil {
			return false, err
		}
		wrote = true
	}
	return wrote, nil
}

func writePage(w io.Writer, name string, t *exectrace.Trace) error {
	r, err := page.New()
	if err != nil {
		return err
	}
	return r.Standalone(w, name, t)
}

// writeFile writes a file that is there whole or not at all.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tutor-*")
	if err != nil {
		return misuse("write %s: %v", path, err)
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriter(f)
	err = write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return misuse("write %s: %v", path, err)
	}
	return nil
}

func traceName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return filepath.Base(file)
}

// readTrace is a trace that was read. trace is nil where so little is left of
// it that only the reason is known.
type readTrace struct {
	trace   *exectrace.Trace
	metrics *exectrace.Metrics
}

// unknownSize is taken for input that does not say how long it is.
const unknownSize = 128 << 20

// reader reads traces for the command line.
type reader struct {
	io streams
	by analyser
}

func (r reader) trace(ctx context.Context, file string) (*readTrace, error) {
	in, size := r.io.in, int64(unknownSize)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, misuse("read trace: %v", err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil || info.IsDir() {
			return nil, misuse("read trace: %s is no file", file)
		}
		in, size = f, info.Size()
	}
	t, err := r.by.AnalyseFile(ctx, in, size)
	bad := (*exectrace.BadTraceError)(nil)
	switch {
	case errors.As(err, &bad) && bad.Cut:
		fmt.Fprintf(r.io.err, "tutor: %s: %v\n", file, bad)
		m := bad.Metrics()
		return &readTrace{metrics: &m}, nil
	case errors.As(err, &bad):
		return nil, exitError{exitRefused, fmt.Sprintf("%s: %v", file, bad)}
	case err != nil:
		return nil, ours(err)
	}
	switch how := t.Metrics.Truncated; {
	case t.Damage != "":
		fmt.Fprintf(r.io.err, "tutor: %s: what comes before the damage is shown: %s\n", file, t.Damage)
	case how != nil:
		fmt.Fprintf(r.io.err, "tutor: %s: it is not whole (%s): what comes before its end is shown\n", file, *how)
	}
	return &readTrace{t, &t.Metrics}, nil
}

// writeComparison prints the sentences, and what differs by more than chance.
func writeComparison(io streams, c exectrace.Comparison, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		return ours(enc.Encode(c))
	}
	for _, s := range c.Sentences {
		fmt.Fprintln(io.out, s)
	}
	if len(c.Diff) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\t%s\t%s\t\t\n", c.A, c.B)
	for _, d := range c.Diff {
		if d.A == nil && d.B == nil {
			continue
		}
		times := string(d.Verdict())
		switch {
		case d.Verdict() != exectrace.Differs:
		case d.Ratio == nil:
			times = ""
		default:
			times = fmt.Sprintf("× %.2f", *d.Ratio)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", d.Name, known(d.A, "%.6g"), known(d.B, "%.6g"), times)
	}
	return ours(w.Flush())
}

// writeMetrics prints the six metrics of the chapter, or everything as JSON.
func writeMetrics(io streams, m *exectrace.Metrics, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		return ours(enc.Encode(m))
	}
	if m.Events == 0 {
		_, err := fmt.Fprintln(io.out, "nothing in it can be shown")
		return ours(err)
	}
	fmt.Fprintf(io.out, "%.2f ms with %d Ps, %s\n", m.WallMS, m.Procs, m.Go)
	fmt.Fprintf(io.out, "goroutines           %d created, at most %d at once, %d blocked at the end\n", m.Goroutines.Created, m.Goroutines.Peak, m.Goroutines.BlockedAtEnd)
	fmt.Fprintf(io.out, "scheduling latency   median %s, 99 of 100 below %s\n", known(m.Latency.P50us, "%.1f µs"), known(m.Latency.P99us, "%.1f µs"))
	fmt.Fprintf(io.out, "context switches     %d, %s\n", m.Switches.Total, known(m.Switches.PerS, "%.0f a second"))
	fmt.Fprintf(io.out, "P utilisation        %s, parallelism %s\n", known(m.Utilisation, "%.2f"), known(m.Parallelism, "%.2f"))
	stolen := "unknown"
	if m.Steals.Stolen != nil {
		stolen = fmt.Sprintf("%d", *m.Steals.Stolen)
	}
	fmt.Fprintf(io.out, "steals               %s (inferred)\n", stolen)
	_, err := fmt.Fprintf(io.out, "GC assist            %.2f ms\n", m.GC.AssistMS)
	return ours(err)
}

// known formats a number that may be unknown.
func known(v *float64, format string) string {
	if v == nil {
		return "unknown"
	}
	return fmt.Sprintf(format, *v)
}
