package page

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
)

// A cut trace says what its program came to, and how much of the run it covers.
func TestCutTracesSayWhatWasLeftOut(t *testing.T) {
	for says, c := range map[string]struct {
		how    string
		status sandbox.Status
		ran    time.Duration
	}{
		"The trace ends here: the program was stopped at its memory limit. It covers the first 3.96 s of 6.13 s.": {"killed", sandbox.StatusMemoryLimit, 6130 * time.Millisecond},
		endedItself + " It covers the first 3.96 s of 4.2 s.":                                                     {"killed", sandbox.StatusRuntimeError, 4200 * time.Millisecond},
		"The trace ends here: the program was stopped.":                                                           {"killed", "", 0},
		"The trace ends here: nothing ran for 1 s. The program went on. It covers the first 3.96 s of 20 s.":      {"idle", sandbox.StatusOK, 20 * time.Second},
	} {
		tr := &exectrace.Trace{Wall: 3960e6, Run: exectrace.Run{Status: string(c.status), Wall: c.ran}}
		tr.Metrics.Truncated = &c.how
		res := &sandbox.Result{Status: c.status, Trace: &sandbox.TraceInfo{Truncated: &c.how}}
		if got := TraceCut(res, tr); got != says || FileCut(tr) != says {
			t.Errorf("of the run %q, of the file %q, want %q", got, FileCut(tr), says)
		}
		if got := TraceCut(res, nil); c.status == sandbox.StatusRuntimeError && got != endedItself {
			t.Errorf("without the trace %q, want %q", got, endedItself)
		}
	}
}

// What package sandbox writes behind a cut trace is what exectrace reads there.
func TestAMarkedTraceTellsItByItself(t *testing.T) {
	data, err := os.ReadFile("../exectrace/testdata/leak.trace")
	if err != nil {
		t.Fatal(err)
	}
	data = sandbox.MarkTrace(data, sandbox.TraceMark{How: "killed", Status: sandbox.StatusMemoryLimit, Ran: 6130 * time.Millisecond})
	tr, err := exectrace.Parse(bytes.NewReader(data), exectrace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if says := FileCut(tr); tr.Metrics.Leaks != nil || !strings.Contains(says, "at its memory limit. It covers the first") || !strings.HasSuffix(says, "of 6.13 s.") {
		t.Errorf("%q, leaks %v", says, tr.Metrics.Leaks)
	}
}

// Who was made in a trace and still lived at its end is one goroutine in the
// list.
func TestTheListCountsAGoroutineOnce(t *testing.T) {
	tr := recordedTrace(t, "leak", exectrace.Options{})
	g := tr.Metrics.Goroutines
	if g.Created != 5 || g.AtEnd != 6 {
		t.Fatalf("goroutines %+v, want 5 made and 6 at the end", g)
	}
	if says := TraceSays(tr); !strings.Contains(says, ", 6 goroutines, ") {
		t.Errorf("%q, want 6 goroutines", says)
	}
}
