package page

import (
	"strings"
	"testing"

	"course/tutor/exectrace"
	"course/tutor/sandbox"
)

// TestLeakProof holds what stands next to the leaks of a trace.
func TestLeakProof(t *testing.T) {
	leak := recordedTrace(t, "leak", exectrace.Options{})
	none := recordedTrace(t, "cpu", exectrace.Options{})
	proof := &sandbox.LeakProfile{N: 5, Stacks: []sandbox.LeakStack{{
		N: 5,
		Frames: []sandbox.LeakFrame{{Func: "runtime.gopark", File: "runtime/proc.go", Line: 1}, {Func: "sync.(*WaitGroup).Wait", File: "sync/waitgroup.go", Line: 2},
			{Func: "main.<b>", File: "main.go", Line: 20}},
		Made: sandbox.LeakFrame{Func: "main.main", File: "main.go", Line: 17},
	}}}
	for _, test := range []struct {
		name  string
		trace *exectrace.Trace
		leaks *sandbox.LeakProfile
		says  []string
		not   []string
	}{
		{"proved", leak, proof, []string{"proved by the garbage collector", "5 goroutines can never go on", "main.go:17", "main.go:20", "main.&lt;b&gt;", "only proves leaks"}, []string{"<b>"}},
		{"not proved", leak, &sandbox.LeakProfile{}, []string{"proves no goroutine of this run", "only proves leaks"}, []string{`class="tag"`}},
		{"not asked", leak, &sandbox.LeakProfile{Why: "The heap was large."}, []string{"The heap was large."}, []string{"proves"}},
		{"nothing to say", none, &sandbox.LeakProfile{}, nil, []string{"proves", "proved"}},
		{"nobody asked", leak, nil, nil, []string{"proves", "proved"}},
	} {
		html := leakProof(&TraceView{Trace: test.trace, Leaks: test.leaks})
		for _, want := range test.says {
			if !strings.Contains(html, want) {
				t.Errorf("%s: %q is not said in %s", test.name, want, html)
			}
		}
		for _, not := range test.not {
			if strings.Contains(html, not) {
				t.Errorf("%s: %q is said in %s", test.name, not, html)
			}
		}
		for _, draw := range []func(*TraceView) (string, error){drawPanel, drawPage} {
			whole, err := draw(&TraceView{ID: "x", Trace: test.trace, Leaks: test.leaks})
			if err != nil || !strings.Contains(whole, html) {
				t.Errorf("%s: the trace is drawn without it: %v", test.name, err)
			}
		}
	}
}

func drawPanel(v *TraceView) (string, error) {
	html, err := TracePanel(v)
	return string(html), err
}

func drawPage(v *TraceView) (string, error) {
	html, err := TracePage(v)
	return string(html), err
}

func TestOtherTraces(t *testing.T) {
	got := otherTraces(&sandbox.Result{
		Trace: &sandbox.TraceInfo{End: &sandbox.TraceEnd{ID: "b", Says: "Much is missing."}},
		Artifacts: []sandbox.Artifact{{Name: "trace", Kind: "trace", ID: "a"}, {Name: "trace-end", Kind: "trace-end", ID: "b"},
			{Name: "own.out", Kind: "trace-file", ID: "c", Bytes: 5}, {Name: "goroutineleak", Kind: "leaks", ID: "d"}, {Name: "gone.out", Kind: "trace-file"}},
	})
	if len(got) != 2 || got[0].URL != "/traces/b" || got[0].Says != "Much is missing." || got[1].URL != "/traces/c" || got[1].Says != "own.out, 5 bytes." {
		t.Errorf("%+v", got)
	}
}
