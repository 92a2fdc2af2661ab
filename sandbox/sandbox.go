package sandbox

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// Runner runs a Job and answers with its Result. Local, laned, cached and
// remote runners are all this same socket.
//
// The error is only ever our fault (the toolchain vanished, a jail could not
// be made). What the learner's program did, including that it did not compile,
// is data in the Result. Cancelling ctx ends the run with status killed.
type Runner interface {
	Run(ctx context.Context, job Job, sink Sink) (*Result, error)
}

// Assistant helps while a program is written; it runs nothing of it. The error
// is only ever our fault.
type Assistant interface {
	// Format formats Go files as gofmt does. A file that does not parse comes
	// back as it was, with diagnostics that say why.
	Format(ctx context.Context, files []File) ([]File, []Diagnostic, error)
	// Diagnose checks the types of the files of a program, and vets those of
	// one that compiles. Key names who asks, as in Job.
	Diagnose(ctx context.Context, key string, files []File) ([]Diagnostic, error)
}

// Sink is called with each event as it happens, from one goroutine at a time.
// It is nil when nobody watches.
type Sink func(Event)

// File is one source file of a Job: its path from the top of the program, with
// slashes, and its text.
type File struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// Kind says what is done with the files of a Job.
type Kind string

// The kinds of Job. A profile is named with its kind in requests, as
// profile:cpu, and is Job.Profile here.
const (
	KindProgram Kind = "program"
	KindTest    Kind = "test"    // go test: the files hold _test.go files
	KindBench   Kind = "bench"   // go test -bench
	KindCover   Kind = "cover"   // go test -cover
	KindAsm     Kind = "asm"     // what the compiler says and makes; nothing is run
	KindProfile Kind = "profile" // a program, profiled
)

// Tests says whether a kind runs tests or benchmarks: its files are named
// *_test.go, and testdata belongs to them.
func (k Kind) Tests() bool { return k == KindTest || k == KindBench || k == KindCover }

// The values of Job.Clock and Result.Clock.
const (
	ClockReal     = "real"
	ClockFake     = "fake"     // time stands still while a program computes, and jumps while it sleeps
	ClockSynctest = "synctest" // the tests keep one themselves
)

// The values of Job.Engine and Result.Engine.
const (
	EngineAuto   = "auto"
	EngineGo     = "go"
	EngineInterp = "interp"
)

// Engines are the values of Job.Engine.
func Engines() []string { return []string{EngineAuto, EngineGo, EngineInterp} }

// Job is one thing to run. The zero value of every field but Files (or Parts)
// asks for the default.
type Job struct {
	// Key names who asks, for fairness between people. It is never shown.
	Key  string
	Kind Kind
	// Files are those of the program when Parts is empty: of package main, or
	// of a module, which has folders or a go.mod.
	Files []File
	// Parts, when not empty, are built and jailed apart on one machine and
	// talk through the supervisor (see Dialogue); Files is then ignored.
	Parts []Part
	// Against are the files of another version, whose benchmarks a KindBench
	// job measures in turn with those of Files, so that what the machine does
	// meanwhile happens to both. They are Result.Baseline.
	Against []File
	// Dialogue says how the parts talk. It is nil for a Job of one part.
	Dialogue *Dialogue

	Engine string // EngineAuto when empty
	Trace  bool   // take an execution trace of the run
	Race   bool   // build with the race detector
	Clock  string // ClockReal when empty
	// Profile is what is measured of a KindProfile job, and of one of tests or
	// benchmarks besides: cpu, heap, block, mutex or goroutine.
	Profile string
	// Asm asks of a job of tests or benchmarks, besides, for what the compiler
	// decided and made of its files, as KindAsm does of a program.
	Asm bool
	// GCFlags are flags of the compiler for the learner's packages; see
	// CheckGCFlags.
	GCFlags []string
	// Idle ends the trace when nothing ran for this long (default 1 s).
	Idle  time.Duration
	Procs int // GOMAXPROCS and the size of the affinity mask; 0: the smaller of 4 and the CPUs there are
	// CPULimit is how many processors the program may use over time, as a
	// container's quota has it; 0 is no bound. Without Procs, Go's runtime
	// chooses GOMAXPROCS itself, and finds it.
	CPULimit float64
	// Vary runs the job once for each of these values of Procs, one after the
	// other; see RunVaried and RunInTurns.
	Vary []int
	// Again says of benchmarks that counts of the same job were run before.
	Again bool
	Stdin string
	// StdinFrom, when not nil, is the program's input instead of Stdin, copied
	// as it comes. It stays on this machine.
	StdinFrom io.Reader `json:"-"`
	Args      []string
	// Env adds to the small fixed environment of the jail, as KEY=VALUE.
	Env    []string
	Limits Limits
	// Vet asks for advice on a program that compiles, as go vet gives it, among
	// the diagnostics. It takes no part in the status.
	Vet bool
	// Fresh asks for a build even where a cached binary exists.
	Fresh bool
	// Alone asks for a run beside which nothing else runs, pinned where there
	// are processors to choose from. Benchmarks always have it.
	Alone bool
}

