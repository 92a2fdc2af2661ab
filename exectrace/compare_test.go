package exectrace

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// plain are the metrics of a run in which nothing stands out.
func plain(change func(*Metrics)) *Metrics {
	m := &Metrics{
		WallMS: 100, RunningMS: 80, RunnableMS: 5, SyscallMS: 1, WaitingMS: 300,
		Goroutines:  GoroutineCount{Created: 8, Peak: 9},
		Latency:     Latency{N: 100, P50us: new(30.), P95us: new(90.)},
		Parallelism: new(1.25),
		Blocked:     map[string]BlockedTime{"chan receive": {N: 10, TotalMS: 280}, "sleep": {N: 1, TotalMS: 20}},
		Sync:        map[string]BlockedTime{},
		Leaks:       []Leak{},
	}
	if change != nil {
		change(m)
	}
	return m
}

// Each rule says its sentence of a good case, and nothing of a near miss.
func TestCompareRules(t *testing.T) {
	leak := []Leak{{File: "main.go", Line: 12, Func: "main.main.func1", Reason: "chan send", N: 5}}
	for rule, c := range map[string]struct {
		hit  func(*Metrics)
		says string
		miss func(*Metrics)
	}{
		"created": {
			func(m *Metrics) { m.Goroutines.Created = 5000 }, "The pool created 8 goroutines, One each 5,000.",
			func(m *Metrics) { m.Goroutines.Created = 15 },
		},
		"runnable": {
			func(m *Metrics) { m.RunnableMS = 1076 }, "The pool spent 6 % runnable, waiting for a P; One each 93 %.",
			func(m *Metrics) { m.RunnableMS = 60 },
		},
		"latency": {
			func(m *Metrics) { m.Latency.P50us = new(12_000.) }, "longer than 30 µs for a P in The pool, and than 12 ms in One each.",
			func(m *Metrics) { m.Latency.P50us = new(290.) },
		},
		"parallel": {
			func(m *Metrics) { m.Parallelism = new(1.9) }, "", // the other one is at 1.25: no clear case
			func(m *Metrics) { m.Parallelism = new(1.3) },
		},
		"locks": {
			func(m *Metrics) { m.Sync["Mutex"] = BlockedTime{40, 171} }, "Goroutines of The pool waited 0 ms for locks, those of One each 171 ms.",
			func(m *Metrics) { m.Sync["Mutex"] = BlockedTime{40, 70} }, // less than it ran
		},
		"reason": {
			func(m *Metrics) { m.Blocked = map[string]BlockedTime{"select": {N: 3, TotalMS: 300}} }, "waited mostly for chan receive, those of One each for select.",
			func(m *Metrics) { m.Blocked = map[string]BlockedTime{"select": {N: 3, TotalMS: 30}} }, // a small matter
		},
		"leak": {
			func(m *Metrics) { m.Leaks = leak }, "One each left 5 goroutines waiting at its end, made at main.go:12 and blocked in chan send; The pool none.",
			func(m *Metrics) { m.Leaks = nil }, // not known
		},
		"gc": {
			func(m *Metrics) { m.GC = GCTime{Cycles: 40, AssistMS: 52} }, "ran not at all in The pool, and 40 times in One each; goroutines helped it for 0 ms and 52 ms.",
			func(m *Metrics) { m.GC = GCTime{Cycles: 3} },
		},
		"cut": {
			func(m *Metrics) { m.Truncated = new("cap") }, "The trace of One each ends at 100 ms (it was as large as it may be): no number says what came after.",
			func(m *Metrics) {},
		},
		"busy": {
			func(m *Metrics) { m.OnCPU = new(.34) }, "The machine was busy during One each, on a CPU only 34 % of the time it ran",
			func(m *Metrics) { m.OnCPU = new(.81) },
		},
	} {
		got := Compare("The pool", plain(nil), "One each", plain(c.hit))
		i := slices.Index(got.Rules, rule)
		if (c.says == "") != (i < 0) || (i >= 0 && !strings.Contains(got.Sentences[i], c.says)) {
			t.Errorf("%s says %q by %q, want %q", rule, got.Sentences, got.Rules, c.says)
		}
		if miss := Compare("The pool", plain(nil), "One each", plain(c.miss)); slices.Contains(miss.Rules, rule) {
			t.Errorf("%s says %q of a near miss", rule, miss.Sentences)
		}
	}
}

