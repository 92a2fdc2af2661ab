package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"course/tutor/content"
	"course/tutor/sandbox"
)

// observation is what one run of a listing was seen to do.
type observation struct {
	Status      sandbox.Status       `json:"status"`
	ExitCode    int                  `json:"exit_code"`
	Stdout      string               `json:"stdout"`
	Stderr      string               `json:"stderr"`
	Diagnostics []sandbox.Diagnostic `json:"diagnostics"`
	Limit       *sandbox.LimitHit    `json:"limit"`
	Clock       string               `json:"clock,omitempty"`
	Metrics     json.RawMessage      `json:"metrics,omitempty"`  // of its trace
	Measured    json.RawMessage      `json:"measured,omitempty"` // by its benchmarks
	TraceSays   string               `json:"trace_says,omitempty"`
	Moments     []string             `json:"moments,omitempty"` // what can be pointed at in its trace; nil when nobody looked

	result *sandbox.Result // nil when it comes from the cache or a recording
	trace  []byte
}

// JobOf is the Job that a reader's Run of an unchanged listing is. When it
// can't be run by this version, why says so in words.
func JobOf(c *content.Cell) (job sandbox.Job, why string) {
	if !c.Runs() {
		return job, "go " + c.Verb + " can't be run by this version"
	}
	if c.Flag("cover") && c.Verb != "test" {
		return job, "cover is for go test, and can't be used with go " + c.Verb
	}
	if c.Options["vary"] != "" && c.Bookmark() != (content.Bookmark{}) {
		return job, "focus, see, t and look point into one trace, and with vary there is one for each value"
	}
	job = sandbox.Job{
		Kind: sandbox.Kind(c.Kind()), Engine: c.Options["engine"], Trace: c.Flag("trace"), Idle: c.Duration("idle"),
		Race: c.Flag("race"), Alone: c.Flag("alone"), Clock: c.Options["clock"],
		Procs: c.Procs(), CPULimit: c.CPULimit(), Vary: c.Vary(), Stdin: c.Stdin(), Args: c.Args(), Env: c.Env(),
		Limits: sandbox.Limits{Wall: c.Duration("timeout"), Memory: c.Memory()},
	}
	switch what := c.Options["profile"]; {
	case c.Verb != "run":
		job.Profile, job.Asm = what, c.Flag("asm")
		if job.Clock == sandbox.ClockFake {
			return job, "clock=fake is for go run, and can't be used with go " + c.Verb
		}
	case c.Flag("asm") && idleWord(c) != "":
		return job, "asm runs nothing, so that it can't be used with " + idleWord(c)
	case c.Flag("asm"):
		job.Kind = sandbox.KindAsm
	case what != "":
		job.Kind, job.Profile = sandbox.KindProfile, what
	}
	if name, why := job.Limits.Outside(); why != "" {
		key := map[string]string{"wall": "timeout", "memory": "memory"}[name]
		return job, key + "=" + c.Options[key] + ": " + why
	}
	if why := sandbox.CheckCPULimit(&job); why != "" {
		return job, why
	}
	if why := sandbox.CheckClock(&job); why != "" {
		return job, why
	}
	if why := sandbox.CheckVary(&job); why != "" {
		return job, why
	}
	job.GCFlags = strings.Fields(c.Options["gcflags"])
	if why := sandbox.CheckGCFlags(job.GCFlags, job.Kind); why != "" {
		return job, why
	}
	for _, f := range slices.Concat(c.Source(), c.Testdata()) {
		job.Files = append(job.Files, sandbox.File{Name: f.Name, Content: f.Content})
	}
	if mod := c.GoMod(); mod != "" {
		job.Files = append(job.Files, sandbox.File{Name: "go.mod", Content: mod})
	}
	return job, ""
}

// idleWord is a word of a fence that is of a run, beside asm, which is none.
func idleWord(c *content.Cell) string {
	for _, word := range []string{"alone", "profile", "trace", "race", "timeout", "memory", "procs", "idle", "args", "env", "stdin"} {
		if c.Options[word] != "" {
			return word
		}
	}
	return ""
}

