package page

import (
	"strings"
	"testing"

	"course/tutor/exectrace"
)

// What the timeline draws can be read: the critical path, the curves, the logs
// and the threads.
func TestEventTables(t *testing.T) {
	h := eventTablesOf(recordedTrace(t, "tasks", exectrace.Options{}))
	for _, say := range []string{"The critical path", "Over the run", "goroutines alive", "Logs", "category", "Threads (Ms)", "M"} {
		if !strings.Contains(h, say) {
			t.Errorf("%q is not said", say)
		}
	}
}

// A critical path of very many steps is told by its longest, in order of time,
// and what they leave out is summed.
func TestLongCriticalPath(t *testing.T) {
	m := &exectrace.Metrics{}
	for i := range 3 * mostSteps {
		s := exectrace.PathStep{G: 1, FromMS: float64(i), ToMS: float64(i) + .5, State: "running"}
		if i%3 == 0 {
			s.ToMS = float64(i) + 1
		}
		m.CriticalPath = append(m.CriticalPath, s)
	}
	tab := criticalTable(m)
	if len(tab.rows) != mostSteps || tab.rows[1][0] != "3 ms" || !strings.Contains(tab.foot, "300 steps") || !strings.Contains(tab.foot, "100 ms") {
		t.Errorf("%d rows, the second %v, foot %q", len(tab.rows), tab.rows[1], tab.foot)
	}
}

// The state "sleep" is any wait that has no state of its own: only its reason
// says for what, and nothing calls it a timer.
func TestOtherWaitsAreCalledByTheirReason(t *testing.T) {
	m := &exectrace.Metrics{CriticalPath: []exectrace.PathStep{
		{G: 1, ToMS: 1, State: "sleep", Reason: "runtime semaphore"},
		{G: 1, FromMS: 1, ToMS: 2, State: "sleep"},
		{G: 1, FromMS: 2, ToMS: 3, State: "sync", Reason: "sync"},
		{G: 1, FromMS: 3, ToMS: 4, State: "sleep", Reason: "forever", N: 2},
	}}
	h := criticalTable(m).html()
	for _, say := range []string{swatch(exectrace.Sleep) + "runtime semaphore<", ">timer or other<", ">lock or WaitGroup<", ">mostly nil channel or select{}, for ever, in 2 steps<"} {
		if !strings.Contains(h, say) {
			t.Errorf("%q is not in %s", say, h)
		}
	}
	told := tellBar("G1", traceBar{End: 1e6, Seg: &exectrace.Segment{G: 1, P: -1, State: exectrace.Sleep, Reason: "forever"}})
	if told != "G1 waits from 0 ms for 1 ms: nil channel or select{}, for ever" {
		t.Errorf("a bar of one that waits for ever says %q", told)
	}
}

// Names come from the program: none turns the writing around, is empty, or
// pushes the numbers out of sight.
func TestShownName(t *testing.T) {
	for in, want := range map[string]string{
		"step": "`step", "": grey + "no name", " ": grey + "no name",
		"\u202eevil\x00": "`\uFFFDevil\uFFFD", strings.Repeat("W", 2000): "`" + strings.Repeat("W", 80) + "…",
	} {
		if got := shownName(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// eventTablesOf are the tables of events of a trace.
func eventTablesOf(t *exectrace.Trace) string {
	threads, steals := newThreadSums(t), &stolenStarts{t: t, most: mostSteps}
	for s := range t.Segments() {
		threads.Segment(&s)
		steals.Segment(&s)
	}
	return eventTables(t, threads, steals)
}
