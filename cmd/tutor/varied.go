package main

import (
	"fmt"
	"io"
	"text/tabwriter"

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