// The rules that need both runs to be changed.
func TestCompareRulesOfTwo(t *testing.T) {
	serial := plain(func(m *Metrics) { m.Parallelism = new(1.02) })
	got := Compare("a", serial, "b", plain(func(m *Metrics) { m.Parallelism = new(1.87) }))
	if !slices.Contains(got.Sentences, "a kept 1.0 Ps busy on average, b 1.9.") {
		t.Errorf("of serial and parallel: %q", got.Sentences)
	}
	if got = Compare("a", serial, "b", plain(func(m *Metrics) { m.Parallelism = new(1.39) })); slices.Contains(got.Rules, "parallel") {
		t.Errorf("of two that are nearly serial: %q", got.Sentences)
	}
	queues := func(share float64, starts int) *Metrics {
		return plain(func(m *Metrics) { m.Steals.GlobalShare, m.Steals.Local = &share, &starts })
	}
	far := queues(.8, 100)
	got = Compare("a", far, "b", queues(.03, 100))
	if !slices.Contains(got.Rules, "global") || !strings.Contains(strings.Join(got.Sentences, " "), "80 % of the starts in a came from the global run queue, 3 % of those in b: inferred.") {
		t.Errorf("of queues: %q", got.Sentences)
	}
	if got = Compare("a", far, "b", queues(.03, 20)); slices.Contains(got.Rules, "global") {
		t.Errorf("of the queues of 20 starts: %q", got.Sentences)
	}
	if got = Compare("a", far, "b", queues(.3, 100)); slices.Contains(got.Rules, "global") {
		t.Errorf("of queues that differ little: %q", got.Sentences)
	}
	stuck := plain(func(m *Metrics) {
		m.Blocked = map[string]BlockedTime{"forever": {N: 1, TotalMS: 300}}
		m.Leaks = []Leak{{File: "main.go", Line: 12, Reason: "forever", N: 1}}
	})
	says := strings.Join(Compare("a", plain(nil), "b", stuck).Sentences, " ")
	if !strings.Contains(says, "those of b for a nil channel or select{}.") || !strings.Contains(says, "blocked in a nil channel or select{}; a none.") {
		t.Errorf("of one that waits for ever: %q", says)
	}
	if got = Compare("a", plain(nil), "b", plain(nil)); !slices.Equal(got.Rules, []string{"nothing"}) {
		t.Errorf("of two equal runs: %q", got.Sentences)
	}
	for _, d := range got.Diff {
		if d.A != nil && !d.Noise {
			t.Errorf("%s of two equal runs differs", d.Name)
		}
	}
}

// A trace that was not read is compared with nothing, from either side.
func TestUnreadIsNotCompared(t *testing.T) {
	m := unreadMetrics("it was cut off")
	for _, c := range []struct {
		a, b *Metrics
		says []string
	}{
		{&m, plain(nil), []string{"a could not be read: it was cut off. Nothing is compared."}},
		{plain(nil), &m, []string{"b could not be read: it was cut off. Nothing is compared."}},
		{&m, &m, []string{"a could not be read: it was cut off. Nothing is compared.", "b could not be read: it was cut off. Nothing is compared."}},
	} {
		got := Compare("a", c.a, "b", c.b)
		if !slices.Equal(got.Sentences, c.says) || len(got.Diff) != 0 || got.Diff == nil || len(got.Rules) != len(c.says) {
			t.Errorf("%q by %q with %d differences, want %q", got.Sentences, got.Rules, len(got.Diff), c.says)
		}
	}
}

