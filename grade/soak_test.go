package grade_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"course/tutor/exectrace"
	"course/tutor/grade"
)

// TestSeeds proves 03-01 under several seeds: a verdict that depends on the
// seed is a defect of the exercise. TUTOR_SOAK=20 makes it twenty, and
// TUTOR_HOGS=4 lets four programs that want a processor run beside. It logs
// how far the numbers were from the bounds of the rules.
func TestSeeds(t *testing.T) {
	seeds := number(t, "TUTOR_SOAK", 2)
	startHogs(t, number(t, "TUTOR_HOGS", 0))
	ex := builtIn(t, "03-01")
	shapes := map[string][]float64{}
	for i := range seeds {
		seed := fmt.Sprintf("seed %d", i)
		g := grader(t, seed)
		v := gradeWork(t, g, ex, grade.Work{Files: ex.Solution, Answers: ex.Answers})
		if v.Status != grade.Passed || v.Points != v.MaxPoints {
			logVerdict(t, v)
			t.Errorf("%s: the solution gets %s, %d points", seed, v.Status, v.Points)
		}
		for _, tr := range v.Traces {
			measure(t, tr, shapes)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		list := shapes[name]
		slices.Sort(list)
		t.Logf("%-28s n=%d min=%.2f median=%.2f max=%.2f", name, len(list), list[0], list[len(list)/2], list[len(list)-1])
	}
}

// TestSeedsWrong does the same with the wrong solutions, under a quarter as
// many seeds.
func TestSeedsWrong(t *testing.T) {
	seeds := number(t, "TUTOR_SOAK", 0) / 4
	if seeds == 0 {
		t.Skip("TestSchedWrong has them under one seed; TUTOR_SOAK=20 asks for five")
	}
	startHogs(t, number(t, "TUTOR_HOGS", 0))
	ex := builtIn(t, "03-01")
	for i := range seeds {
		g := grader(t, fmt.Sprintf("wrong seed %d", i))
		for _, w := range ex.Wrong {
			refusedAt(t, ex, w, gradeWork(t, g, ex, grade.Work{Files: w.Files, Answers: w.Answers}))
		}
	}
}

// measure keeps what the rules of a traced check stand on.
func measure(t *testing.T, tr grade.TraceFile, into map[string][]float64) {
	t.Helper()
	parsed, err := analyse(t.Context(), tr.Data)
	if err != nil {
		t.Fatal(err)
	}
	m := parsed.Metrics
	at := slices.IndexFunc(m.Regions, func(r exectrace.NamedTime) bool { return strings.HasPrefix(r.Name, "tutor:") })
	call := m.Regions[at].TotalMS
	into[tr.Check+" running/call"] = append(into[tr.Check+" running/call"], m.RunningMS/call)
	into[tr.Check+" demand/call"] = append(into[tr.Check+" demand/call"], (m.RunningMS+m.RunnableMS)/call)
	into[tr.Check+" waiting/call"] = append(into[tr.Check+" waiting/call"], m.WaitingMS/call)
	into[tr.Check+" peak"] = append(into[tr.Check+" peak"], float64(m.Goroutines.Peak))
	if m.OnCPU != nil {
		into[tr.Check+" on_cpu"] = append(into[tr.Check+" on_cpu"], *m.OnCPU)
	}
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// startHogs starts processes that want a processor until the test is over.
func startHogs(t *testing.T, n int) {
	t.Helper()
	for range n {
		hog := exec.Command(os.Args[0])
		hog.Env = append(os.Environ(), "TUTOR_HOG=1", "GOMAXPROCS=1")
		if err := hog.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := hog.Process.Kill(); err != nil {
				t.Error(err)
			}
			_ = hog.Wait() // it was killed
		})
	}
}