// Measures says whether a job is a measurement, which is run alone.
func (j *Job) Measures() bool { return j.Alone || j.Kind == KindBench }

// Watched says what watches the program of a job so closely that the times it
// takes are not those of a plain run; "" when nothing does.
func (j *Job) Watched() string {
	switch {
	case j.Race:
		return "the race detector"
	case j.Profile != "":
		return "a profile"
	case j.Trace:
		return "a trace"
	}
	return ""
}

// CheckAgainst says in a sentence why the benchmarks of a job can't be compared
// with those of Against; "" when they can, or there is none.
func CheckAgainst(j *Job) string {
	switch by := j.Watched(); {
	case len(j.Against) == 0:
		return ""
	case j.Kind != KindBench:
		return "benchmarks are what two versions are compared by: it needs the kind bench"
	case by != "":
		return "two versions can't be compared under " + by + ": it takes time itself, more of one program than of another; leave one of the two out"
	}
	return ""
}

// Decides says whether the job asks for what the compiler decided.
func (j *Job) Decides() bool {
	return j.Kind == KindAsm || j.Asm || j.Kind.Tests() && slices.Contains(j.GCFlags, "-m")
}

// Watched is that of the job that this came of.
func (r *Result) Watched() string {
	profile := ""
	if r.Profile != nil {
		profile = r.Profile.What
	}
	j := Job{Race: r.Race, Trace: r.Trace != nil, Profile: profile}
	return j.Watched()
}

// IsEnv says whether an entry is one of an environment: KEY=VALUE, with a KEY.
func IsEnv(entry string) bool { return strings.IndexByte(entry, '=') > 0 }

// Limits bound one run. A zero field takes the default of DefaultLimits.
type Limits struct {
	Wall      time.Duration `json:"wall"`      // from start to end
	CPU       time.Duration `json:"cpu"`       // of all threads together
	Memory    int64         `json:"memory"`    // bytes
	Processes int           `json:"processes"` // tasks: threads and processes
	Output    int64         `json:"output"`    // bytes of stdout and stderr together
	Disk      int64         `json:"disk"`      // bytes of the private /tmp
	Trace     int64         `json:"trace"`     // bytes of execution trace
}

// Part is one jailed program of a Job. Its packages are compiled in the order
// their imports need; the one whose Path is "main" is linked and run.
type Part struct {
	Name     string // "main", "judge", "learner" or "reference"
	Packages []Package
	Trace    bool   // take an execution trace of this part
	Stdin    string // replaces Job.Stdin for this part when Own is true
	Args     []string
	Own      bool // Stdin and Args are this part's own
}

// Package is one Go package of a Part.
type Package struct {
	Path string // import path: "main", "exercise", "tutor/probe", ...
	// Dir is the folder of a learner's module that the files lie in, as
	// greet, and "." for its top; empty for a package that is of none.
	Dir   string
	Files []File
	// Data are files of the folder testdata, which go:embed may name. The
	// program finds those of a plain job beside it.
	Data []File
	// Trusted marks code of ours: it may import internal packages of the
	// standard library and use linkname. Learners' packages are checked.
	Trusted bool
	// Tests lets files end in _test.go, of this package or of the one beside
	// it whose name ends in _test, as the go command does for go test.
	Tests bool
	// Cover counts which statements of the files that are no tests run; what
	// is handed over is Trace.Cover.
	Cover bool
	// Deny lists import paths this package may not use, beyond what no
	// learner may use (internal packages, "C", plugin).
	Deny []string
	// ImportMap compiles an import of the key as an import of the value, as
	// "runtime/trace" -> "tutor/trace".
	ImportMap map[string]string
}

// Dialogue is the conversation between a judge and one or two probes. The
// supervisor speaks the probe protocol with each probe on descriptors 3 (it
// reads) and 4 (it writes): one JSON object a line, at most 64 KiB.
//
// Without a part named "judge" the calls are sent one after the other to
// every probe. With one, the judge asks for them on its own descriptors 3 and
// 4 and what it says in the end is Result.Report.
type Dialogue struct {
	Seed  string // sent first to the judge
	Calls []Call
}

