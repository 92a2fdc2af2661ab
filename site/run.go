package site

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"course/tutor/content"
	"course/tutor/learner"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// runRequest is the body of POST /api/runs. Key is the draft key of the cell
// that is run; the cell's own options are then the defaults.
type runRequest struct {
	Files []sandbox.File `json:"files"`
	// Against is sandbox.Job.Against, instead of the run before of the cell.
	Against []sandbox.File `json:"against"`
	Kind    string         `json:"kind"`
	Engine  string         `json:"engine"`
	Race    bool           `json:"race"`
	// Profile is what is profiled of the run, and Asm whether tests and
	// benchmarks have what the compiler decided besides.
	Profile string   `json:"profile"`
	Asm     bool     `json:"asm"`
	Trace   *bool    `json:"trace"`
	Clock   string   `json:"clock"`
	Stdin   *string  `json:"stdin"`
	Args    []string `json:"args"`
	// ArgsLine is Args as one types them; see content.SplitArgs.
	ArgsLine *string  `json:"args_line"`
	Env      []string `json:"env"`
	Procs    int      `json:"procs"`
	// CPULimit is sandbox.Job.CPULimit.
	CPULimit float64 `json:"cpulimit"`
	// Vary is what is varied, as content.ParseVary reads it.
	Vary string `json:"vary"`
	// GCFlags are flags of the compiler; see sandbox.CheckGCFlags.
	GCFlags []string  `json:"gcflags"`
	Limits  runLimits `json:"limits"`
	Key     string    `json:"key"`
	// Alone asks for a measurement: a run while nothing else runs.
	Alone bool `json:"alone"`
	// Replace stops an older run of the same person and key that asked for
	// the same, and begins when that has ended.
	Replace bool `json:"replace"`
}

// ranRecord is what is kept of one run, for the page to show.
type ranRecord struct {
	id      string
	key     string // draft key; "" for a run that belongs to no cell
	kind    string // as in the list beside the button
	files   []sandbox.File
	args    []string // and stdin: what it was given besides
	stdin   string
	result  *sandbox.Result // nil when Problem says why there is none
	problem string
	picked  int  // prediction, 1-based; 0 none
	replace bool // it takes the place of an older run of its key
	// again says that the benchmarks are those of the run before, unchanged,
	// whose Result is before; nil when there is none.
	before *sandbox.Result
	again  bool
}

// apiRun is POST /api/runs.
func (s *Server) apiRun(ctx context.Context, req *runRequest, tell emit) (*sandbox.Result, error) {
	job, err := s.jobOf(req)
	if err != nil {
		return nil, err
	}
	rec := &ranRecord{key: req.Key, files: req.Files, replace: req.Replace}
	if err := s.run(ctx, job, rec, tell); err != nil {
		return nil, err
	}
	return rec.result, nil
}

// jobOf checks a request and makes its Job.
func (s *Server) jobOf(req *runRequest) (job sandbox.Job, err error) {
	if err := checkRunFiles(req.Files); err != nil {
		return job, err
	}
	if err := req.checkAgainst(); err != nil {
		return job, err
	}
	if err := req.available(); err != nil {
		return job, err
	}
	var cell *content.Cell
	if req.Key != "" {
		at, known := s.cells[req.Key]
		if _, isExercise := s.exerciseOf(req.Key); !known && !isExercise {
			return job, fail("not-found", "There is no cell or exercise with the key %q in this course. Leave key out to run files of your own.", clip(req.Key, maxName))
		}
		cell = at.cell
	}
	if job, err = cellJob(cell, req.Files); err != nil {
		return job, err
	}
	if err := req.over(&job); err != nil {
		return job, err
	}
	job.Against = req.Against
	if why := sandbox.CheckAgainst(&job); why != "" {
		return job, fail("unsupported", "against: %s.", why)
	}
	if why := sandbox.CheckGCFlags(job.GCFlags, job.Kind); why != "" {
		return job, fail("unsupported", "gcflags: %s.", why)
	}
	if why := sandbox.CheckClock(&job); why != "" {
		return job, fail("unsupported", "clock: %s.", why)
	}
	if why := sandbox.CheckVary(&job); why != "" {
		return job, fail("unsupported", "vary: %s.", why)
	}
	if why := sandbox.CheckCPULimit(&job); why != "" {
		return job, fail("unsupported", "cpulimit: %s.", why)
	}
	if job.Kind == sandbox.KindAsm && job.Trace {
		return job, fail("unsupported", "The kind asm runs nothing, so that there can be no trace.")
	}
	if job.Kind == sandbox.KindAsm && req.Alone {
		return job, fail("unsupported", "The kind asm runs nothing, so that there is nothing to run alone.")
	}
	return job, nil
}

