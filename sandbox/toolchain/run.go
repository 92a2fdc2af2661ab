package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// run is one Job on its way to its Result.
type run struct {
	engine  *Engine
	job     sandbox.Job
	limits  sandbox.Limits
	procs   int // and processors it may run on
	result  *sandbox.Result
	began   time.Time
	library *library // that it is built with; nil until it is known
	keys    []string // of the programs that were built
	module  *module  // that the program is, or nil
	tests   *tests   // of a job of tests
	others  []*tests // of the further packages of the module
	further []further
	other   other // version that benchmarks are held against

	mu   sync.Mutex // of sink
	sink sandbox.Sink
}

// Run builds and runs a Job. See sandbox.Runner.
func (e *Engine) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	r := e.newRun(job, sink)
	if len(job.Vary) > 0 && !r.unsupported() {
		if one, rounds := r.inTurns(); rounds > 1 {
			return sandbox.RunInTurns(ctx, e, one, rounds, sink)
		}
		return sandbox.RunVaried(ctx, e, job, sink)
	}
	err := r.do(ctx)
	if err != nil && ctx.Err() == nil && r.outdated(err) {
		// What is there now is looked for, once.
		r = e.newRun(job, sink)
		err = r.do(ctx)
	}
	switch {
	case ctx.Err() != nil:
		r.result.Status = sandbox.StatusKilled
		r.result.Diagnostics = append(r.result.Diagnostics, sandbox.StopOf(ctx))
	case errors.Is(err, jail.ErrDied):
		return nil, fmt.Errorf("run a program: %w", errOutside)
	case err != nil:
		return nil, fmt.Errorf("run a program: %w", err)
	}
	for _, d := range r.result.Diagnostics {
		r.tell(sandbox.Event{Name: "diag", Diag: &d})
	}
	if r.result.Limit != nil {
		r.tell(sandbox.Event{Name: "limit", Limit: r.result.Limit})
	}
	return r.result, nil
}

// outdated says whether a run failed because what it relied on was removed or
// replaced on the way: archives, Go, or the program itself.
func (r *run) outdated(err error) bool {
	if r.library == nil {
		return false
	}
	lost := slices.ContainsFunc(r.keys, func(key string) bool { return r.engine.binaries.look(key) != whole })
	return errors.Is(err, errDamaged) || !r.library.usable() || lost
}

func (e *Engine) newRun(job sandbox.Job, sink sandbox.Sink) *run {
	procs := job.Procs
	if procs <= 0 {
		procs = envProcs(job.Env)
	}
	if procs <= 0 {
		procs = min(4, runtime.NumCPU())
	}
	if job.Clock == sandbox.ClockFake {
		procs = 1 // else the schedule is not the same each time
	}
	if job.Kind == "" {
		job.Kind = sandbox.KindProgram
	}
	r := &run{engine: e, job: job, limits: job.Limits.Or(sandbox.LimitsOf(job.Kind, job.Race)), procs: procs, sink: sink, began: time.Now()}
	r.result = r.newResult()
	return r
}

// newResult is what every Result of the run has in common.
func (r *run) newResult() *sandbox.Result {
	return &sandbox.Result{
		ID: newID(), Kind: r.job.Kind, Engine: sandbox.EngineGo, Procs: r.goProcs(), Clock: r.clock(), Race: r.job.Race,
		CPULimit:    r.job.CPULimit,
		Diagnostics: []sandbox.Diagnostic{}, Events: []sandbox.Output{}, Artifacts: []sandbox.Artifact{},
		Tests: []sandbox.Test{}, Bench: []sandbox.Bench{},
	}
}

// leftToGo says that Go's runtime is to find by itself how many processors it
// may use.
func (r *run) leftToGo() bool {
	return r.job.CPULimit > 0 && r.job.Procs <= 0 && envProcs(r.job.Env) == 0
}

// goProcs is GOMAXPROCS.
func (r *run) goProcs() int {
	if r.leftToGo() {
		return sandbox.GoProcs(r.procs, r.job.CPULimit)
	}
	return r.procs
}

func (r *run) tell(event sandbox.Event) {
	if r.sink == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sink(event)
}

