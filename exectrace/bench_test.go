package exectrace

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// benchTraces are made by testdata/workloads: name, n, Ps.
var benchTraces = []struct {
	name, workload string
	n              int
}{
	{"pingpong-1MB", "pingpong", 30_000},
	{"pingpong-5MB", "pingpong", 160_000},
	{"unbounded-200k", "unbounded", 200_000},
	{"gc-2MB", "gc", 400},
}

// BenchmarkLarge reads whole traces: MB/s, and events and bytes of timeline.
func BenchmarkLarge(b *testing.B) {
	dir := b.TempDir()
	tool := filepath.Join(dir, "workloads")
	if msg, err := exec.Command("go", "build", "-o", tool, "./testdata/workloads").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, msg)
	}
	for _, c := range benchTraces {
		file := filepath.Join(dir, c.name)
		if msg, err := exec.Command(tool, c.workload, file, strconv.Itoa(c.n), "2").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, msg)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var tr *Trace
			for b.Loop() {
				if tr, err = Parse(bytes.NewReader(data), Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(tr.Events), "events")
			b.ReportMetric(float64(tr.TimelineBytes()), "timeline-bytes")
		})
		b.Run(c.name+"/segments", func(b *testing.B) {
			tr, err := Parse(bytes.NewReader(data), Options{})
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n = 0
				for range tr.Segments() {
					n++
				}
			}
			b.ReportMetric(float64(n), "segments")
		})
	}
}