// checkAgainst holds the files of another version to the bounds of a run's own.
func (req *runRequest) checkAgainst() error {
	if len(req.Against) == 0 {
		return nil
	}
	err := checkRunFiles(req.Against)
	if p := (*problem)(nil); errors.As(err, &p) {
		p.Detail = "against: " + p.Detail
	}
	return err
}

// available refuses what is well formed and can't be done.
func (req *runRequest) available() error {
	for _, f := range []struct {
		name, asked string
		can         []string
	}{
		{"kind", req.Kind, sandbox.Kinds()},
		{"engine", req.Engine, sandbox.Engines()},
		{"clock", req.Clock, sandbox.Clocks()},
	} {
		if f.asked != "" && !slices.Contains(f.can, f.asked) {
			return fail("unsupported", "%s %q is not available; it can be %s.", f.name, clip(f.asked, maxName), sandbox.OneOf(f.can))
		}
	}
	if req.Procs < 0 || req.Procs > sandbox.MostProcs {
		return fail("unsupported", "procs is %d; it can be 0 (the default) to %d.", req.Procs, sandbox.MostProcs)
	}
	if req.Stdin != nil {
		if err := checkStdin(*req.Stdin); err != nil {
			return err
		}
	}
	if err := req.splitLine(); err != nil {
		return err
	}
	if err := checkTexts("args", req.Args); err != nil {
		return err
	}
	if err := checkTexts("env", req.Env); err != nil {
		return err
	}
	for _, entry := range req.Env {
		if !sandbox.IsEnv(entry) {
			return fail("bad-request", "An entry of env is %q; each is KEY=VALUE, as LEVEL=3.", clip(entry, maxName))
		}
	}
	return req.Limits.check()
}

// splitLine makes args of a line of arguments.
func (req *runRequest) splitLine() (err error) {
	if req.ArgsLine == nil {
		return nil
	}
	if req.Args != nil {
		return fail("bad-request", "The request has args and args_line, which say the same in two ways. Send one.")
	}
	if err := checkInput(&learner.Input{Args: *req.ArgsLine}); err != nil {
		return err
	}
	if req.Args, err = splitArgs(*req.ArgsLine); req.Args == nil {
		req.Args = []string{} // none, whatever the fence says
	}
	return err
}

// over sets in job what the request asks for.
func (req *runRequest) over(job *sandbox.Job) (err error) {
	setKind(job, req.Kind)
	if why := job.AddProfile(req.Profile); why != "" {
		return fail("unsupported", "profile: %s.", why)
	}
	if job.Asm = job.Asm || req.Asm; job.Asm && !job.Kind.Tests() && job.Kind != sandbox.KindAsm {
		return fail("unsupported", "asm goes with tests and benchmarks; of a program, the kind asm says what the compiler decided.")
	}
	if req.Engine != "" {
		job.Engine = req.Engine
	}
	job.Race = job.Race || req.Race
	setClock(job, req.Clock)
	if req.Trace != nil {
		job.Trace = *req.Trace
	}
	if req.Stdin != nil {
		job.Stdin = *req.Stdin
	}
	if req.Args != nil {
		job.Args = req.Args
	}
	if req.GCFlags != nil {
		job.GCFlags = req.GCFlags
	}
	if req.Procs > 0 {
		job.Procs, job.Vary = req.Procs, nil
	}
	if req.Vary != "" {
		if job.Vary, err = content.ParseVary(req.Vary); err != nil {
			return fail("bad-request", "vary: %v.", err)
		}
		job.Procs = req.Procs // not that of the fence
	}
	if req.CPULimit != 0 {
		job.CPULimit = req.CPULimit
	}
	job.Alone = job.Alone || req.Alone
	if req.Env != nil {
		job.Env = req.Env
	}
	job.Limits = req.Limits.limits().Or(job.Limits)
	return nil
}

