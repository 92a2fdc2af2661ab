package exectrace

import (
	"hash/crc32"
	"testing"

	"golang.org/x/exp/trace"
)

// script feeds made-up events to the state machine. Times are µs.
type script struct {
	t *testing.T
	b *builder
}

func newScript(t *testing.T, opts Options) *script {
	s := &script{t, newBuilder(opts)}
	s.feed(trace.MakeEvent(trace.EventConfig[trace.Sync]{Kind: trace.EventSync, Time: 1, Details: trace.Sync{N: 1}}))
	s.feed(trace.MakeEvent(trace.EventConfig[trace.Metric]{
		Kind: trace.EventMetric, Time: 1, Goroutine: none, Proc: none, Thread: none,
		Details: trace.Metric{Name: "/sched/gomaxprocs:threads", Value: trace.Uint64Value(2)},
	}))
	return s
}

func (s *script) feed(ev trace.Event, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	var r read
	r.take(ev)
	s.b.event(&r)
}

// ctx is where an event happens: a goroutine on a P on an M, each maybe none.
type ctx struct{ g, p, m int64 }

type move struct {
	us       int64
	on       ctx
	g        trace.GoID
	from, to trace.GoState
	reason   string
	stack    []string // innermost first; of the goroutine, or where it starts
	at       []string // of the context
}

// line is the line of every frame of a script.
const line = 7

func frames(fns []string) trace.Stack {
	if fns == nil {
		return trace.NoStack
	}
	fs := make([]trace.StackFrame, len(fns))
	for i, fn := range fns {
		pc := uint64(crc32.ChecksumIEEE([]byte(fn))) + 1 // the two stacks of an event share a table of them
		fs[i] = trace.StackFrame{PC: pc, Func: fn, File: "./main.go", Line: line}
		if fn == "" {
			fs[i] = trace.StackFrame{PC: 1}
		}
	}
	return trace.MakeStack(fs)
}

func (s *script) move(m move) {
	s.t.Helper()
	st := trace.MakeGoStateTransition(m.g, m.from, m.to)
	st.Reason, st.Stack = m.reason, frames(m.stack)
	at := m.at
	if m.from == trace.GoRunning {
		at = m.stack
	}
	s.feed(trace.MakeEvent(trace.EventConfig[trace.StateTransition]{
		Kind: trace.EventStateTransition, Time: 1 + trace.Time(m.us*1000),
		Goroutine: trace.GoID(m.on.g), Proc: trace.ProcID(m.on.p), Thread: trace.ThreadID(m.on.m),
		Stack: frames(at), Details: st,
	}))
}

func (s *script) rang(us int64, kind trace.EventKind, on ctx, name string, scope trace.ResourceID) {
	s.t.Helper()
	s.feed(trace.MakeEvent(trace.EventConfig[trace.Range]{
		Kind: kind, Time: 1 + trace.Time(us*1000),
		Goroutine: trace.GoID(on.g), Proc: trace.ProcID(on.p), Thread: trace.ThreadID(on.m),
		Details: trace.Range{Name: name, Scope: scope},
	}))
}

func (s *script) report() *Trace { s.t.Helper(); return s.reportOf(twinVersion) }

func (s *script) reportOf(version string) *Trace {
	s.t.Helper()
	tr, err := s.b.report(version, ending{}, mark{})
	if err != nil {
		s.t.Fatal(err)
	}
	checkInvariants(s.t, tr)
	return tr
}

const (
	undetermined = trace.GoUndetermined
	notExist     = trace.GoNotExist
	runnable     = trace.GoRunnable
	goRunning    = trace.GoRunning
	goWaiting    = trace.GoWaiting
	goSyscall    = trace.GoSyscall
)

var (
	mainOn = ctx{1, 0, 10}    // main on P0
	idle1  = ctx{none, 1, 11} // the scheduler of P1
	idle0  = ctx{none, 0, 10} // the scheduler of P0
	worker = []string{"main.worker"}
)

// begin has main running and goroutine 2 made by it at 10 µs.
func (s *script) begin() {
	s.t.Helper()
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 10, on: mainOn, g: 2, from: notExist, to: runnable, stack: worker, at: []string{"main.main"}})
}