// do takes the job through its stages. The error is ours, or the context's.
func (r *run) do(ctx context.Context) (err error) {
	if r.unsupported() {
		return nil
	}
	library, err := r.engine.libraryOf(ctx, r.set())
	if err != nil {
		return r.lack(err)
	}
	r.library, r.result.GoVersion = library, library.tool.Version
	if r.unbounded(ctx) {
		return nil
	}
	parts, err := r.parts(ctx, library)
	if err != nil || len(parts) == 0 {
		return r.lack(err)
	}
	stages, ok, err := r.inspect(ctx, library, parts)
	if err != nil || !ok {
		return r.lack(err)
	}
	if r.tests != nil || r.module != nil {
		r.result.Packages = stages[0].plan.paths()
	}
	leave, err := r.enter(ctx)
	if err != nil {
		return err
	}
	defer func() { leave() }()
	defer func() {
		if errors.Is(err, errDamaged) {
			library.spoil()
		}
	}()
	if r.job.Kind == sandbox.KindAsm {
		if ok, err = r.assemble(ctx, library, stages[0]); ok {
			r.result.Status = sandbox.StatusOK
		}
		return err
	}
	defer r.letGo(stages)
	examined := r.examine(ctx, library, stages)
	if ok, err = r.build(ctx, library, stages); err != nil || !ok {
		return err
	}
	if r.job.Decides() {
		if ok, err = r.assemble(ctx, library, stages[0]); err != nil || !ok {
			return err
		}
	}
	defer r.letGoFurther()
	if ok, err = r.buildFurther(ctx, library); err != nil || !ok {
		return err
	}
	if err := r.buildAgainst(ctx); err != nil {
		return err
	}
	defer r.letGoAgainst()
	if err := r.undisturbed(ctx, examined); err != nil {
		return err
	}
	if leave, err = r.measure(ctx, leave); err != nil {
		return err
	}
	switch {
	case r.job.Dialogue != nil:
		return r.converse(ctx, stages)
	case r.tests != nil:
		err = r.runTests(ctx, stages[0])
		if err == nil {
			err = r.runFurther(ctx, library)
		}
	default:
		err = r.runAlone(ctx, stages[0])
	}
	if err != nil {
		return err
	}
	if r.clock() == sandbox.ClockFake {
		r.result.Varies = append(varies(stages[0].plan.learners(), r.module), variesByEnd(r.result)...)
	}
	return r.addExamined(ctx, examined)
}

// unbounded notes the isolation of the run, and refuses a bound on processors
// where that has none, or that the machine is below anyway.
func (r *run) unbounded(ctx context.Context) bool {
	var mends []jail.Mend
	r.result.Isolation, mends = r.engine.Isolation(ctx)
	if n := runtime.NumCPU(); r.job.CPULimit > float64(n) {
		r.refuse("cpulimit", "a limit of %v processors limits nothing here: this machine has %d; ask for at most %[2]d", r.job.CPULimit, n)
		return true
	}
	if r.job.CPULimit == 0 || !slices.Contains(r.result.Isolation.Missing, string(jail.CgroupCPU)) {
		return false
	}
	how := ""
	for _, m := range mends {
		if m.Layer == jail.CgroupCPU {
			how = "; to get it: " + m.Command
		}
	}
	r.refuse("cpulimit", "a limit on processors needs a cgroup with the cpu controller, and this machine gives us none%s", how)
	return true
}

// examine has a plain program, or tests, vetted while they are built and run, and
// on the fake clock looks for what prints addresses. What is found comes on the
// channel, which is nil where nobody asked.
func (r *run) examine(ctx context.Context, l *library, stages []*stage) chan diagnosis {
	vet := r.job.Vet && len(r.job.Parts) == 0 && (r.job.Kind == sandbox.KindProgram || r.job.Kind.Tests())
	fake := r.clock() == sandbox.ClockFake
	if !vet && !fake || stages[0].plan.noMain != nil {
		return nil
	}
	asks := questionOf(&stages[0].plan)
	asks.Addresses = fake
	examined := make(chan diagnosis, 1)
	r.engine.working.Go(func() {
		// The checker is not to be killed because the run has ended first. That
		// it could not answer says nothing of the program: there is no advice.
		found, err := r.engine.diagnose(context.WithoutCancel(ctx), l, r.job.Key, asks)
		if err != nil || len(found.Errors) > 0 {
			found = diagnosis{}
			if fake {
				found.Addresses = []sandbox.Diagnostic{{Code: "varies:address", Message: "whether it prints addresses could not be looked up"}}
			}
		}
		if !vet {
			found.Vet = nil
		}
		examined <- found
	})
	return examined
}

