//go:build linux

// Command traces measures how soon a trace can be looked at, and what memory
// that takes, beside go tool trace on the same files in the same run:
//
//	go run ./bench/traces          # traces of about 1, 5 and 100 MB
//	go run ./bench/traces -short   # without the large one, for CI
//
// It prints a Markdown table, warns where ours is not as much better as is
// promised, and exits with 1 where it is worse.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
)

// sample is a trace to be made: a workload that a program of
// exectrace/testdata runs, and what is promised of its size.
type sample struct {
	name     string
	workload string
	n, procs int
	ms, mib  float64 // what the analysis may take; 0: nothing is promised
	// tool is how many ms go tool trace takes to its first view where ms is
	// promised: so that is a share of it, and holds on any machine.
	tool float64
}

var samples = []sample{
	{"1 MB", "pingpong", 30_000, 2, 60, 0, 390},
	{"5 MB, 1 M events", "pingpong", 160_000, 2, 300, 40, 1890},
	{"200,000 goroutines", "unbounded", 200_000, 2, 0, 0, 0},
	{"100 MB", "pingpong", 3_100_000, 2, 5000, 300, 37_600},
}

func main() {
	short := flag.Bool("short", false, "leave out the largest trace")
	rounds := flag.Int("n", 5, "how often to measure; the median counts")
	analyse := flag.String("analyse", "", "only read this trace, as the analyser does, and end (used by the command itself)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *analyse != "" {
		exit(analyseOnly(*analyse))
	}
	list := samples
	if *short {
		list = list[:len(list)-1]
	}
	exit(compare(ctx, list, *rounds))
}

var errSlow = errors.New("not as good as promised")

func exit(err error) {
	switch {
	case err == nil:
		os.Exit(0)
	case errors.Is(err, errSlow):
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(70)
}

// compare makes the traces and measures both on each.
func compare(ctx context.Context, list []sample, rounds int) error {
	dir, err := os.MkdirTemp("", "tutor-traces-")
	if err != nil {
		return fmt.Errorf("make a folder for the traces: %w", err)
	}
	defer os.RemoveAll(dir)
	t, err := build(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Println("| trace | file | events | analysed | peak | `tutor trace --html` | peak | `go tool trace`, first view | peak | sooner | less memory |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	slow := false
	for _, s := range list {
		n := rounds
		if s.n > 1_000_000 {
			n = 1 + rounds/3 // takes minutes for the other
		}
		r, err := t.measure(ctx, s, n)
		if err != nil {
			return fmt.Errorf("measure the trace of %s: %w", s.name, err)
		}
		fmt.Println(r.line())
		for _, complaint := range r.complaints() {
			fmt.Fprintln(os.Stderr, "bench:", complaint)
		}
		slow = slow || r.tooSlow()
	}
	if slow {
		return errSlow
	}
	return nil
}

// tools are the programs that are measured.
type tools struct{ dir, self, tutor, workloads, goTrace string }

func build(ctx context.Context, dir string) (*tools, error) {
	t := &tools{dir: dir, tutor: filepath.Join(dir, "tutor"), workloads: filepath.Join(dir, "workloads")}
	var err error
	if t.self, err = os.Executable(); err != nil {
		return nil, fmt.Errorf("find this command: %w", err)
	}
	for out, pkg := range map[string]string{t.tutor: "./cmd/tutor", t.workloads: "./exectrace/testdata/workloads"} {
		if msg, err := exec.CommandContext(ctx, "go", "build", "-o", out, pkg).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", pkg, err, msg)
		}
	}
	// The tool itself, so that its start through the go command is not counted.
	t.goTrace = filepath.Join(dir, "gotrace")
	if msg, err := exec.CommandContext(ctx, "go", "build", "-o", t.goTrace, "cmd/trace").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build cmd/trace: %w\n%s", err, msg)
	}
	return t, nil
}

// record makes the trace of a sample.
func (t *tools) record(ctx context.Context, s sample) (string, int64, error) {
	out := filepath.Join(t.dir, s.workload+strconv.Itoa(s.n)+".trace")
	cmd := exec.CommandContext(ctx, t.workloads, s.workload, out, strconv.Itoa(s.n), strconv.Itoa(s.procs))
	if msg, err := cmd.CombinedOutput(); err != nil {
		return "", 0, fmt.Errorf("record %s: %w\n%s", s.workload, err, msg)
	}
	info, err := os.Stat(out)
	if err != nil {
		return "", 0, fmt.Errorf("record %s: %w", s.workload, err)
	}
	return out, info.Size(), nil
}