func TestStatesToldAgainAreNoChange(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 2, from: runnable, to: runnable}) // a new generation
	s.move(move{us: 50, on: idle1, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 60, on: mainOn, g: 1, from: goRunning, to: goRunning})
	m := s.report().Metrics
	if m.Latency.N != 1 || *m.Latency.MaxUs != 40 {
		t.Errorf("latency %+v, want one of 40 µs", m.Latency)
	}
}

func TestThePOfAStartIsItsOwn(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 50, on: idle1, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 80, on: mainOn, g: 1, from: goRunning, to: goRunning})
	for seg := range s.report().Segments() {
		want := map[State]map[int64]int64{Runnable: {2: none}, Running: {1: 0, 2: 1}}[seg.State][seg.G]
		if seg.P != want {
			t.Errorf("%s segment of G%d is on P%d, want %d: made ready on P0, it ran on P1", seg.State, seg.G, seg.P, want)
		}
	}
}

func TestReadyFromTheStartIsNoLatency(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 30, on: idle0, g: 1, from: undetermined, to: runnable})
	s.move(move{us: 31, on: idle0, g: 1, from: runnable, to: goRunning})
	s.move(move{us: 60, on: mainOn, g: 1, from: goRunning, to: notExist})
	m := s.report().Metrics
	if m.Latency.N != 0 || m.Latency.P50us != nil || m.Why["latency.p50_us"] == "" {
		t.Errorf("latency %+v, why %q; want none, with a reason", m.Latency, m.Why["latency.p50_us"])
	}
	if m.RunnableMS != .031 {
		t.Errorf("runnable %.3f ms, want 0.031: it was ready since the start", m.RunnableMS)
	}
}

func TestNamesComeLateAndMayBeZero(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 5, on: mainOn, g: 7, from: undetermined, to: goWaiting}) // no stack
	s.move(move{us: 6, on: mainOn, g: 8, from: undetermined, to: goWaiting}) // never one
	s.move(move{us: 10, on: mainOn, g: 7, from: goWaiting, to: runnable})
	s.move(move{us: 30, on: idle1, g: 7, from: runnable, to: goRunning})
	on7 := ctx{7, 1, 11}
	s.move(move{us: 40, on: on7, g: 7, from: goRunning, to: runnable, reason: "preempted", stack: []string{""}})
	s.move(move{us: 50, on: idle1, g: 7, from: runnable, to: goRunning})
	s.move(move{us: 60, on: on7, g: 7, from: goRunning, to: goWaiting, reason: "chan receive", stack: []string{"main.take", "main.worker"}})
	tr := s.report()
	m := tr.Metrics
	if m.Goroutines.Peak != 2 || m.Goroutines.System != 1 {
		t.Errorf("goroutines %+v, want 2 of the program and 1 that never showed itself", m.Goroutines)
	}
	if m.Latency.N != 2 || m.Latency.TotalMS != .030 {
		t.Errorf("latency %+v, want the two of before its name was known: 20 and 10 µs", m.Latency)
	}
	if g := tr.Goroutines[1]; g.ID != 7 || g.Func != "main.worker" || g.System {
		t.Errorf("goroutine %+v, want main.worker of the program", g)
	}
}

func TestGoroutinesAreInOrderOfCreation(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	for i, id := range []trace.GoID{34, 18, 35} { // ids come in batches to each P
		s.move(move{us: int64(10 + i), on: mainOn, g: id, from: notExist, to: runnable, stack: worker})
	}
	tr := s.report()
	for i, want := range []int64{1, 34, 18, 35} {
		if tr.Goroutines[i].ID != want {
			t.Errorf("goroutine %d is G%d, want G%d", i, tr.Goroutines[i].ID, want)
		}
	}
}