// setKind gives job a kind, as requests write it; "" leaves it its own. What
// the job was to have of its own and can't have with that kind is dropped.
func setKind(job *sandbox.Job, kind string) {
	if kind == "" {
		return
	}
	job.Kind, job.Profile = sandbox.SplitKind(kind)
	job.Asm = false
	job.Alone = job.Alone && job.Kind != sandbox.KindAsm
	job.Trace = job.Trace && job.Kind != sandbox.KindAsm
	if job.Kind == sandbox.KindAsm {
		job.CPULimit = 0
	}
	if sandbox.CheckClock(job) != "" {
		job.Clock = ""
	}
	dropVary(job)
	job.GCFlags = slices.DeleteFunc(slices.Clone(job.GCFlags), func(f string) bool {
		return sandbox.CheckGCFlags([]string{f}, job.Kind) != ""
	})
}

// setClock gives job a clock; "" leaves it its own. A trace and a limit on
// processors of its own are dropped where the clock has none.
func setClock(job *sandbox.Job, clock string) {
	if clock == "" {
		return
	}
	job.Clock = clock
	if clock == sandbox.ClockFake {
		job.Trace, job.CPULimit = false, 0
	}
	dropVary(job)
}

// dropVary leaves GOMAXPROCS alone where it can't be varied.
func dropVary(job *sandbox.Job) {
	if !job.CanVary() {
		job.Vary = nil
	}
}

// run runs a Job, tells what happens, and keeps what came of it in rec under
// the id that it tells first.
func (s *Server) run(ctx context.Context, job sandbox.Job, rec *ranRecord, tell emit) error {
	if m := s.Machine(); m.Problem != "" && !(m.Approximate && job.Kind == sandbox.KindProgram) {
		return fail("no-go", "%s", m.Problem)
	}
	only := ""
	if rec.replace {
		only = person + " " + rec.key
	}
	ctx, id, end, gone, err := s.live.beginOnly(ctx, only)
	if err != nil {
		return err
	}
	defer end()
	rec.id, rec.kind, rec.args, rec.stdin = id, page.KindOf(&job), job.Args, job.Stdin
	s.against(&job, rec)
	tell("run", map[string]string{"id": id})
	await(ctx, gone)
	res, err := s.Runner.Run(ctx, job, sinkTo(tell))
	if err != nil {
		return err
	}
	res.ID = id
	s.counts.add("tutor_runs_total", "status", string(res.Status))
	s.traceOfRun(ctx, rec, res, "", tell)
	for i, part := range res.Varied() {
		name := sandbox.VaryName(res.Vary[i])
		part.ID = fmt.Sprintf("%s-%d", id, res.Vary[i])
		s.traceOfRun(ctx, rec, part, name, tell)
	}
	s.profileOfRun(ctx, res)
	rec.result = res
	s.runs.put(id, rec, sizeOf(rec))
	return nil
}

// against lets the benchmarks of a listing be held against those of the run
// before: its text is measured again, in turn with the new one, since a
// machine that was busier then would show as a difference. Where the text is
// the same, there is nothing to hold it against, nor are the numbers of the run
// before where that had other flags. A version that the request brings is the
// one that is meant.
func (s *Server) against(job *sandbox.Job, rec *ranRecord) {
	if job.Kind != sandbox.KindBench || rec.key == "" || len(job.Against) > 0 || job.Watched() != "" {
		return
	}
	old, ok := s.runs.newest(func(r *ranRecord) bool {
		return r.key == rec.key && r.result != nil && len(r.result.Bench) > 0 && r.result.Watched() == ""
	})
	if !ok {
		return
	}
	same := sameFiles(old.files, rec.files)
	rec.before, rec.again = old.result, same && old.fedAs(*job)
	if !same {
		job.Against = old.files
	}
}

