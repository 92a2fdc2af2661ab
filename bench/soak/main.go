// Command soak asks every rule about a trace again and again, quiet and beside
// programs that want the processors, and counts the wrong verdicts: a reference
// solution that a rule refuses, or a wrong solution that the rule it is written
// for lets pass. It prints a Markdown table and exits with 1 when there was a
// wrong verdict, 70 when something of ours went wrong.
//
//	go run ./bench/soak                       200 runs of each, hours
//	go run ./bench/soak -runs 10              what is done in CI
//	go run ./bench/soak -state soak.json      goes on where it was stopped
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"time"
)

// options are the flags.
type options struct {
	runs     int
	hogs     int
	time     time.Duration // 0: as long as it takes
	state    string        // file that keeps what was counted; "" for none
	data     string        // data folder; "" for one that is removed
	exercise string        // "" for all
	out      string        // file that gets the table; "" for standard output
}

func main() {
	if os.Getenv(hogName) != "" {
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	}
	var o options
	flag.IntVar(&o.runs, "runs", 200, "runs of each solution, quiet and again under load")
	flag.IntVar(&o.hogs, "hogs", 4, "programs that want a processor, under load")
	flag.DurationVar(&o.time, "time", 0, "stop after this time, with what was counted; 0 for no limit")
	flag.StringVar(&o.state, "state", "", "file that keeps the counts, to go on later")
	flag.StringVar(&o.data, "data", "", "data folder to use; empty: one that is removed afterwards")
	flag.StringVar(&o.exercise, "exercise", "", "only this exercise")
	flag.StringVar(&o.out, "o", "", "write the table to this file, as docs/soak.md")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	wrong, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(70)
	}
	if wrong > 0 {
		fmt.Fprintf(os.Stderr, "soak: %d wrong verdicts\n", wrong)
		os.Exit(1)
	}
}

// run soaks and writes the table. It answers with the number of wrong verdicts.
func run(ctx context.Context, o options) (wrong int, err error) {
	subjects, err := subjectsOf(o.exercise)
	if err != nil {
		return 0, err
	}
	t, err := loadTally(o.state)
	if err != nil {
		return 0, err
	}
	judge, closeEngine, err := newJudge(ctx, o.data)
	if err != nil {
		return 0, err
	}
	defer closeEngine()
	if o.time > 0 { // making the standard library ready does not count
		limited, cancel := context.WithTimeout(ctx, o.time)
		defer cancel()
		ctx = limited
	}
	s := &soak{options: o, subjects: subjects, tally: t, judge: judge, hog: startHogs}
	if err := s.all(ctx); err != nil {
		return 0, err
	}
	return t.wrong(subjects), s.write()
}

const hogName = "TUTOR_HOG"

// startHogs starts programs that want a processor. The function ends them.
func startHogs(n int) (stop func(), err error) {
	var hogs []*exec.Cmd
	stop = func() {
		for _, h := range hogs {
			_ = h.Process.Kill() // it may be gone
			_ = h.Wait()         // it was killed
		}
	}
	for range n {
		h := exec.Command(os.Args[0])
		h.Env = append(os.Environ(), hogName+"=1", "GOMAXPROCS=1")
		if err := h.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("start a program that wants a processor: %w", err)
		}
		hogs = append(hogs, h)
	}
	return stop, nil
}