func TestHandingOverAMutexIsNoPreemption(t *testing.T) {
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: runnable, reason: "preempted",
		stack: []string{"internal/sync.(*Mutex).unlockSlow", "sync.(*Mutex).Unlock", "main.main"}})
	s.move(move{us: 21, on: idle0, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 30, on: ctx{2, 0, 10}, g: 2, from: goRunning, to: runnable, reason: "preempted", stack: []string{"main.worker"}})
	s.move(move{us: 31, on: idle0, g: 1, from: runnable, to: goRunning})
	s.move(move{us: 50, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sync", stack: []string{"sync.(*WaitGroup).Wait", "main.main"}})
	s.move(move{us: 51, on: idle0, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 52, on: ctx{2, 0, 10}, g: 2, from: goRunning, to: notExist})
	m := s.report().Metrics
	if c := m.Latency.ByCause; c["gosched"].N != 1 || c["preempted"].N != 1 {
		t.Errorf("causes %+v, want one gosched (the mutex) and one preempted", c)
	}
	if *m.Steals.Local != 2 || *m.Steals.Global != 1 {
		t.Errorf("local %d, global %d; the yielder stays in its P's ring, the preempted one does not", *m.Steals.Local, *m.Steals.Global)
	}
	if m.Sync["WaitGroup"].N != 1 {
		t.Errorf("sync %v, want a WaitGroup", m.Sync)
	}
}

// The runtime says "sync" of its own waits too. They are no waits for a lock,
// whoever started the goroutine, and whatever of package sync called for memory.
func TestWaitsForTheCollectorAreNoWaitsForALock(t *testing.T) {
	for _, c := range []struct {
		stack []string
		lock  bool
	}{
		{[]string{"sync.(*Mutex).Lock", "main.worker", "sync.(*WaitGroup).Go.func1"}, true},
		{[]string{"internal/poll.(*FD).Close", "net.(*netFD).Close", "main.main"}, true},
		{[]string{"runtime.gcMarkDone", "runtime.mallocgc", "main.tree", "sync.(*WaitGroup).Go.func1"}, false},
		{[]string{"runtime.gcStart", "runtime.mallocgc", "main.load", "sync.(*Once).doSlow", "sync.(*Once).Do", "main.main"}, false},
		{[]string{"runtime.gcStart", "runtime.mallocgc", "sync.(*WaitGroup).Go", "main.main"}, false},
		{[]string{"runtime.GC", "main.main"}, false},
	} {
		s := newScript(t, Options{})
		s.begin()
		s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sync", stack: c.stack})
		s.move(move{us: 50, on: idle0, g: 1, from: goWaiting, to: runnable})
		m := s.report().Metrics
		want, kinds := semaphore, 0
		if c.lock {
			want, kinds = "sync", 1
		}
		if len(m.Blocked) != 1 || m.Blocked[want].TotalMS != .030 || len(m.Sync) != kinds {
			t.Errorf("in %q it waited for %v, of package sync %v; want 0.030 ms of %q", c.stack, m.Blocked, m.Sync, want)
		}
	}
}

func TestAssistCountsOnlyWhatRan(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	g1 := trace.MakeResourceID(trace.GoID(1))
	s.rang(10, trace.EventRangeBegin, mainOn, assistRange, g1)
	s.move(move{us: 14, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "GC mark assist wait for work", stack: []string{"main.main"}})
	s.move(move{us: 90, on: idle0, g: 1, from: goWaiting, to: runnable})
	s.move(move{us: 95, on: idle0, g: 1, from: runnable, to: goRunning})
	s.rang(98, trace.EventRangeActive, mainOn, assistRange, g1)
	s.rang(101, trace.EventRangeEnd, mainOn, assistRange, g1)
	s.move(move{us: 110, on: mainOn, g: 1, from: goRunning, to: notExist})
	m := s.report().Metrics
	if m.GC.AssistMS != .010 {
		t.Errorf("assists took %.3f ms, want 0.010 of a range of 0.091", m.GC.AssistMS)
	}
	if m.RunningMS != .029 {
		t.Errorf("running %.3f ms, want 0.029, assists included", m.RunningMS)
	}
	if c := m.Latency.ByCause["runtime"]; c.N != 1 {
		t.Errorf("causes %+v, want the wake-up to be the runtime's", m.Latency.ByCause)
	}
}

func TestEndingTheMarkPhaseIsNoAssist(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	g1 := trace.MakeResourceID(trace.GoID(1))
	s.rang(10, trace.EventRangeBegin, mainOn, assistRange, g1)
	s.rang(20, trace.EventRangeBegin, mainOn, "stop-the-world (GC mark termination)", g1)
	s.rang(50, trace.EventRangeEnd, mainOn, "stop-the-world (GC mark termination)", g1)
	s.rang(70, trace.EventRangeEnd, mainOn, assistRange, g1)
	s.rang(80, trace.EventRangeBegin, mainOn, "stop-the-world (stop trace)", g1)
	tr := s.report()
	if gc := tr.Metrics.GC; gc.AssistMS != .010 || gc.STWMS != .030 {
		t.Errorf("gc %+v, want 0.010 ms of assist and 0.030 of a stopped world", gc)
	}
	if len(tr.STW) != 1 || tr.STW[0].Name != "GC mark termination" {
		t.Errorf("stops %+v, want one: the tracer's own is left out", tr.STW)
	}
}

func TestSyscallLosesItsP(t *testing.T) {
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 10, on: mainOn, g: 1, from: goRunning, to: goSyscall, stack: []string{"syscall.read", "main.main"}})
	ps := trace.MakeProcStateTransition(0, trace.ProcRunning, trace.ProcIdle)
	s.feed(trace.MakeEvent(trace.EventConfig[trace.StateTransition]{
		Kind: trace.EventStateTransition, Time: 1 + 30_000, Goroutine: none, Proc: 1, Thread: 12, Details: ps,
	}))
	s.move(move{us: 90, on: ctx{1, none, 10}, g: 1, from: goSyscall, to: runnable})
	s.move(move{us: 95, on: idle1, g: 1, from: runnable, to: goRunning})
	s.move(move{us: 100, on: ctx{1, 1, 11}, g: 1, from: goRunning, to: notExist})
	tr := s.report()
	m := tr.Metrics
	if *m.Parallelism != .35 {
		t.Errorf("parallelism %.3f, want 0.35: 10 and 5 µs running, 20 in a call with its P", *m.Parallelism)
	}
	if m.SyscallMS != .080 || m.Latency.ByCause["syscall"].TotalMS != .005 {
		t.Errorf("syscall %.3f ms, causes %+v; want 0.080 and one latency of 5 µs", m.SyscallMS, m.Latency.ByCause)
	}
}