// Call asks every probe to call a named function once.
type Call struct {
	N         int    `json:"n"`
	Func      string `json:"call"`
	Args      []any  `json:"args"`
	TimeoutMS int    `json:"timeout_ms,omitempty"`
	// Alone starts a fresh process of each probe for this call.
	Alone bool `json:"alone,omitempty"`
}

// Exchange is one call and what each probe answered.
type Exchange struct {
	N       int              `json:"n"`
	Replies map[string]Reply `json:"replies"` // by part name
}

// Reply is what one probe answered to one call. Exactly one of OK, Error,
// Panic and None is set. The bytes come from a process in which learner code
// ran: nothing in them is believed, only compared.
type Reply struct {
	OK    []byte   `json:"ok,omitempty"` // JSON
	Error string   `json:"error,omitempty"`
	Is    []string `json:"is,omitempty"` // sentinel errors it wraps, by name
	Panic string   `json:"panic,omitempty"`
	None  string   `json:"none,omitempty"` // timeout, died, oversized, mismatch, garbage
	CPUMS float64  `json:"cpu_ms"`         // CPU the process used during the call
}

// Status is how a run ended.
type Status string

// The ways a run can end. Their order of precedence is that of deriving them
// (see Derive).
const (
	StatusOK           Status = "ok"
	StatusCompileError Status = "compile_error"
	StatusRuntimeError Status = "runtime_error" // panic, signal, or an exit code other than 0
	StatusDeadlock     Status = "deadlock"
	StatusRace         Status = "race"
	StatusTestFailed   Status = "test_failed"
	StatusTimeLimit    Status = "time_limit"
	StatusMemoryLimit  Status = "memory_limit"
	StatusOutputLimit  Status = "output_limit"
	StatusProcessLimit Status = "process_limit"
	StatusDiskLimit    Status = "disk_limit"
	StatusCompileLimit Status = "compile_limit"
	StatusForbidden    Status = "forbidden" // ended by a system call the jail denies
	StatusRefused      Status = "refused"   // never built
	StatusKilled       Status = "killed"    // by us or by whoever asked
)

// Event is something that happened during a run. Exactly one field but Name
// is set; Name is the SSE event of it.
type Event struct {
	Name   string      `json:"name"` // queue, build, diag, out, test, trace, limit
	Queue  *Queue      `json:"queue,omitempty"`
	Build  *Build      `json:"build,omitempty"`
	Diag   *Diagnostic `json:"diag,omitempty"`
	Out    *Output     `json:"out,omitempty"`
	Test   *Test       `json:"test,omitempty"` // that has ended
	Limit  *LimitHit   `json:"limit,omitempty"`
	TraceN int64       `json:"trace_bytes,omitempty"`
}

// Queue is a place in a lane: 1 is next. ETAMS is about when it will start.
type Queue struct {
	Place int     `json:"place"`
	ETAMS float64 `json:"eta_ms"`
	// For is what it waits for beyond its turn: ForMeasurement, ForQuiet or "".
	For string `json:"for,omitempty"`
}

// The values of Queue.For.
const (
	ForMeasurement = "measurement" // one that has the machine to itself, now or before this
	ForQuiet       = "quiet"       // it is one, and waits until nothing else runs
)

// Build is a phase of building: prepare (the standard library is being
// compiled), compile, link (both are done), cached (there was nothing to do), or
// damaged (what was kept of the program is not as it was, and it is built
// again). MS is since the run began; how long each took is in Result.Timing.
type Build struct {
	Phase string  `json:"phase"`
	MS    float64 `json:"ms"`
	// Done and Total count packages while the standard library is prepared.
	Done  int `json:"done,omitempty"`
	Total int `json:"total,omitempty"`
}

// Output is one burst of what a program printed. Text is valid UTF-8: bytes
// that are not are replaced by U+FFFD.
type Output struct {
	TMS    float64 `json:"t_ms"`
	Stream string  `json:"stream"` // stdout or stderr
	Text   string  `json:"text"`
	// Raw is what was printed, byte for byte, for whoever passes it through.
	Raw []byte `json:"-"`
}

// LimitHit is a bound that was reached.
type LimitHit struct {
	Name    string  `json:"name"` // wall, cpu, memory, processes, output, disk, compile
	Allowed float64 `json:"allowed"`
	Used    float64 `json:"used"`
	Unit    string  `json:"unit"` // ms, bytes, tasks
}

// Refused says that memory ran out by one request that was not granted, so that
// what was used says nothing of what was wanted.
func (h *LimitHit) Refused() bool { return h.Name == "memory" && h.Used < 0.9*h.Allowed }