// addExamined adds what was found to the result of a run: advice, which does not
// change the status, and what may differ next time.
func (r *run) addExamined(ctx context.Context, examined <-chan diagnosis) error {
	if examined == nil {
		return nil
	}
	select {
	case found := <-examined:
		r.result.Diagnostics = append(r.result.Diagnostics, found.Vet...)
		r.result.Varies = append(r.result.Varies, found.Addresses...)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unsupported refuses what this engine cannot do.
func (r *run) unsupported() bool {
	switch {
	case badProfile(r.job) != "":
		r.refuse("profile", "%s", badProfile(r.job))
	case r.job.Asm && !r.job.Kind.Tests() && r.job.Kind != sandbox.KindAsm:
		r.refuse("kind", "what the compiler decided of a program is a run of the kind asm; tests and benchmarks can have it besides")
	case r.job.Procs > 0 && hasEnv(r.job.Env, "GOMAXPROCS"):
		r.refuse("env", "the environment says GOMAXPROCS, and the number of processors is given besides (procs); leave one out")
	case r.job.Clock == sandbox.ClockFake && hasEnv(r.job.Env, "GOMAXPROCS"):
		r.refuse("env", "on the fake clock GOMAXPROCS is always 1, so that the schedule repeats; leave it out of the environment")
	case sandbox.CheckAgainst(&r.job) != "":
		r.refuse("against", "%s", sandbox.CheckAgainst(&r.job))
	case sandbox.CheckGCFlags(r.job.GCFlags, r.job.Kind) != "":
		r.refuse("gcflags", "%s", sandbox.CheckGCFlags(r.job.GCFlags, r.job.Kind))
	case sandbox.CheckCPULimit(&r.job) != "":
		r.refuse("cpulimit", "%s", sandbox.CheckCPULimit(&r.job))
	case sandbox.CheckVary(&r.job) != "":
		r.refuse("vary", "%s", sandbox.CheckVary(&r.job))
	case r.job.Kind == sandbox.KindAsm && r.job.Alone:
		r.refuse("kind", "the kind asm runs nothing, so that there is nothing to run alone")
	case r.job.Kind == sandbox.KindAsm && (len(r.job.Parts) > 0 || r.job.Trace):
		r.refuse("kind", "the kind asm runs nothing, so that there can be no trace, and takes no parts")
	case r.job.Kind != sandbox.KindProgram && r.job.Kind != sandbox.KindProfile && r.job.Kind != sandbox.KindAsm && !r.job.Kind.Tests():
		r.refuse("kind", "runs of the kind %q are not available yet", r.job.Kind)
	case !slices.Contains(sandbox.Clocks(), r.clock()):
		r.refuse("clock", "the clock %q is not known: it can be %s", r.job.Clock, strings.Join(sandbox.Clocks(), ", "))
	case sandbox.CheckClock(&r.job) != "":
		r.refuse("clock", "%s", sandbox.CheckClock(&r.job))
	case r.clock() == sandbox.ClockFake && r.conflict() != "":
		r.refuse("clock", "%s", r.conflict())
	case r.job.Engine != "" && r.job.Engine != sandbox.EngineAuto && r.job.Engine != sandbox.EngineGo:
		r.refuse("engine", "the engine %q is not available: programs are compiled with Go", r.job.Engine)
	case len(r.job.Parts) > 1 && r.job.Dialogue == nil:
		r.refuse("parts", "a job of several parts needs a dialogue")
	default:
		return false
	}
	return true
}

// conflict says what of the job the fake clock cannot be had with.
func (r *run) conflict() string {
	trace := r.job.Trace
	for _, p := range r.job.Parts {
		trace = trace || p.Trace
	}
	switch {
	case r.job.Race:
		return "the race detector needs the real clock: on the fake one only one goroutine runs at a time; ask for one of the two"
	case trace:
		return "a trace needs the real clock: it shows how long things took, and on the fake one nothing takes time; ask for one of the two"
	case r.job.Profile != "":
		return "a profile needs the real clock: it shows what took how long, and on the fake one nothing takes time; ask for one of the two"
	case r.job.Kind == sandbox.KindBench:
		return "a benchmark needs the real clock: on the fake one every round would take no time"
	case r.job.Kind.Tests():
		return "the fake clock is for programs: tests keep one themselves, with testing/synctest"
	case r.job.Kind == sandbox.KindAsm:
		return "the kind asm runs nothing, so that there is no clock to choose"
	case r.job.Dialogue != nil:
		return "the fake clock is for single programs: one that waits for another would seem to wait for ever"
	}
	return ""
}

// clock is the one the program sees.
func (r *run) clock() string {
	if r.job.Clock == "" {
		return sandbox.ClockReal
	}
	return r.job.Clock
}

// set is what the program is built from.
func (r *run) set() *set {
	switch {
	case r.job.Race:
		return raceSet
	case r.clock() == sandbox.ClockFake:
		return fakeSet
	}
	return plainSet
}

// lack makes a refusal of what the machine lacks. Other errors are returned.
func (r *run) lack(err error) error {
	var lack *lackError
	if !errors.As(err, &lack) {
		return err
	}
	r.refuse(lack.code(), "%s", lack.why)
	return nil
}

func (r *run) refuse(name, format string, args ...any) {
	r.result.Status = sandbox.StatusRefused
	r.result.Diagnostics = append(r.result.Diagnostics, refusal("", 0, 0, name, format, args...))
}

// stage is a part at some stage of its way.
type stage struct {
	part     sandbox.Part
	plan     plan
	built    *built
	result   *sandbox.Result
	learners []string    // names of learners' files, as shown
	wire     bool        // the program can hand over traces
	race     bool        // it has the race detector
	leaks    bool        // and is asked for leaked goroutines
	shared   []jail.Bind // what of the host the program needs to be seen
	network  bool        // it can reach a network, if there is one
}

// parts are those of the job; a plain job is one part. There are none when
// the Result says why.
func (r *run) parts(ctx context.Context, l *library) ([]sandbox.Part, error) {
	switch {
	case len(r.job.Parts) > 0:
		return r.job.Parts, nil
	case r.job.Kind.Tests():
		return r.testParts(ctx, l)
	}
	source, problems := readSource(r.job.Files, false, l.tool.Version)
	if len(problems) > 0 {
		return r.wrong(problems)
	}
	r.module = source.module
	part, problems := source.program(r.job.Trace)
	if len(problems) > 0 {
		return r.wrong(problems)
	}
	return []sandbox.Part{part}, nil
}

// wrong says why there are no parts to build.
func (r *run) wrong(problems []sandbox.Diagnostic) ([]sandbox.Part, error) {
	r.result.Status, r.result.Diagnostics = statusOf(problems), explainAll(problems)
	return nil, nil
}

// await waits until packages of the standard library are compiled, and tells
// how far that has come.
func (r *run) await(ctx context.Context, l *library, imports []string) (manifest, error) {
	return l.await(ctx, imports, r.prepares)
}

// inspect checks every part and waits until what it imports is compiled. It
// says whether all may be built.
func (r *run) inspect(ctx context.Context, l *library, parts []sandbox.Part) ([]*stage, bool, error) {
	var stages []*stage
	ok := true
	for _, part := range parts {
		s := &stage{part: part, result: r.result, race: r.job.Race}
		if len(r.job.Parts) > 0 {
			s.result = r.newResult()
			s.result.GoVersion, s.result.Isolation = r.result.GoVersion, r.result.Isolation
		}
		stages = append(stages, s)
		problems, err := r.inspectOne(ctx, l, s)
		if err != nil {
			return nil, false, err
		}
		if len(problems) > 0 {
			s.result.Status, s.result.Diagnostics = statusOf(problems), explainAll(problems)
			ok = false
		}
	}
	r.collectParts(stages)
	return stages, ok, nil
}

func (r *run) inspectOne(ctx context.Context, l *library, s *stage) ([]sandbox.Diagnostic, error) {
	packages, problems := inspectPart(s.part, r.module, l.tool.GOOS, l.tool.GOARCH)
	if r.job.Profile == "cpu" {
		problems = append(problems, ownCPUProfile(packages)...)
	}
	if len(problems) > 0 {
		return problems, nil
	}
	if s.part.Trace || r.job.Dialogue == nil {
		s.wire = shareTrace(packages) || s.part.Trace || r.job.Profile != ""
	}
	has, err := r.await(ctx, l, standardImports(packages))
	if err != nil {
		return nil, err
	}
	if r.tests != nil {
		r.tests.mapImports(packages, has)
		s.wire = s.wire || r.tests.kind == sandbox.KindCover
	}
	for _, file := range has.Shared {
		s.shared = append(s.shared, jail.Bind{Host: file, Inside: file, Exec: true})
	}
	s.network = has.networks(packages)
	s.plan, problems = arrange(packages, has)
	s.learners = learnersFiles(s.plan)
	return problems, nil
}

// shareTrace maps runtime/trace to our stand-in: only one trace of a program
// can be taken at a time, and ours may be, and what the program traces itself
// is handed over. It says whether any package imports it.
func shareTrace(packages []inspected) (any bool) {
	for i := range packages {
		p := &packages[i]
		if _, ok := p.imports["runtime/trace"]; !ok || p.Trusted {
			continue
		}
		mapped := map[string]string{"runtime/trace": tracePath}
		for from, to := range p.ImportMap {
			mapped[from] = to
		}
		p.ImportMap, any = mapped, true
	}
	return any
}

func learnersFiles(p plan) []string {
	r := request{plan: p}
	var names []string
	for _, pkg := range p.packages {
		if !pkg.Trusted {
			for _, f := range pkg.Files {
				names = append(names, r.shown(pkg)+f.Name)
			}
		}
	}
	return names
}

// statusOf is refused when any problem is a refusal of ours.
func statusOf(problems []sandbox.Diagnostic) sandbox.Status {
	for _, d := range problems {
		if len(d.Code) > 8 && d.Code[:8] == "refused:" {
			return sandbox.StatusRefused
		}
	}
	return sandbox.StatusCompileError
}

// build makes the program of every part. It says whether all were made.
func (r *run) build(ctx context.Context, l *library, stages []*stage) (bool, error) {
	ok := true
	for _, s := range stages {
		r.tellBuild("compile")
		b, err := r.engine.build(ctx, l, r.request(s))
		if err != nil {
			return false, err
		}
		s.built = b
		if b.key != "" {
			r.keys = append(r.keys, b.key)
		}
		s.result.Cached = b.cached
		s.result.Timing.CompileMS, s.result.Timing.LinkMS = millis(b.compile), millis(b.link)
		if b.status != "" {
			s.result.Status, s.result.Limit = b.status, b.limit
			s.result.Diagnostics = append(s.result.Diagnostics, b.diags...)
			ok = false
		}
		r.tellBuilt(b)
	}
	r.collectParts(stages)
	return ok, nil
}

func (r *run) tellBuilt(b *built) {
	switch {
	case b.cached:
		r.tellBuild("cached")
	case b.status == "":
		r.tellBuild("link")
	}
}

// tellBuild says which phase of building the run has come to.
func (r *run) tellBuild(phase string) {
	r.tell(sandbox.Event{Name: "build", Build: &sandbox.Build{Phase: phase, MS: since(r.began)}})
}

// request is what is built for a stage.
func (r *run) request(s *stage) request {
	q := request{plan: s.plan, talk: r.job.Dialogue != nil, wire: s.wire, fresh: r.job.Fresh, flags: r.job.GCFlags}
	q.damaged = func() { r.tellBuild("damaged") }
	if s.part.Trace || r.job.Profile != "" {
		idle := r.job.Idle
		if idle <= 0 {
			idle = time.Second
		}
		q.trace = &traceConfig{idle: idle, end: early(r.limits.Wall), bytes: r.limits.Trace, threads: r.limits.Processes}
	}
	if s.part.Trace {
		q.trace.traced = 1
		if s.leaks = !q.talk; s.leaks {
			q.trace.leaks = 1
		}
	}
	if r.job.Profile != "" {
		q.trace.cpu = early(r.limits.CPU)
		q.profile = profileRates[r.job.Profile].config(r.job.Profile)
	}
	return q
}

// early is well before a limit is reached and the program asked what it is
// doing.
func early(limit time.Duration) time.Duration {
	return limit - max(limit/20, min(limit/2, 200*time.Millisecond))
}

// letGo allows the programs to be swept from the cache again.
func (r *run) letGo(stages []*stage) {
	for _, s := range stages {
		if s.built != nil && s.built.key != "" {
			r.engine.binaries.release(s.built.key)
		}
	}
}

// collectParts makes the results of the parts those of the whole.
func (r *run) collectParts(stages []*stage) {
	if len(r.job.Parts) == 0 {
		return
	}
	r.result.Parts = map[string]*sandbox.Result{}
	r.result.Status = sandbox.StatusOK
	for _, s := range stages {
		r.result.Parts[s.part.Name] = s.result
		if r.result.Status == sandbox.StatusOK && s.result.Status != "" && s.result.Status != sandbox.StatusOK {
			r.result.Status = s.result.Status
		}
	}
}

// launch is how the program of a stage is started.
func (r *run) launch(s *stage, sink func(sandbox.Output)) sandbox.Launch {
	args := r.job.Args
	if s.part.Own {
		args = s.part.Args
	}
	return sandbox.Launch{
		Spec: jail.Spec{
			Profile: jail.Run,
			Path:    r.engine.binaries.path(s.built.key),
			Args:    append([]string{"/app/prog"}, args...),
			Env:     r.environment(),
			Dir:     r.folder(),
			CPUs:    r.cpus(),
			Limits:  jail.Limits{CPUs: r.job.CPULimit},
			Files:   r.beside(),
			Binds:   s.shared,
			Network: s.network,
		},
		Limits: r.limits,
		Stdin:  r.stdin(s.part),
		Sink:   sink,
		Trace:  s.wire,
		Talk:   r.job.Dialogue != nil,
		Race:   r.job.Race,
		Fake:   r.clock() == sandbox.ClockFake,
	}
}

// folder is where the program runs: tests, as with go test, in the folder of their
// package, if there are files in it for them to find.
func (r *run) folder() string {
	if r.tests == nil || len(r.tests.data) == 0 {
		return "/tmp"
	}
	return path.Join("/tmp", r.tests.dir)
}

// beside are the files that the program of a plain job finds in testdata.
func (r *run) beside() []jail.File {
	if len(r.job.Parts) > 0 {
		return nil
	}
	var files []jail.File
	for _, f := range r.job.Files {
		if sandbox.IsData(f.Name) {
			files = append(files, jail.File{Path: "/tmp/" + f.Name, Data: []byte(f.Content)})
		}
	}
	return files
}

// stdin is the input of a part, or nil.
func (r *run) stdin(part sandbox.Part) io.Reader {
	text := r.job.Stdin
	switch {
	case part.Own:
		text = part.Stdin
	case r.job.StdinFrom != nil:
		return r.job.StdinFrom
	}
	if text == "" {
		return nil
	}
	return strings.NewReader(text)
}

// environment is small and the same everywhere.
func (r *run) environment() []string {
	env := []string{"HOME=/tmp", "TMPDIR=/tmp", "PATH=/", "USER=sandbox", "LANG=C.UTF-8", "TZ=UTC"}
	if !r.leftToGo() {
		env = append(env, "GOMAXPROCS="+itoa(r.procs))
	}
	if r.job.Race {
		// Goroutines that main left behind are watched this long; by default it
		// would be a second.
		env = append(env, "GORACE=atexit_sleep_ms=100")
	}
	// What is asked for stands for ours of the same name: of two, a program
	// would find the first.
	env = slices.DeleteFunc(env, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return hasEnv(r.job.Env, name)
	})
	return slices.Concat(env, r.job.Env)
}

func hasEnv(env []string, name string) bool {
	return slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
}

// envProcs is what the environment says of GOMAXPROCS; 0 when it says nothing
// that the runtime would follow.
func envProcs(env []string) int {
	for _, v := range env {
		if text, ok := strings.CutPrefix(v, "GOMAXPROCS="); ok {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > sandbox.MostProcs {
				return 0
			}
			return n
		}
	}
	return 0
}

// runAlone runs the one program of a plain job.
func (r *run) runAlone(ctx context.Context, s *stage) error {
	p, err := sandbox.Start(ctx, r.launch(s, func(o sandbox.Output) {
		r.tell(sandbox.Event{Name: "out", Out: &o})
	}))
	if err != nil {
		return err
	}
	ended, err := p.Wait()
	if err != nil {
		return err
	}
	s.fill(ended)
	r.handOver(s, ended)
	if s.result.Status == sandbox.StatusTimeLimit && r.clock() == sandbox.ClockFake {
		s.result.Diagnostics = append(s.result.Diagnostics, sandbox.Diagnostic{Code: "runtime:clock",
			Message: "the program saw the fake clock, and its time was up on the real one",
			Explain: "On the fake clock no time passes while a program computes, only while all of it sleeps: a loop that waits for time to pass never ends. Sleep in it, or take the real clock."})
	}
	r.collectParts([]*stage{s})
	return nil
}

// handOver fills in the profile of a run and tells of its trace.
func (r *run) handOver(s *stage, ended *sandbox.Ended) {
	if r.job.Profile != "" {
		s.fillProfile(r.job.Profile, ended.Trace)
	}
	r.tellTrace(s.result)
}

func (r *run) tellTrace(result *sandbox.Result) {
	for _, a := range result.Artifacts {
		if a.Kind == "trace" {
			r.tell(sandbox.Event{Name: "trace", TraceN: int64(a.Bytes)})
		}
	}
}
