package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"course/tutor/page"
	"course/tutor/sandbox"
)

// maxTestdata bounds what is read of a folder's testdata before the engine
// says by its own bounds what is too much.
const maxTestdata = 1 << 20

// readTestdata reads the files of the folder testdata of a package of the module
// at top, if there is one, and adds up their size.
func readTestdata(top, inside string, size *int64) ([]sandbox.File, error) {
	root := filepath.Join(top, filepath.FromSlash(inside), "testdata")
	var files []sandbox.File
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if info, err := d.Info(); err == nil {
			*size += info.Size()
		}
		if *size > maxTestdata {
			return fmt.Errorf("more than %d KiB in %s", maxTestdata>>10, root)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(top, name)
		files = append(files, sandbox.File{Name: filepath.ToSlash(inside), Content: string(data)})
		return err
	})
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, misuse("read testdata: %v", err)
	}
	return files, nil
}

// readBaseline reads the Result that --vs names; nil without one.
func readBaseline(f runFlags) (*sandbox.Result, error) {
	if f.vs == "" || isDir(f.vs) || isGo(f.vs) {
		return nil, nil
	}
	data, err := os.ReadFile(f.vs)
	if err != nil {
		return nil, misuse("read --vs: %v", err)
	}
	var r sandbox.Result
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, misuse("--vs %s is no Result as tutor run --json prints it: %v", f.vs, err)
	}
	if len(r.Bench) == 0 {
		return nil, misuse("--vs %s holds no benchmarks: make one with tutor run --kind bench --json", f.vs)
	}
	if by := r.Watched(); by != "" {
		return nil, misuse("--vs %s was measured under %s, whose times compare with no others: measure it again without", f.vs, by)
	}
	return &r, nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isGo(name string) bool { return strings.HasSuffix(name, ".go") }

// readAgainst reads the version that --vs names as a folder or a Go file, which is measured
// in turn with that of the command line.
func readAgainst(io streams, f runFlags, job *sandbox.Job) (err error) {
	if f.vs == "" {
		return nil
	}
	if job.Kind != sandbox.KindBench {
		return misuse("--vs compares benchmarks: it needs --kind bench")
	}
	if by := job.Watched(); by != "" {
		return misuse("--vs can't compare under %s, whose times compare with no others: leave one of the two out", by)
	}
	if isDir(f.vs) || isGo(f.vs) {
		job.Against, err = readSources(io, []string{f.vs}, job.Kind)
	}
	return err
}

// goWords are testing's own words for how a test ended.
var goWords = map[string]string{sandbox.TestPassed: "PASS", sandbox.TestFailed: "FAIL", sandbox.TestSkipped: "SKIP", sandbox.TestNotRun: "NOT RUN"}

// testLine is the line of a test that has ended, as go test -v prints it.
func testLine(t sandbox.Test) string {
	indent := strings.Repeat("    ", strings.Count(t.Name, "/"))
	if t.Status == sandbox.TestNotRun {
		return indent + "--- NOT RUN: " + t.FullName()
	}
	return fmt.Sprintf("%s--- %s: %s (%.2fs)", indent, goWords[t.Status], t.FullName(), t.MS/1000)
}

// report prints what came of tests, benchmarks or coverage, once all is over.
func report(io streams, r *sandbox.Result, before *sandbox.Result) {
	switch {
	case len(r.Tests) > 0 && r.Status == sandbox.StatusOK:
		fmt.Fprintln(io.out, "PASS")
	case len(r.Tests) > 0:
		fmt.Fprintln(io.out, "FAIL")
	}
	if len(r.Bench) > 0 {
		if n := len(r.Events); n > 0 && !strings.HasSuffix(r.Events[n-1].Text, "\n") {
			fmt.Fprintln(io.out)
		}
		printBench(io, r.Bench)
	}
	if says := page.Measured(r); says != "" && len(r.Bench) > 0 {
		fmt.Fprintln(io.out, says)
	}
	switch {
	case r.Baseline != nil:
		printChanges(io, r.Baseline, r.Bench)
	case before != nil:
		printChanges(io, before.Bench, r.Bench)
		fmt.Fprintln(io.out, "The two were measured at different times: a machine that was busier once shows as a difference. --vs with a folder measures both in turn.")
		if before.Procs != r.Procs || before.GoVersion != r.GoVersion {
			fmt.Fprintf(io.out, "They differ in more than the code: %s with GOMAXPROCS=%d before, %s with %d now.\n", before.GoVersion, before.Procs, r.GoVersion, r.Procs)
		}
	}
	if r.Kind == sandbox.KindCover {
		printCover(io, r)
	}
	for _, d := range r.Diagnostics {
		if d.OfTests() {
			fmt.Fprintln(io.err, "tutor: "+d.Message)
		}
	}
}

// printBench prints the median of each measure and the range in which it lies.
func printBench(io streams, rows []sandbox.Bench) {
	w := tabwriter.NewWriter(io.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "benchmark\tunit\tmedian\tfrom\tto\tcounts")
	warnings := map[string]bool{}
	for _, b := range rows {
		for _, unit := range b.Units() {
			s := b.Summary[unit]
			fmt.Fprintf(w, "%s\t%s\t%.4g\t%.4g\t%.4g\t%d\n", b.Name, unit, s.Median, s.Lo, s.Hi, s.Counts)
			for _, text := range s.Warnings {
				warnings[text] = true
			}
		}
	}
	w.Flush()
	for text := range warnings {
		fmt.Fprintln(io.out, "from and to are the least and the most:", text)
	}
	if len(warnings) == 0 {
		fmt.Fprintln(io.out, "from and to hold the true median with a confidence of at least 95 %.")
	}
}

func printChanges(io streams, before, now []sandbox.Bench) {
	changes, missing := sandbox.CompareBench(before, now)
	for _, c := range changes {
		fmt.Fprintln(io.out, c.Says)
	}
	for _, text := range missing {
		fmt.Fprintln(io.out, text)
	}
}

// printCover prints what ran of each function, and the lines that did not.
func printCover(io streams, r *sandbox.Result) {
	c := r.Cover
	if c == nil {
		if len(r.Tests) > 0 {
			fmt.Fprintln(io.out, "coverage: not known, since the program did not live to tell")
		}
		return
	}
	w := tabwriter.NewWriter(io.out, 0, 8, 2, ' ', 0)
	for _, f := range c.Functions {
		fmt.Fprintf(w, "%s:%d\t%s\t%s\n", f.File, f.Line, f.Name, covered(f.Covered, f.Statements))
	}
	w.Flush()
	for _, f := range c.Files {
		for _, b := range f.Blocks {
			if b.Count == 0 && b.Statements > 0 {
				fmt.Fprintf(io.out, "not run: %s:%d.%d to %d.%d\n", f.Name, b.Line, b.Col, b.EndLine, b.EndCol)
			}
		}
	}
	if c.Statements == 0 {
		fmt.Fprintln(io.out, "coverage: [no statements]")
		return
	}
	fmt.Fprintf(io.out, "coverage: %s of statements\n", covered(c.Covered, c.Statements))
}

// covered is the share of what ran, as go tool cover writes it.
func covered(ran, statements int) string {
	share, ok := sandbox.Percent(ran, statements)
	if !ok {
		return "[no statements]"
	}
	return fmt.Sprintf("%.1f%%", share)
}