func TestRunningIsNotOnCPU(t *testing.T) {
	busy := func(opts Options) Metrics {
		s := newScript(t, opts)
		s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
		s.move(move{us: 100_000, on: mainOn, g: 1, from: goRunning, to: notExist})
		return s.report().Metrics
	}
	if m := busy(Options{}); m.OnCPU != nil || m.Why["on_cpu"] == "" {
		t.Errorf("on_cpu %v without the CPU time", m.OnCPU)
	}
	if m := busy(Options{CPU: 34e6}); m.OnCPU == nil || *m.OnCPU != .34 || *m.Parallelism != 1 {
		t.Errorf("on_cpu %v of a P that was held all the time, want 0.34", m.OnCPU)
	}
	s := newScript(t, Options{})
	s.move(move{us: 0, on: idle0, g: 1, from: undetermined, to: goRunning})
	s.move(move{us: 100_000, on: mainOn, g: 1, from: goRunning, to: notExist})
	later := s.report()
	if later.Know("", false, 60e6); later.Metrics.OnCPU == nil || *later.Metrics.OnCPU != .6 || later.Metrics.Why["on_cpu"] != "" {
		t.Errorf("on_cpu %v after it was told, want 0.6", later.Metrics.OnCPU)
	}
	if later.Know("killed", false, 60e6); later.Metrics.OnCPU != nil || later.Metrics.Leaks != nil || *later.Metrics.Truncated != "killed" {
		t.Errorf("metrics %+v of a trace known to be cut", later.Metrics)
	}
	if later.KnowRace(); later.Metrics.Steals.Stolen != nil || later.Metrics.Why["steals.stolen"] != raceWhy {
		t.Errorf("steals %+v of a program with the race detector", later.Metrics.Steals)
	}
	if m := busy(Options{CPU: 34e6, Truncated: "cap"}); m.OnCPU != nil || m.Why["on_cpu"] != "the CPU time is of the whole run, and the trace only of a part of it" {
		t.Errorf("on_cpu %v of a trace that was cut, why %q", m.OnCPU, m.Why["on_cpu"])
	}
}

