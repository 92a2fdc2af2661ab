package page

import (
	"strings"
	"testing"

	"course/tutor/sandbox"
)

// allAsleep is a run in which two goroutines wait for each other.
func allAsleep() *sandbox.Result {
	return &sandbox.Result{Status: sandbox.StatusDeadlock, ExitCode: 2, Diagnostics: []sandbox.Diagnostic{
		{File: "main.go", Line: 9, Code: "runtime:deadlock", Message: "fatal error: all goroutines are asleep - deadlock!", Explain: "Every goroutine waits. Look who."},
		{File: "main.go", Line: 9, Code: "runtime:deadlock", Message: "goroutine 1 [chan receive]", Explain: "It waits to receive."},
		{File: "main.go", Line: 7, Code: "runtime:deadlock", Message: "goroutine 6 [sync.Mutex.Lock], started at main.go:6", Explain: "It waits for a lock."},
		{File: "main.go", Line: 3, Col: 2, Code: "vet:copylocks", Message: "f passes lock by value", Explain: "A lock is copied."},
	}}
}

// TestExplainDeadlock says of each goroutine what it waits for and where.
func TestExplainDeadlock(t *testing.T) {
	e := explain(allAsleep())
	if e == nil || e.Title != "Every goroutine waits." || e.Line != 9 {
		t.Fatalf("%+v", e)
	}
	text := strings.Join(e.Text, "\n")
	for _, want := range []string{"Look who.", "Goroutine 1 [chan receive], at main.go:9. It waits to receive.",
		"Goroutine 6 [sync.Mutex.Lock], started at main.go:6, at main.go:7. It waits for a lock."} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "lock is copied") {
		t.Errorf("advice is taken for the reason:\n%s", text)
	}
}

// TestAdviceIsToldAtItsLine: vet's findings have their words at their line;
// what is explained below the output only marks its line.
func TestAdviceIsToldAtItsLine(t *testing.T) {
	r := allAsleep()
	if told := told(r); len(told) != 1 || told[0].Line != 3 || told[0].Message == "" {
		t.Errorf("told: %+v", told)
	}
	marks := marked(r)
	if len(marks) != 3 || marks[0].Message != "" || marks[2].Line != 7 {
		t.Errorf("marked: %+v", marks)
	}
	if line := StatusLine(r, ""); !strings.Contains(line.Detail, "main.go:9") {
		t.Errorf("the status line points elsewhere: %+v", line)
	}
	r.Status, r.Diagnostics = sandbox.StatusOK, r.Diagnostics[3:]
	if line := StatusLine(r, ""); line.State != "ok" || explain(r) != nil {
		t.Errorf("advice changes how a run is told: %+v %+v", line, explain(r))
	}
}

// TestLimitKeepsItsNumber: the title says the limit, the text what to look for.
func TestLimitKeepsItsNumber(t *testing.T) {
	e := explain(&sandbox.Result{Status: sandbox.StatusTimeLimit, Limit: &sandbox.LimitHit{Name: "wall", Allowed: 2000, Unit: "ms"},
		Diagnostics: []sandbox.Diagnostic{{File: "main.go", Line: 5, Code: "runtime:endless-loop", Message: "was busy", Explain: "Check the loop."}}})
	if e.Title != "It was still running after 2 s" || e.Line != 5 || e.Text[0] != "Check the loop." {
		t.Errorf("%+v", e)
	}
}

// A test whose bubble is blocked is explained as a deadlock is: with what each
// goroutine waited for, though all of them stand on one line.
func TestBubble(t *testing.T) {
	const code = "runtime:bubble-deadlock"
	text := panelText(t, CellView{Result: &sandbox.Result{Kind: sandbox.KindTest, Status: sandbox.StatusTestFailed, Diagnostics: []sandbox.Diagnostic{
		{File: "a_test.go", Line: 8, Code: code, Message: "panic: deadlock", Explain: "Every goroutine waits. Look at what each of them waits for, below."},
		{File: "a_test.go", Line: 8, Code: code, Message: "goroutine 9 [select (no cases)]", Explain: "It waits in a select without cases."},
		{File: "a_test.go", Line: 8, Code: code, Message: "goroutine 10 [chan send], started at a_test.go:8", Explain: "It waits to send."},
		{Code: "runtime:tests", Message: "TestA panicked"},
	}}})
	for _, want := range []string{
		"waits for, below.</p><p>Goroutine 9 [select (no cases)], at a_test.go:8. It waits in a select without cases.</p>",
		"<p>Goroutine 10 [chan send], started at a_test.go:8, at a_test.go:8. It waits to send.</p>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if n := strings.Count(text, "TestA panicked"); n != 1 {
		t.Errorf("it says %d times which test panicked", n)
	}
}