// What differs from run to run by any amount is not compared, what is equal is
// the same, and what is told with a reason against it is not known.
func TestVerdicts(t *testing.T) {
	a := plain(func(m *Metrics) { m.Steals.Stolen, m.Steals.GlobalShare = new(4), new(.0125) })
	b := plain(func(m *Metrics) {
		m.Steals.Stolen, m.Steals.GlobalShare = new(7600), new(0.)
		m.WallMS, m.Goroutines.Peak, m.Goroutines.Created = 5000, 9, 9
		m.RunnableMS, m.Utilisation = 9, new(.5)
		m.Goroutines.BlockedAtEnd, m.Why = nil, map[string]string{"goroutines.blocked_at_end": "the trace was cut"}
	})
	want := map[string]Verdict{
		"steals.stolen": Varies, "steals.global_share": Varies, "wall_ms": Varies, "goroutines.peak": TheSame,
		"goroutines.created": Differs, "runnable_ms": Noise, "utilisation": NotKnown, "goroutines.blocked_at_end": NotKnown,
	}
	for _, d := range Compare("a", a, "b", b).Diff {
		if v, told := want[d.Name]; told && d.Verdict() != v {
			t.Errorf("%s: %q, want %q", d.Name, d.Verdict(), v)
		}
		delete(want, d.Name)
	}
	if len(want) != 0 {
		t.Errorf("not compared at all: %v", want)
	}
	for _, d := range Compare("a", a, "a", a).Diff {
		if v := d.Verdict(); v != TheSame && v != NotKnown {
			t.Errorf("%s of one run with itself: %q", d.Name, v)
		}
	}
}

// sameRuns are runs of one program each, of which it is not known how busy the
// machine was: a pool of workers, and goroutines that are left waiting.
var sameRuns = map[string][][9]float64{ // running, runnable, waiting, syscall; p50, p95; switches, utilisation, heap in kB
	"pool": {
		{13.19, 19.48, 1.712, 0.08826, 101.1, 470, 154, 0.9245, 2671},
		{21.14, 32.57, 1.577, 0.2255, 99.07, 690.2, 137, 0.9165, 2679},
		{29.54, 29.86, 2.941, 0.004864, 87.3, 604.2, 139, 0.9213, 2630},
		{23.98, 37.74, 1.271, 0.004736, 172.5, 1847, 135, 0.9385, 2695},
		{24.59, 41.33, 1.451, 0.1806, 172.5, 2154, 122, 0.8904, 2695},
		{30.08, 57.21, 2.983, 0.004224, 170.5, 1880, 135, 0.8234, 2679},
	},
	"left": {
		{50.88, 2.087, 602.6, 0.00736, 0.577, 199.2, 15, 0.5029, 2703},
		{51.88, 27.44, 588.6, 0.01037, 1.283, 2491, 11, 0.5031, 2703},
		{52.27, 6.316, 611.8, 0.009856, 1.091, 575.5, 17, 0.5043, 2679},
		{53.24, 8.496, 612.6, 0.1503, 0.833, 804.9, 19, 0.5098, 2671},
		{55.52, 9.751, 620.1, 0.2305, 1.027, 854, 15, 0.5232, 2712},
	},
}

// Nothing that two runs of one program differ by is told as a difference.
func TestRunsOfOneProgramDifferByNoise(t *testing.T) {
	for name, runs := range sameRuns {
		var all []*Metrics
		for _, r := range runs {
			all = append(all, plain(func(m *Metrics) {
				m.RunningMS, m.RunnableMS, m.WaitingMS, m.SyscallMS = r[0], r[1], r[2], r[3]
				m.Latency.P50us, m.Latency.P95us, m.Switches.Total, m.Utilisation = &r[4], &r[5], int(r[6]), &r[7]
				m.Heap.PeakBytes = new(int64(r[8] * 1e3))
			}))
		}
		for i, a := range all {
			for j, b := range all {
				for _, d := range Compare("a", a, "b", b).Diff {
					if d.Verdict() == Differs {
						t.Errorf("%s: run %d has %s %v, run %d %v", name, i, d.Name, *d.A, j, *d.B)
					}
				}
			}
		}
	}
}

