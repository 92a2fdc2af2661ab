// Command bench measures what tutor promises about speed, as ratios within
// one run, so that the machine does not matter. It prints one JSON object a
// bar, or with -table a table for docs/performance.md, warns on stderr where a
// bar is above its limit and exits with 1 where one is above one and a half
// times its limit.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	short := flag.Bool("short", false, "measure each bar a few times only")
	data := flag.String("data", "", "data folder to use; empty: one that is removed afterwards")
	asTable := flag.Bool("table", false, "print a table in Markdown")
	only := flag.String("only", "", "measure only the bars whose names hold this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	n := 25
	if *short {
		n = 9
	}
	show := asLines
	if *asTable {
		show = inTable
	}
	bad, err := run(ctx, *data, *only, n, show)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(70)
	}
	if bad {
		os.Exit(1)
	}
}

// run measures the bars whose names hold only, n times each, and shows each row once it is there.
func run(ctx context.Context, data, only string, n int, show func(io.Writer, row) error) (bad bool, err error) {
	if data == "" {
		if data, err = os.MkdirTemp("", "tutor-bench-"); err != nil {
			return false, err
		}
		defer os.RemoveAll(data)
	}
	m := measuring{only: only, n: n, show: show}
	b, bars, closeEngine, err := sandboxBars(ctx, data)
	if err != nil {
		return false, err
	}
	defer closeEngine()
	if err := m.measure(ctx, bars); err != nil {
		return false, err
	}
	// A server builds ahead whenever it has nothing to do, which is no company
	// for what it takes no part in.
	over, closeServer, err := httpBars(ctx, b, data)
	if err != nil {
		return false, err
	}
	defer closeServer()
	err = m.measure(ctx, append(over, b.firstRunBar(filepath.Join(b.dir, "tutor"))))
	return m.bad, err
}

// measuring measures bars and shows them.
type measuring struct {
	only string // in the names of those that are measured
	n    int    // times each
	show func(io.Writer, row) error
	bad  bool // one was too slow
}

func (m *measuring) measure(ctx context.Context, bars []bar) error {
	for _, b := range bars {
		if !strings.Contains(b.name, m.only) {
			continue
		}
		r, err := b.settle(ctx, m.n)
		if err != nil {
			return fmt.Errorf("measure %s: %w", b.name, err)
		}
		if err := m.show(os.Stdout, r); err != nil {
			return err
		}
		if r.Ratio > r.Limit {
			fmt.Fprintf(os.Stderr, "bench: %s is %.2f, above its limit of %.2f\n", r.Name, r.Ratio, r.Limit)
		}
		m.bad = m.bad || r.tooSlow()
	}
	return nil
}

func asLines(out io.Writer, r row) error { return json.NewEncoder(out).Encode(r) }

func inTable(out io.Writer, r row) error {
	baseline, cpu := "", ""
	if r.Baseline > 0 {
		baseline = fmt.Sprintf("%.1f", r.Baseline)
	}
	if r.OursCPU > 0 {
		cpu = fmt.Sprintf("%.1f", r.OursCPU)
		if r.BaselineCPU > 0 {
			cpu += fmt.Sprintf(" / %.1f", r.BaselineCPU)
		}
	}
	_, err := fmt.Fprintf(out, "| %s | %.2f | %.2f | %g | %.1f | %s | %s | %d |\n", r.Name, r.Ratio, r.Fastest, r.Limit, r.Ours, baseline, cpu, r.N)
	return err
}