// sinkTo tells the events of a run under their own names. That a trace was
// taken is told when it can be fetched.
func sinkTo(tell emit) sandbox.Sink {
	return func(ev sandbox.Event) {
		switch {
		case ev.Queue != nil:
			tell("queue", ev.Queue)
		case ev.Build != nil:
			tell("build", ev.Build)
		case ev.Diag != nil:
			tell("diag", ev.Diag)
		case ev.Out != nil:
			tell("out", ev.Out)
		case ev.Test != nil:
			tell("test", ev.Test)
		case ev.Limit != nil:
			tell("limit", ev.Limit)
		}
	}
}

// sizeOf is about how many bytes a record takes.
func sizeOf(rec *ranRecord) int64 {
	n := 2048 + filesSize(rec.files) + len(rec.stdin)
	if rec.result != nil {
		for _, r := range append(rec.result.Varied(), rec.result) {
			for _, e := range r.Events {
				n += len(e.Text) + len(e.Raw) + 64
			}
		}
		for _, d := range rec.result.Diagnostics {
			n += len(d.Message) + len(d.Explain) + 128
		}
		for _, t := range rec.result.Tests {
			n += len(t.Name) + len(t.Output) + 96
		}
		n += 1024 * (len(rec.result.Bench) + len(rec.result.Baseline))
		if c := rec.result.Cover; c != nil {
			n += 64 * c.Statements
		}
		n += asmSize(rec.result.Asm)
	}
	return int64(n)
}

func asmSize(a *sandbox.Assembly) int {
	if a == nil {
		return 0
	}
	n := 192 * len(a.Notes)
	for _, f := range a.Funcs {
		n += 160 * (len(f.Rows) + 1)
	}
	return n
}

func filesSize(files []sandbox.File) int {
	n := 0
	for _, f := range files {
		n += len(f.Name) + len(f.Content)
	}
	return n
}

// stopRequest names a run by its id.
type stopRequest struct {
	ID string `param:"id" json:"-"`
}

// apiStop is DELETE /api/runs/{id}: the run ends with status killed. One that
// has ended already is left as it is.
func (s *Server) apiStop(_ context.Context, req *stopRequest) (nothing, error) {
	if s.live.kill(req.ID) {
		return nothing{}, nil
	}
	_, ran := s.runs.get(req.ID)
	if _, checked := s.checks.get(req.ID); ran || checked {
		return nothing{}, nil
	}
	return nothing{}, fail("not-found", "There is no run %q: it was never started, or it ended long ago.", clip(req.ID, maxName))
}

// formatRequest and formatResponse are those of POST /api/format.
type formatRequest struct {
	Files []sandbox.File `json:"files"`
}

type formatResponse struct {
	Files       []sandbox.File       `json:"files"`
	Diagnostics []sandbox.Diagnostic `json:"diagnostics"`
}

// apiFormat is POST /api/format.
func (s *Server) apiFormat(ctx context.Context, req *formatRequest) (*formatResponse, error) {
	if err := checkRunFiles(req.Files); err != nil {
		return nil, err
	}
	ctx, _, end, err := s.live.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	files, diags, err := s.Format(ctx, req.Files)
	if err != nil {
		return nil, err
	}
	if diags == nil {
		diags = []sandbox.Diagnostic{}
	}
	return &formatResponse{files, diags}, nil
}

// diagnoseRequest and diagnoseResponse are those of POST /api/diagnose.
type diagnoseRequest struct {
	Files []sandbox.File `json:"files"`
}

type diagnoseResponse struct {
	Diagnostics []sandbox.Diagnostic `json:"diagnostics"`
}

// apiDiagnose is POST /api/diagnose: what is wrong with the files of a program,
// found without building it.
func (s *Server) apiDiagnose(ctx context.Context, req *diagnoseRequest) (*diagnoseResponse, error) {
	if err := checkRunFiles(req.Files); err != nil {
		return nil, err
	}
	ctx, _, end, err := s.live.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	diags, err := s.Diagnose(ctx, person, req.Files)
	if err != nil {
		return nil, err
	}
	if diags == nil {
		diags = []sandbox.Diagnostic{}
	}
	return &diagnoseResponse{diags}, nil
}
