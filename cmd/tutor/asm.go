package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"course/tutor/sandbox"
)

// gcFlagsSay lists the flags of the compiler that there are.
func gcFlagsSay() string {
	var list []string
	for _, f := range sandbox.GCFlags() {
		list = append(list, f.Flag+" "+f.Says)
	}
	return strings.Join(list, "; ")
}

// printAsm writes the source, and below each line what the compiler decided
// there and the instructions that it made for it.
func printAsm(to io.Writer, files []sandbox.File, r *sandbox.Result) error {
	a := r.Asm
	if a == nil {
		return nil
	}
	w := bufio.NewWriter(to)
	files = slices.DeleteFunc(slices.Clone(files), func(f sandbox.File) bool { return !strings.HasSuffix(f.Name, ".go") || sandbox.IsData(f.Name) })
	for _, f := range files {
		if len(files) > 1 {
			fmt.Fprintf(w, "-- %s --\n", f.Name)
		}
		n := 0
		for text := range strings.Lines(f.Content) {
			n++
			fmt.Fprintf(w, "%4d  %s\n", n, strings.TrimRight(text, "\r\n"))
			printBenchLine(w, r.Bench, f.Name, n)
			printAsmLine(w, a, f.Name, n)
		}
	}
	for _, f := range a.Funcs {
		fmt.Fprintf(w, "%s: %d bytes of %s code, %d bytes of stack\n", f.Name, f.Bytes, a.Arch, f.Frame)
	}
	if a.Cut {
		fmt.Fprintln(w, "There is more than is kept: the end is not here.")
	}
	return w.Flush()
}

// printBenchLine writes what was measured of the benchmarks of a line.
func printBenchLine(w io.Writer, rows []sandbox.Bench, file string, line int) {
	for i := range rows {
		if b := &rows[i]; b.File == file && b.Line == line {
			fmt.Fprintf(w, "      | measured: %s\n", b.InWords())
		}
	}
}

func printAsmLine(w io.Writer, a *sandbox.Assembly, file string, line int) {
	for _, n := range a.Notes {
		if n.File == file && n.Line == line {
			fmt.Fprintf(w, "      | %d: %s\n", n.Col, n.Text)
		}
	}
	for _, f := range a.Funcs {
		for _, r := range f.Rows {
			if r.File != file || r.Line != line {
				continue
			}
			from := ""
			if r.From != "" {
				from = "  // " + r.From
			}
			fmt.Fprintf(w, "        %s+%d\t%s%s\n", f.Name, r.Offset, r.Text, from)
		}
	}
}