func TestHarnessIsNoGoroutineOfTheProgram(t *testing.T) {
	s := newScript(t, Options{Hidden: []string{"main.tutor_"}})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 3, from: notExist, to: runnable, stack: []string{"tutor/trace.reader"}})
	s.move(move{us: 21, on: mainOn, g: 4, from: notExist, to: runnable, stack: []string{"main.tutor_watch"}})
	s.move(move{us: 22, on: mainOn, g: 5, from: notExist, to: runnable, stack: []string{"runtime.bgsweep"}})
	m := s.report().Metrics
	if m.Goroutines.Created != 1 || m.Goroutines.System != 3 {
		t.Errorf("goroutines %+v, want 1 created and 3 of the system", m.Goroutines)
	}
}

// A block lasts no longer than a page can count, also where nothing happens for
// long; what lasts over it is one segment.
func TestLongSilenceIsSeveralBlocks(t *testing.T) {
	const minutes = 11
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "sleep", stack: []string{"main.main"}})
	s.move(move{us: minutes * 60e6, on: idle1, g: 2, from: runnable, to: goRunning})
	tr := s.report()
	if tr.Blocks() != 5 {
		t.Errorf("%d blocks for %d minutes, want 5", tr.Blocks(), minutes)
	}
	for i, b := range tr.tl.blocks {
		if b.To-b.From > blockTicks {
			t.Errorf("block %d lasts %d ticks, at most %d may be", i, b.To-b.From, int64(blockTicks))
		}
	}
	for seg := range tr.Segments() {
		if seg.State == Sleep && seg.End-seg.Start < (minutes*60-1)*1e9 {
			t.Errorf("the sleep is cut to %d ns", seg.End-seg.Start)
		}
	}
}

func TestLanesAreBoundedAndSaySo(t *testing.T) {
	s := newScript(t, Options{MaxGoroutines: 2})
	s.begin()
	s.move(move{us: 50, on: idle1, g: 2, from: runnable, to: goRunning})
	s.move(move{us: 60, on: mainOn, g: 3, from: notExist, to: runnable, stack: worker})
	s.move(move{us: 80, on: ctx{2, 1, 11}, g: 2, from: goRunning, to: notExist})
	tr := s.report()
	if tr.Unlisted != 1 || len(tr.Goroutines) != 2 || tr.contents().Cut.Goroutines != 1 {
		t.Errorf("%d listed, %d unlisted, cut %+v; want 2 and 1, and the timeline to say so", len(tr.Goroutines), tr.Unlisted, tr.contents().Cut)
	}
	if m := tr.Metrics; m.Goroutines.Created != 2 || m.RunningMS != .110 {
		t.Errorf("created %d, running %.3f ms; the metrics must be of the whole: 2 and 0.110", m.Goroutines.Created, m.RunningMS)
	}
}

func TestTheEndOfACutTraceIsNotTheProgramsEnd(t *testing.T) {
	for how, known := range map[string]bool{"": true, "idle": false, "cap": false, "killed": false} {
		s := newScript(t, Options{Truncated: how})
		s.begin()
		s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "chan receive", stack: []string{"main.main"}})
		m := s.report().Metrics
		if (m.Leaks != nil) != known || (m.Why["leaks"] == "") != known {
			t.Errorf("truncated %q: leaks %v, why %q", how, m.Leaks, m.Why["leaks"])
		}
		if (m.Truncated == nil) != (how == "") {
			t.Errorf("truncated %q is told as %v", how, m.Truncated)
		}
	}
	s := newScript(t, Options{})
	s.begin()
	s.move(move{us: 20, on: mainOn, g: 1, from: goRunning, to: goWaiting, reason: "chan receive", stack: []string{"main.main"}})
	tr := s.report()
	if tr.Know("idle", true, 0); tr.Metrics.Leaks == nil || *tr.Metrics.Truncated != "idle" {
		t.Errorf("a deadlock: leaks %v, truncated %v", tr.Metrics.Leaks, tr.Metrics.Truncated)
	}
}