// cells runs every listing and compares.
func (r *run) cells() error {
	for _, c := range r.runnable() {
		if _, why := JobOf(c); why != "" {
			r.at(c, c.Line, "fence-word", why, "correct the words of the fence")
			continue
		}
		if err := r.cell(c); err != nil {
			return fmt.Errorf("verify listing %s of %s: %w", c.ID, c.File, err)
		}
	}
	return r.writeEdits()
}

func (r *run) cell(c *content.Cell) error {
	obs, cached, err := r.observe(c)
	if err != nil || len(obs) == 0 {
		return err
	}
	r.seen[c] = obs
	before := len(r.problems)
	r.judgeCell(c, obs)
	if cached || len(r.problems) > before || r.cfg.Runner == nil {
		return nil
	}
	r.cache.store(r.cellKey(c), obs)
	if r.mustRecord(c) {
		return r.record(c, r.typical(c, obs))
	}
	return nil
}

func (r *run) cellKey(c *content.Cell) string {
	return keyOf("cell", c.Hash(), r.goVersion, strconv.Itoa(r.cfg.Repeats))
}

// observe gives the runs of a listing: of the cache, else new ones, else,
// without a Runner, the recorded one.
func (r *run) observe(c *content.Cell) (obs []*observation, cached bool, err error) {
	if r.cfg.Runner == nil {
		o, err := r.recordedRun(c)
		if o == nil || err != nil {
			return nil, false, err
		}
		return []*observation{o}, false, nil
	}
	if !r.mustRecord(c) && r.cache.load(r.cellKey(c), &obs) && len(obs) > 0 {
		return obs, true, nil
	}
	r.progress("listing %s", c.ID)
	start := time.Now()
	for i := range r.cfg.Repeats {
		o, err := r.runOnce(c)
		if err != nil {
			return nil, false, err
		}
		obs = append(obs, o)
		if !repeats(o.Status) || c.Flag("asm") || i+1 >= fewestRuns && time.Since(start) > repeatTime {
			break
		}
	}
	return obs, false, nil
}

// A listing is run again and again to see whether it prints the same, but not
// for ever: after repeatTime, only until it has had fewestRuns.
const (
	repeatTime = 5 * time.Second
	fewestRuns = 3
)

// repeats reports whether a further run could tell more: what did not build,
// or took all it was allowed, does so again.
func repeats(s sandbox.Status) bool {
	return !slices.Contains([]sandbox.Status{sandbox.StatusCompileError, sandbox.StatusCompileLimit, sandbox.StatusRefused, sandbox.StatusTimeLimit}, s)
}

