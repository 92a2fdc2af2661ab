package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"course/tutor/page"
	"course/tutor/sandbox"
)

// printVaried prints the runs of a program with several values of GOMAXPROCS
// side by side, where they do not mix with what it printed.
func printVaried(w io.Writer, r *sandbox.Result) error {
	if len(r.Vary) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "tutor: GOMAXPROCS\tended\twall ms\tCPU ms")
	for i, part := range r.Varied() {
		fmt.Fprintf(t, "tutor: %d\t%s\t%.1f\t%.1f\n", r.Vary[i], part.Status, part.Usage.WallMS, part.Usage.CPUMS)
	}
	return t.Flush()
}

// eachTrace calls do with each run of a result that may have a trace, and the
// file it goes to: of several, the value stands before the file's ending.
func eachTrace(name string, r *sandbox.Result, do func(name string, r *sandbox.Result) error) error {
	if len(r.Vary) == 0 {
		return do(name, r)
	}
	ending := filepath.Ext(name)
	for i, part := range r.Varied() {
		if err := do(fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), r.Vary[i], ending), part); err != nil {
			return err
		}
	}
	return nil
}

// keepTrace writes the trace of a run, and says how it was cut.
func keepTrace(name string, r *sandbox.Result, through *passage, quiet bool) error {
	if err := writeTrace(name, r); err != nil {
		return err
	}
	if why := page.TraceCut(r); !quiet && why != "" {
		through.say(why)
	}
	return nil
}
