package grade

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"course/tutor/exectrace"
	"course/tutor/exercises"
	"course/tutor/sandbox"
)

const mark = "5eaf00d"

// honest is a run that used the CPU it shows, and its trace.
func honest() (*exectrace.Metrics, *tracedRun) {
	m := &exectrace.Metrics{WallMS: 300, Procs: 2, RunningMS: 400,
		Regions: []exectrace.NamedTime{{Name: "worker", N: 4}, {Name: "tutor:" + mark, N: 1, TotalMS: 250}},
		Logs:    []exectrace.Log{{Category: "tutor", Message: mark, N: 1}}}
	return m, &tracedRun{reply: observation{ok: true}, part: &sandbox.Result{Usage: sandbox.Usage{CPUMS: 380}}}
}

// A trace that somebody made up has not our word in it, or has it in a way that
// our probe does not put it there, or shows other work than was done.
func TestFault(t *testing.T) {
	for _, c := range []struct {
		name  string
		forge func(*exectrace.Metrics, *tracedRun)
		want  string // "" for no fault
	}{
		{"honest", func(*exectrace.Metrics, *tracedRun) {}, ""},
		{"a busy machine", func(m *exectrace.Metrics, r *tracedRun) { m.RunningMS = 20000 }, ""},
		{"a trace of another run", func(m *exectrace.Metrics, r *tracedRun) {
			m.Regions[1].Name, m.Logs[0].Message = "tutor:0ther", "0ther"
		}, "missing or doubled"},
		{"no log", func(m *exectrace.Metrics, r *tracedRun) { m.Logs = nil }, "missing or doubled"},
		{"no region", func(m *exectrace.Metrics, r *tracedRun) { m.Regions = m.Regions[:1] }, "missing or doubled"},
		{"the word was read and written once more", func(m *exectrace.Metrics, r *tracedRun) { m.Logs[0].N = 2 }, "missing or doubled"},
		{"two calls", func(m *exectrace.Metrics, r *tracedRun) { m.Regions[1].N = 2 }, "missing or doubled"},
		{"an answer before its end", func(m *exectrace.Metrics, r *tracedRun) { r.open = true }, "in the middle of a call"},
		{"drawn work", func(m *exectrace.Metrics, r *tracedRun) { m.RunningMS, r.part.Usage.CPUMS = 800, 2 }, "800 ms of running, and the process used 2 ms"},
		{"hidden work", func(m *exectrace.Metrics, r *tracedRun) { m.RunningMS, r.part.Usage.CPUMS = 10, 5000 }, "used 5000 ms of CPU"},
	} {
		m, run := honest()
		c.forge(m, run)
		got := fault(m, mark, run)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: fault %q, want %q", c.name, got, c.want)
		}
	}
}

// A trace that ends before a call which answered is held against whoever ended
// it: against nobody when that was us.
func TestWhoEndedTheTrace(t *testing.T) {
	for how, want := range map[string]Status{"killed": NotJudged, "idle": NotJudged, "cap": Failed, "stopped": Failed} {
		_, run := honest()
		run.open, run.fault = true, "it ends in the middle of a call that answered."
		run.want = run.reply
		run.part.Trace = &sandbox.TraceInfo{Truncated: &how}
		r := CheckResult{}
		if err := (&session{}).judgeRun(t.Context(), exercises.Check{}, nil, run, &r); err != nil || r.Status != want {
			t.Errorf("%s: %s, %q (%v), want %s", how, r.Status, r.Message, err, want)
		}
	}
}

// The names of rules are those of the JSON of a trace, no fewer and no more.
func TestNamesAreThoseOfTheTrace(t *testing.T) {
	env, err := environment(&exectrace.Metrics{})
	if err != nil {
		t.Fatal(err)
	}
	known := exercises.TraceNames()
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				walk(strings.TrimPrefix(prefix+"."+name, "."), inner)
			}
		case float64, nil:
			listed := slices.Contains([]string{"truncated", "tasks", "regions", "logs", "leaks", "unfinished", "lines", "blocked", "sync", "latency.by_cause", "latency.buckets", "why", "critical_path"}, prefix)
			if !listed && !slices.Contains(known, prefix) {
				t.Errorf("a trace has %s, and rules do not know it", prefix)
			}
		}
	}
	walk("", env)
	for _, name := range known {
		if name != "call_ms" && name != "cpu_ms" && !present(env, name) {
			t.Errorf("rules know %s, and a trace does not have it", name)
		}
	}
}