func (r *run) runOnce(c *content.Cell) (*observation, error) {
	job, _ := JobOf(c)
	job.Key = "verify"
	res, err := r.cfg.Runner.Run(r.ctx, job, nil)
	if err != nil {
		return nil, err
	}
	if r.ctx.Err() != nil {
		return nil, context.Cause(r.ctx)
	}
	o := observed(res)
	if c.Traced() && repeats(res.Status) {
		if err := r.readTrace(o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func observed(res *sandbox.Result) *observation {
	o := &observation{Status: res.Status, ExitCode: res.ExitCode, Diagnostics: res.Diagnostics, Limit: res.Limit, Clock: res.Clock, result: res}
	for _, e := range res.Events {
		if e.Stream == "stderr" {
			o.Stderr += e.Text
		} else {
			o.Stdout += e.Text
		}
	}
	o.Measured = measured(res.Bench)
	return o
}

// readTrace fills in the metrics. A trace that can't be read is a fact about
// the run, told where something is to be counted.
func (r *run) readTrace(o *observation) error {
	o.trace = o.result.TraceData()
	if len(o.trace) == 0 || r.cfg.Analyse == nil {
		o.TraceSays = "the run gave no trace"
		return nil
	}
	t, err := r.cfg.Analyse(r.ctx, o.result.Packages, o.trace)
	if err != nil {
		if r.ctx.Err() != nil {
			return err
		}
		o.TraceSays = "the trace can't be read: " + err.Error()
		return nil
	}
	t.Know(o.result.TraceCut(), o.result.Status == sandbox.StatusDeadlock, o.result.Usage.CPU())
	if o.result.Race {
		t.KnowRace()
	}
	o.Moments = momentsIn(t)
	o.Metrics, err = json.Marshal(t.Metrics)
	return err
}

// judgeCell compares what the runs did with what the page says.
func (r *run) judgeCell(c *content.Cell, obs []*observation) {
	first := obs[0]
	if !r.ending(c, first) {
		return
	}
	for _, o := range obs[1:] {
		if !ended(c, o) {
			r.at(c, c.Line, "unstable", fmt.Sprintf("one run ended with %s, another with %s", words(first), words(o)), "make the ending certain, or say norun")
			return
		}
	}
	if c.Options["clock"] == sandbox.ClockSynctest && first.Clock != sandbox.ClockSynctest {
		r.at(c, c.Line, "fence-word", "clock=synctest: no test calls synctest.Test, so that all of them see the real clock", "call it, or take the word out")
	}
	if c.Verb == "bench" && first.Status == sandbox.StatusOK && len(first.Measured) == 0 {
		r.at(c, c.Line, "fence-word", "nothing was measured: no benchmark has a name that -bench selects", "correct args=, or take it out")
	}
	r.stream(c, c.Output, "stdout", obs, func(o *observation) string { return o.Stdout })
	r.stream(c, c.Stderr, "stderr", obs, func(o *observation) string { return o.Stderr })
	if c.Output == nil && c.Stderr == nil && (first.Stdout != "" || first.Stderr != "" && first.Status == sandbox.StatusOK) {
		r.at(c, c.Line, "unchecked", fmt.Sprintf("the listing prints %s, and the page doesn't show it", count(first.Stdout+first.Stderr)), "add a text output fence below it")
	}
}

func count(s string) string {
	n := strings.Count(strings.TrimSuffix(s, "\n"), "\n") + 1
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

// ending tells a run that ended in another way than the fence says.
func (r *run) ending(c *content.Cell, o *observation) bool {
	if ended(c, o) {
		return true
	}
	want := c.Options["expect"]
	if want == "" {
		want = "ok"
	}
	if o.Status == sandbox.StatusCompileError && len(o.Diagnostics) > 0 {
		d := o.Diagnostics[0]
		r.at(c, c.FileLine(d.File, d.Line), "compile", fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Message), "correct the program, or say expect=compile_error")
		return false
	}
	fix := "correct the program"
	if o.Status == sandbox.StatusOK {
		fix = "take expect= out, or correct the program"
	}
	r.at(c, c.Line, "status", fmt.Sprintf("it ended with %s, the page says %s", words(o), want), fix)
	return false
}

// words is how a run ended, with what explains it.
func words(o *observation) string {
	s := string(o.Status)
	switch {
	case o.Limit != nil:
		s += fmt.Sprintf(" (%s: %v of %v %s)", o.Limit.Name, o.Limit.Used, o.Limit.Allowed, o.Limit.Unit)
	case o.Status == sandbox.StatusRuntimeError:
		s += fmt.Sprintf(" (exit %d)", o.ExitCode)
	case len(o.Diagnostics) > 0:
		s += " (" + clip(o.Diagnostics[0].Message) + ")"
	}
	return s
}

// ended reports whether a run ended as the fence says.
func ended(c *content.Cell, o *observation) bool {
	want := c.Options["expect"]
	if code, ok := strings.CutPrefix(want, "exit:"); ok {
		n, _ := strconv.Atoi(code)
		return o.ExitCode == n && (o.Status == sandbox.StatusRuntimeError || n == 0 && o.Status == sandbox.StatusOK)
	}
	switch want {
	case "":
		return o.Status == sandbox.StatusOK
	case "panic":
		return o.Status == sandbox.StatusRuntimeError && o.ExitCode == 2 && strings.Contains("\n"+o.Stderr, "\npanic: ")
	}
	return string(o.Status) == want
}