// What two programs differ by is told, on a quiet machine sooner.
func TestProgramsDifferByMore(t *testing.T) {
	for _, c := range []struct {
		name        string
		a, b        func(m *Metrics)
		quiet, busy Verdict
	}{
		{"running_ms", nil, func(m *Metrics) { m.RunningMS = 160 }, Differs, Noise},
		{"running_ms", nil, func(m *Metrics) { m.RunningMS = 320 }, Differs, Differs},
		{"runnable_ms", nil, func(m *Metrics) { m.RunnableMS = 20 }, Differs, Noise},
		{"runnable_ms", nil, func(m *Metrics) { m.RunnableMS = 76 }, Differs, Differs},
		{"syscall_ms", nil, func(m *Metrics) { m.SyscallMS = 20 }, Differs, Differs},
		{"syscall_ms", func(m *Metrics) { m.SyscallMS = .005 }, func(m *Metrics) { m.SyscallMS = .09 }, Noise, Noise},
		{"syscall_ms", func(m *Metrics) { m.SyscallMS = 0 }, func(m *Metrics) { m.SyscallMS = 7 }, Differs, Differs},
		{"latency.p50_us", nil, func(m *Metrics) { m.Latency.P50us = new(12_000.) }, Differs, Differs},
		{"latency.p95_us", nil, func(m *Metrics) { m.Latency.P95us = new(2_000.) }, Differs, Noise},
		{"switches.total", func(m *Metrics) { m.Switches.Total = 100 }, func(m *Metrics) { m.Switches.Total = 200 }, Differs, Differs},
		{"goroutines.created", nil, func(m *Metrics) { m.Goroutines.Created = 9 }, Differs, Differs},
		{"gc.cycles", nil, func(m *Metrics) { m.GC.Cycles = 40 }, Differs, Differs},
	} {
		for on, want := range map[float64]Verdict{.95: c.quiet, .5: c.busy} {
			a, b := plain(c.a), plain(c.b)
			a.OnCPU, b.OnCPU = new(.95), &on
			diff := Compare("a", a, "b", b).Diff
			d := diff[slices.IndexFunc(diff, func(d Difference) bool { return d.Name == c.name })]
			if d.Verdict() != want {
				t.Errorf("%s %v and %v, on a CPU for %v: %q, want %q", c.name, *d.A, *d.B, on, d.Verdict(), want)
			}
		}
	}
}

// What is not known of the machine is said where a sentence speaks of time.
func TestCompareSaysHowBusyTheMachineWas(t *testing.T) {
	on := func(on *float64, runnable float64) *Metrics {
		return plain(func(m *Metrics) { m.OnCPU, m.RunnableMS = on, runnable })
	}
	for _, c := range []struct {
		a, b *Metrics
		says string
	}{
		{on(new(.5), 5), on(new(.34), 5), "The machine was busy during a, on a CPU only 50 % of the time it ran, and during b, on a CPU only 34 % of the time it ran: lengths of time say little."},
		{on(nil, 5), on(new(.95), 1076), "Whether the machine was busy during a is not known: take lengths of time with care."},
		{on(nil, 5), on(nil, 5), ""},            // no sentence about time
		{on(new(.9), 5), on(new(.9), 1076), ""}, // a quiet machine
	} {
		got := Compare("a", c.a, "b", c.b)
		i := slices.Index(got.Rules, "busy")
		if (c.says == "") != (i < 0) || (i >= 0 && got.Sentences[i] != c.says) {
			t.Errorf("%q, want %q", got.Sentences, c.says)
		}
	}
	little := plain(func(m *Metrics) { m.RunningMS, m.SyscallMS, m.RunnableMS = .1, 0, .6 })
	if got := Compare("a", plain(nil), "b", little); slices.Contains(got.Rules, "runnable") {
		t.Errorf("of 0.6 ms: %q", got.Sentences)
	}
}

// The same program twice: what differs is noise, and no rule speaks of more
// than the machine. Real traces, against each other.
func TestCompareRealTraces(t *testing.T) {
	read := func(name string) *Metrics {
		tr, err := Parse(bytes.NewReader(fixture(t, name)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &tr.Metrics
	}
	got := Compare("unbounded", read("unbounded"), "cpu", read("cpu"))
	if !slices.Contains(got.Rules, "created") {
		t.Errorf("unbounded against cpu: %q", got.Sentences)
	}
	if got = Compare("leak", read("leak"), "sleepers", read("sleepers")); !slices.Contains(got.Rules, "leak") {
		t.Errorf("leak against sleepers: %q", got.Sentences)
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"a":"leak"`, `"b":"sleepers"`, `"diff":[{"name":"goroutines.created"`, `"noise":`, `"sentences":["`} {
		if !strings.Contains(string(data), key) {
			t.Errorf("the answer has no %s: %s", key, data)
		}
	}
	for _, d := range got.Diff {
		if d.Ratio != nil && (math.IsInf(*d.Ratio, 0) || math.IsNaN(*d.Ratio)) {
			t.Errorf("%s: ratio %v", d.Name, *d.Ratio)
		}
	}
}