func present(env map[string]any, name string) bool {
	parent, field, nested := strings.Cut(name, ".")
	if !nested {
		_, ok := env[name]
		return ok
	}
	inner, ok := env[parent].(map[string]any)
	return ok && present(inner, field)
}

// A rule about what cannot be known is not judged: it never passes silently.
func TestUnknownIsNotJudged(t *testing.T) {
	m, run := honest()
	m.Why = map[string]string{"latency.p50_us": "nothing was ever ready"}
	run.trace = &exectrace.Trace{Metrics: *m}
	var err error
	if run.env, err = environment(m); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule string
		want Status
	}{
		{"running_ms > 1", Passed},
		{"latency.p50_us < 1000", NotJudged},
		{"running_ms > 1 and latency.p50_us < 1000", NotJudged},
		{"running_ms > 1 or latency.p50_us < 1000", NotJudged},
		{"running_ms < 1 and latency.p50_us < 1000", Failed},
	} {
		rule, err := exercises.ParseRule(c.rule, exercises.TraceScope())
		if err != nil {
			t.Fatal(err)
		}
		s := &session{ex: &exercises.Exercise{}}
		r := CheckResult{}
		if err := s.applyRule(exercises.Check{Rule: c.rule}, rule, run, &r); err != nil || r.Status != c.want {
			t.Errorf("%s: %s, %v, want %s", c.rule, r.Status, err, c.want)
		}
		if c.want == NotJudged && !strings.Contains(r.Message, "nothing was ever ready") {
			t.Errorf("%s: the reason is not told: %q", c.rule, r.Message)
		}
	}
}

// A trace that was cut is never enough to pass.
func TestCutTraceFails(t *testing.T) {
	for _, how := range []string{"cap", "idle", "killed", "cut"} {
		m, run := honest()
		m.Truncated, m.Goroutines.BlockedAtEnd = &how, nil
		run.trace = &exectrace.Trace{Metrics: *m}
		var err error
		if run.env, err = environment(m); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"running_ms > 1", "running_ms > 1 and goroutines.blocked_at_end == 0"} {
			rule, err := exercises.ParseRule(text, exercises.TraceScope())
			if err != nil {
				t.Fatal(err)
			}
			r := CheckResult{}
			if err := (&session{ex: &exercises.Exercise{}}).applyRule(exercises.Check{}, rule, run, &r); err != nil || r.Status != Failed || r.Message == "" {
				t.Errorf("%s, %s: %s, %q, %v", how, text, r.Status, r.Message, err)
			}
		}
	}
}

// A result has lists, never null, and no text above 4 KiB.
func TestResultIsBounded(t *testing.T) {
	s := &session{g: New(Config{}), ex: &exercises.Exercise{}, results: map[string]CheckResult{}}
	r := s.settle(exercises.Check{Hint: "Look again."}, CheckResult{ID: "a", Status: Failed, Message: "No.", MaxPoints: 3,
		Expected: strings.Repeat("é", 4096), Got: "x", Evidence: []Evidence{}})
	if len(r.Expected) > 4<<10 || !strings.HasSuffix(r.Expected, " …") || r.Message != "No. Look again." || r.Points != 0 {
		t.Errorf("%d bytes, %q, %d points", len(r.Expected), r.Message, r.Points)
	}
	s.record(r)
	text, err := json.Marshal(s.verdict())
	if err != nil || strings.Contains(string(text), ":null,\"") && !strings.Contains(string(text), `"on_cpu":null`) {
		t.Errorf("%s, %v", text, err)
	}
}
