// Command runsoak runs programs of every kind, three at a time, and does to
// them what can happen to a server: they are given up, killed from outside,
// their kept binaries damaged, the processes that serve them killed. It counts
// what a supervisor could leave behind, before and after: processes,
// descriptors, goroutines, temporary files, cgroups, mounts, memory. It prints
// a Markdown page, and exits with 1 when something was left or a run ended as
// it must not, 70 when something of ours went wrong, 2 where it cannot count.
//
//	go run ./bench/runsoak                    2,000 runs
//	go run ./bench/runsoak -runs 200          what is done in CI
//	go run ./bench/runsoak -seed 7            other choices
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"course/tutor/exectrace"
	"course/tutor/sandbox/toolchain"
)

// options are the flags.
type options struct {
	runs    int
	workers int
	seed    uint64
	data    string // data folder; "" for one that is removed
	out     string // file that gets the page; "" for standard output
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == toolchain.ChildCommand {
		os.Exit(child(os.Args[2]))
	}
	var o options
	flag.IntVar(&o.runs, "runs", 2000, "how many runs")
	flag.IntVar(&o.workers, "workers", 3, "how many of them at a time")
	flag.Uint64Var(&o.seed, "seed", 1, "of what is chosen")
	flag.StringVar(&o.data, "data", "", "data folder to use; empty: one that is removed afterwards")
	flag.StringVar(&o.out, "o", "", "write the page to this file, as docs/runsoak.md")
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Fprintln(os.Stderr, "runsoak: what is left behind is counted in /proc, which only Linux has")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bad, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "runsoak:", err)
		os.Exit(70)
	}
	if bad {
		os.Exit(1)
	}
}

// child serves a jailed helper, as tutor does.
func child(name string) int {
	serve := map[string]func(io.Reader, io.Writer) error{"format": toolchain.ServeFormat, "diagnose": toolchain.ServeDiagnose, "trace": exectrace.Serve}[name]
	if serve == nil {
		return 2
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return toolchain.ExitBadInput
	}
	return 0
}

// run soaks and writes the page. It says whether anything was wrong.
func run(ctx context.Context, o options) (bad bool, err error) {
	if o.data == "" {
		if o.data, err = os.MkdirTemp("", "tutor-runsoak-"); err != nil {
			return false, err
		}
		defer os.RemoveAll(o.data)
	}
	s := newSoak(o)
	// All that is started once in a process is there after one run of each kind;
	// what an engine has of its own is gone when it is closed.
	if err := s.serve(ctx, s.warmUp); err != nil {
		return false, err
	}
	s.sample("before")
	began := time.Now()
	if err := s.serve(ctx, s.all); err != nil {
		return false, err
	}
	s.sample("after")
	s.took = time.Since(began)
	return s.write()
}

// serve lets something work with an engine, and closes it.
func (s *soak) serve(ctx context.Context, work func(context.Context) error) (err error) {
	if s.engine, err = toolchain.New(toolchain.Config{DataDir: s.data, Slots: 2}); err != nil {
		return err
	}
	defer s.engine.Close()
	return work(ctx)
}

// all makes all the runs, counts on the way, and stops with runs under way.
func (s *soak) all(ctx context.Context) error {
	for part := range 4 {
		if err := s.some(ctx, (part+1)*s.runs/4-part*s.runs/4); err != nil {
			return err
		}
		s.sample(fmt.Sprintf("after %d", (part+1)*s.runs/4))
	}
	return s.stopServer(ctx)
}
