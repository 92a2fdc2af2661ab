package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"course/tutor/exectrace"
)

func newTrace(io streams) *cobra.Command {
	var data string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "trace [--json] FILE",
		Short: "Print the metrics of an execution trace",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			trace, err := os.ReadFile(args[0])
			if err != nil {
				return misuse("read trace: %v", err)
			}
			engine, err := openEngine(data)
			if err != nil {
				return err
			}
			defer engine.Close()
			t, err := analyser{engine}.Analyse(cmd.Context(), trace)
			var bad *exectrace.BadTraceError
			switch {
			case errors.As(err, &bad) && bad.Cut:
				fmt.Fprintf(io.err, "tutor: %s: %v\n", args[0], bad)
				m := bad.Metrics()
				return writeMetrics(io, &m, asJSON)
			case errors.As(err, &bad):
				return exitError{exitRefused, fmt.Sprintf("%s: %v", args[0], bad)}
			case err != nil:
				return ours(err)
			}
			return writeMetrics(io, &t.Metrics, asJSON)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder (see tutor serve)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the metrics as one object")
	return cmd
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