// Diagnostic is one message about the source or the run.
type Diagnostic struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	Code    string `json:"code"` // go/types code, or syntax:, build:, vet:, runtime: or refused:NAME
	Message string `json:"message"`
	Explain string `json:"explain"` // follows the toolchain's own text, never replaces it
}

// OfTests says whether it is a sentence about tests or benchmarks as a whole.
func (d Diagnostic) OfTests() bool { return d.Code == "runtime:tests" || d.Code == "runtime:bench" }

// Result is everything one run gave.
type Result struct {
	ID          string       `json:"id"`
	Kind        Kind         `json:"kind"`
	Status      Status       `json:"status"`
	ExitCode    int          `json:"exit_code"`
	Signal      string       `json:"signal"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Events      []Output     `json:"events"`
	Truncated   *Truncated   `json:"truncated"`
	Limit       *LimitHit    `json:"limit"`
	Usage       Usage        `json:"usage"`
	Timing      Timing       `json:"timing"`
	Engine      string       `json:"engine"`
	// Approximate says that the program was interpreted because no Go is
	// installed, without proof that what it uses behaves as compiled Go does.
	Approximate bool   `json:"approximate,omitempty"`
	GoVersion   string `json:"go_version"`
	Procs       int    `json:"procs"`
	// Vary are the values of Procs of the parts, in order; nil for a run that
	// was not varied. Procs is then 0.
	Vary  []int  `json:"vary,omitempty"`
	Clock string `json:"clock"`
	// CPULimit is the bound on processors that the run had; 0 is none.
	CPULimit float64 `json:"cpulimit,omitempty"`
	// Measured says how a measurement was kept from being disturbed; nil for a
	// run that was none.
	Measured *Measured `json:"measured,omitempty"`
	// Race says that the race detector watched.
	Race bool `json:"race,omitempty"`
	// Varies is what in the source may make a run on the fake clock differ from
	// the next; empty when it repeats, and on the real clock.
	Varies    []Diagnostic       `json:"varies,omitempty"`
	Cached    bool               `json:"cached"`
	Isolation Isolation          `json:"isolation"`
	Artifacts []Artifact         `json:"artifacts"`
	Parts     map[string]*Result `json:"parts,omitempty"`
	Tests     []Test             `json:"tests"`
	Bench     []Bench            `json:"bench"`
	// Baseline is what was measured of Job.Against; nil without it.
	Baseline []Bench    `json:"baseline,omitempty"`
	Trace    *TraceInfo `json:"trace"`
	// Profile is nil for a run that was not profiled.
	Profile *ProfileInfo `json:"profile"`
	// Cover is of a KindCover job; nil when the program did not live to tell.
	Cover *Coverage `json:"cover,omitempty"`
	// Asm is nil but for a job that asks for it and compiles.
	Asm *Assembly `json:"asm"`
	// Packages are the import paths of the learner's packages in a job of tests
	// or of a module, as profiles and traces name their functions; nil for a
	// program that is package main alone.
	Packages []string `json:"packages,omitempty"`

	// Exchanges and Report are what the Dialogue of a Job of several parts
	// gave. They never leave the server.
	Exchanges []Exchange `json:"-"`
	Report    []byte     `json:"-"`
}

// Truncated says how much of a stream was kept.
type Truncated struct {
	Stream       string `json:"stream"`
	KeptBytes    int64  `json:"kept_bytes"`
	DroppedBytes int64  `json:"dropped_bytes"`
}

// Usage is what the run took, measured from outside it.
type Usage struct {
	CPUMS       float64 `json:"cpu_ms"`
	WallMS      float64 `json:"wall_ms"`
	MaxRSSKiB   int64   `json:"max_rss_kib"`
	ThreadsPeak int     `json:"threads_peak"`
	// ThrottledMS is how long threads were held back by Job.CPULimit, summed
	// over processors.
	ThrottledMS float64 `json:"throttled_ms,omitempty"`
}

// Add joins what a run took that came after.
func (u *Usage) Add(next Usage) {
	u.CPUMS += next.CPUMS
	u.WallMS += next.WallMS
	u.MaxRSSKiB = max(u.MaxRSSKiB, next.MaxRSSKiB)
	u.ThreadsPeak = max(u.ThreadsPeak, next.ThreadsPeak)
	u.ThrottledMS += next.ThrottledMS
}

// Timing is where the time of a request went.
type Timing struct {
	QueueMS   float64 `json:"queue_ms"`
	CompileMS float64 `json:"compile_ms"`
	LinkMS    float64 `json:"link_ms"`
	StartMS   float64 `json:"start_ms"`
	RunMS     float64 `json:"run_ms"`
}

// Add joins where the time of a run went that came after.
func (t *Timing) Add(next Timing) {
	t.QueueMS += next.QueueMS
	t.CompileMS += next.CompileMS
	t.LinkMS += next.LinkMS
	t.StartMS += next.StartMS
	t.RunMS += next.RunMS
}

// Measured is how a measurement was kept from being disturbed by this tutor.
// What else the machine did is not known.
type Measured struct {
	Alone bool  `json:"alone"` // no other program was built or run meanwhile
	CPUs  []int `json:"cpus"`  // the processors it was kept on; nil: it might use all
	// Beside is how often something small was done meanwhile all the same, as
	// checking the types of what somebody types.
	Beside int `json:"beside"`
}

// Isolation is the measured level of the jail a run had.
type Isolation struct {
	Level   int      `json:"level"` // 3 strong, 2 isolated, 1 restricted, 0 none
	Name    string   `json:"name"`
	Missing []string `json:"missing"`
}

// Artifact is something a run handed over through a descriptor.
type Artifact struct {
	// Name is trace, trace-end, goroutineleak, of a profile what it measures,
	// or of a trace-file what the program called it.
	Name string `json:"name"`
	// Kind is trace (of the run), trace-end (what was kept of the end of one
	// that its limit cut), trace-file (a trace that the program took itself),
	// leaks (goroutines that can never go on) or profile (a pprof file).
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Bytes int    `json:"bytes"`
	Data  []byte `json:"-"`
}

// CPU is the CPU time of all threads together.
func (u Usage) CPU() time.Duration { return time.Duration(u.CPUMS * float64(time.Millisecond)) }

// Wall is how long the program ran.
func (u Usage) Wall() time.Duration { return time.Duration(u.WallMS * float64(time.Millisecond)) }

// Ran says that the program was started: it was not refused and compiles.
func (r *Result) Ran() bool {
	return !slices.Contains([]Status{StatusRefused, StatusCompileError, StatusCompileLimit}, r.Status)
}

// TraceData is the execution trace that a run left; nil when it left none.
func (r *Result) TraceData() []byte {
	for _, a := range r.Artifacts {
		if a.Kind == "trace" && len(a.Data) > 0 {
			return a.Data
		}
	}
	return nil
}

// TraceCut is how the trace of a run was cut: cap, idle or killed; "" when it
// is whole.
func (r *Result) TraceCut() string {
	if r.Trace == nil || r.Trace.Truncated == nil {
		return ""
	}
	return *r.Trace.Truncated
}

// The values of Test.Status.
const (
	TestPassed  = "passed"
	TestFailed  = "failed"
	TestSkipped = "skipped"
	TestNotRun  = "not_run" // the program ended before
)

// Test is a test, or one below it, as Parent/Child. MS is as testing measures
// it, to 10 ms. Output is what was printed while it ran and what it logged.
type Test struct {
	// Package is the folder of its package; "" at the top of the program.
	Package string  `json:"package,omitempty"`
	Name    string  `json:"name"`
	Status  string  `json:"status"`
	MS      float64 `json:"ms"`
	Output  string  `json:"output"`
}

// FullName is the name of a test with the folder of its package, if that is not
// at the top.
func (t Test) FullName() string {
	if t.Package == "" {
		return t.Name
	}
	return t.Package + "." + t.Name
}

// TraceInfo is what is known of the run's trace. Metrics is the JSON of the
// trace metrics; it is filled by whoever analyses the trace, since this room
// knows nothing of traces.
type TraceInfo struct {
	ID        string  `json:"id"`
	Metrics   any     `json:"metrics"`
	Truncated *string `json:"truncated"` // cap, idle, killed, stopped
	// Problem says why there are no metrics; "" when there are.
	Problem string `json:"problem,omitempty"`
	// Leaks is the garbage collector's word on leaked goroutines, next to the
	// trace's; nil where it is never asked.
	Leaks *LeakProfile `json:"leak_profile,omitempty"`
	// End is the end of the trace, kept apart, when its limit has cut it.
	End *TraceEnd `json:"end,omitempty"`
}

// TraceEnd is the last part of a trace that was cut by its limit: a trace of
// its own, the artifact of kind trace-end.
type TraceEnd struct {
	ID      string `json:"id"`
	Bytes   int    `json:"bytes"`
	Missing int64  `json:"missing_bytes"` // between the beginning and this
	Says    string `json:"says"`          // what is missing, in a sentence or two
}
