package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
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
	if err := t.keepsInput(std, file); err != nil {
		return err
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
		nameA, nameB := traceName(file), traceName(t.vs)
		if nameA == nameB {
			nameA, nameB = file, t.vs
		}
		return writeComparison(std, exectrace.Compare(nameA, a.metrics, nameB, b.metrics), t.asJSON)
	}
	wrote, err := t.files(a, traceName(file))
	if err != nil || (wrote && !t.asJSON) {
		return err
	}
	return writeMetrics(std, a.metrics, t.asJSON)
}

// keepsInput refuses to write over what is read, over the same file twice, and
// in the place of what is no file.
func (t *tracing) keepsInput(std streams, file string) error {
	input, err := os.Stat(file)
	if in, ok := std.in.(*os.File); ok && file == "-" {
		input, err = in.Stat()
	}
	if err != nil {
		input = nil // told where it is opened
	}
	var before os.FileInfo
	for _, path := range []string{t.html, t.export} {
		if path == "" {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			continue // it is made, or it is told why not
		}
		switch {
		case !info.Mode().IsRegular():
			return misuse("write %s: it is there, and is no file", path)
		case input != nil && os.SameFile(info, input):
			return misuse("write %s: it is the trace that is read, and would be lost; give another name", path)
		case before != nil && os.SameFile(info, before):
			return misuse("write %s: --html and --export are one file; give another name", path)
		}
		before = info
	}
	if t.html != "" && t.export != "" && filepath.Clean(t.html) == filepath.Clean(t.export) {
		return misuse("write %s: --html and --export are one file; give another name", t.html)
	}
	return nil
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
	in, size := io.Reader(nil), int64(unknownSize)
	if file == "-" {
		in = until(ctx, r.io.in)
	} else {
		f, n, err := openTrace(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in, size = f, n
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
	case ctx.Err() != nil:
		return nil, exitError{exitFailed, fmt.Sprintf("%s: stopped before it was read", file)}
	case err != nil:
		return nil, ours(err)
	}
	if says := page.FileCut(t); says != "" {
		fmt.Fprintf(r.io.err, "tutor: %s: %s\n", file, printable(says))
	}
	return &readTrace{t, &t.Metrics}, nil
}

// until reads from in until ctx is done, also where in waits for somebody to
// write and cannot be interrupted: that read is left to itself.
func until(ctx context.Context, in io.Reader) io.Reader {
	out, w := io.Pipe()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) }) // of a pipe it is always nil
	go func() {
		_, err := io.Copy(w, in)
		_ = w.CloseWithError(err)
	}()
	return out
}

// openTrace opens a file of known size. What is none is refused before it is
// opened: to open a pipe waits for somebody to write to it, and no signal ends
// that.
func openTrace(file string) (*os.File, int64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, 0, misuse("read trace: %v", err)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, misuse("read trace: %s is no file; what comes through a pipe is read with -, from standard input", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, 0, misuse("read trace: %v", err)
	}
	return f, info.Size(), nil
}

// writeComparison prints the sentences, and what differs by more than chance.
func writeComparison(io streams, c exectrace.Comparison, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		return ours(enc.Encode(c))
	}
	for _, s := range c.Sentences {
		fmt.Fprintln(io.out, printable(s))
	}
	if len(c.Diff) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\t%s\t%s\tsecond by first\t\n", c.A, c.B)
	for _, d := range c.Diff {
		if d.A == nil && d.B == nil {
			continue
		}
		times := string(d.Verdict())
		switch {
		case d.Verdict() != exectrace.Differs:
		case d.Ratio == nil || *d.B == 0:
			times = "-"
		default:
			times = fmt.Sprintf("× %.2f", *d.Ratio)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", d.Name, compared(d.Name, d.A), compared(d.Name, d.B), times)
	}
	return ours(w.Flush())
}

// writeMetrics prints all that is known of a trace, as text or as one object.
func writeMetrics(io streams, m *exectrace.Metrics, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		return ours(enc.Encode(m))
	}
	if why, unread := m.Unread(); unread {
		_, err := fmt.Fprintf(io.out, "nothing in it can be shown: %s\n", why)
		return ours(err)
	}
	return ours(writeText(io.out, m))
}

// compared is a number of a comparison in the unit that its name tells.
func compared(name string, v *float64) string {
	switch {
	case v == nil:
		return "not known"
	case strings.HasSuffix(name, "_ms"):
		return spanMS(*v)
	case strings.HasSuffix(name, "_us"):
		return spanUS(*v)
	case strings.HasSuffix(name, "_bytes"):
		return mebibytes(*v)
	case *v == math.Trunc(*v):
		return grouped(int64(*v))
	}
	return fmt.Sprintf("%.3g", *v)
}
