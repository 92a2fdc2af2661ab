package interp

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// Compiler is the engine of what is not interpreted.
type Compiler interface {
	sandbox.Runner
	// Built says whether the program of a job is there already.
	Built(ctx context.Context, job sandbox.Job) (bool, error)
	// Problem is why nothing can be compiled, or nil.
	Problem() error
	// Diagnose checks types and vets; see sandbox.Assistant.
	Diagnose(ctx context.Context, key string, files []sandbox.File) ([]sandbox.Diagnostic, error)
	Isolation(ctx context.Context) (sandbox.Isolation, []jail.Mend)
	// Lane is the queue that all runs of this machine share.
	Lane() *sandbox.Lane
}

// Config says what a Router works with.
type Config struct {
	Compiler Compiler
	// Self is our own binary, which is started again for children; empty: the
	// running one. Command is the argument before the child's name.
	Self, Command string
	// Keep is how many children are kept warm: 0 for a command that runs one
	// program, 1 for a server.
	Keep int
}

// Router is a sandbox.Runner that interprets what may be interpreted and has
// everything else compiled.
type Router struct {
	compiler Compiler
	children *children
	work     sync.WaitGroup
}

// New returns a Router; its children are started in the background.
func New(config Config) (*Router, error) {
	if config.Self == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find our own binary: %w", err)
		}
		config.Self = self
	}
	r := &Router{compiler: config.Compiler, children: &children{self: config.Self, command: config.Command, keep: config.Keep}}
	r.refill()
	return r, nil
}

// Close ends the children. The compiler is the caller's.
func (r *Router) Close() {
	r.children.close()
	r.work.Wait()
}

func (r *Router) refill() { r.work.Go(r.children.refill) }

// Run interprets a program or has it compiled. See sandbox.Runner.
func (r *Router) Run(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	switch job.Engine {
	case sandbox.EngineInterp:
		return r.interpret(ctx, job, sink)
	case "", sandbox.EngineAuto:
		return r.choose(ctx, job, sink)
	}
	return r.compiler.Run(ctx, job, sink)
}

// choose interprets a program where that is faster and known to be right. One
// that is built already only needs to be started, and where no child is warm,
// compiling takes about as long and leaves something for the next time.
func (r *Router) choose(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	if r.compiler.Problem() != nil {
		return r.approximate(ctx, job, sink)
	}
	defer r.refill()
	if unfit(job) != "" || job.Fresh || hopeless(job.Files) || !r.children.waiting() {
		return r.compile(ctx, job, sink)
	}
	if built, err := r.compiler.Built(ctx, job); err != nil || built {
		return r.compile(ctx, job, sink)
	}
	a, err := r.attempt(ctx, job, sink, patience(job), false)
	if err != nil || a.refusal != nil || !a.ok() {
		// That interpreting failed is no reason not to compile.
		return r.compileAfter(ctx, a, job, sink)
	}
	return r.finish(ctx, job, sink, a)
}

// interpret does what somebody asked for by name.
func (r *Router) interpret(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	if r.compiler.Problem() != nil {
		return r.approximate(ctx, job, sink)
	}
	if why := unfit(job); why != "" {
		return r.refused(ctx, job, refuse("", 0, 0, "not interpreted: "+why)), nil
	}
	defer r.refill()
	a, err := r.attempt(ctx, job, sink, job.Limits.Or(sandbox.DefaultLimits()), false)
	switch {
	case err != nil:
		return nil, fmt.Errorf("interpret a program: %w", err)
	case a.refusal != nil && a.refusal.Status == sandbox.StatusRefused:
		return r.refused(ctx, job, a.refusal), nil
	case a.refusal != nil || !a.ok():
		// The compiler says better what is wrong, and how it ends.
		return r.compileAfter(ctx, a, job, sink)
	}
	return r.finish(ctx, job, sink, a)
}

// approximate interprets whatever compiles: there is no Go to do better. Its
// Result says so.
func (r *Router) approximate(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	why := r.compiler.Problem()
	if lack := unfit(job); lack != "" {
		return r.refused(ctx, job, withoutGo(refuse("", 0, 0, fmt.Sprintf("not interpreted: %s; and it cannot be compiled: %v", lack, why)))), nil
	}
	defer r.refill()
	a, err := r.attempt(ctx, job, sink, job.Limits.Or(sandbox.DefaultLimits()), true)
	if err != nil {
		return nil, fmt.Errorf("interpret a program: %w", err)
	}
	if a.refusal != nil {
		result := r.refused(ctx, job, withoutGo(a.refusal))
		result.Approximate = true
		return result, nil
	}
	result := a.result(ctx, r.compiler)
	result.Approximate = true
	a.tell(sink)
	if result.Limit != nil && sink != nil {
		sink(sandbox.Event{Name: "limit", Limit: result.Limit})
	}
	return result, nil
}

// withoutGo gives a refusal the advice for where there is no Go.
func withoutGo(why *Refusal) *Refusal {
	for i := range why.Diagnostics {
		if d := &why.Diagnostics[i]; d.Explain == advice {
			d.Explain = adviceWithoutGo
		}
	}
	return why
}

// compile hands a job on.
func (r *Router) compile(ctx context.Context, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	job.Engine = sandbox.EngineGo
	return r.compiler.Run(ctx, job, sink)
}

// compileAfter hands a job on whose attempt came to nothing. Whoever asked has
// waited for the turns of both.
func (r *Router) compileAfter(ctx context.Context, a *attempt, job sandbox.Job, sink sandbox.Sink) (*sandbox.Result, error) {
	result, err := r.compile(ctx, job, sink)
	if result != nil {
		result.Timing.QueueMS += millis(a.queued)
	}
	return result, err
}

// finish is the Result of a program that ended ok, with vet's advice where it
// was asked for.
func (r *Router) finish(ctx context.Context, job sandbox.Job, sink sandbox.Sink, a *attempt) (*sandbox.Result, error) {
	a.tell(sink)
	result := a.result(ctx, r.compiler)
	if job.Vet {
		result.Diagnostics = append(result.Diagnostics, r.vet(ctx, job)...)
	}
	for i := range result.Diagnostics {
		if sink != nil {
			sink(sandbox.Event{Name: "diag", Diag: &result.Diagnostics[i]})
		}
	}
	return result, nil
}

// vetPatience bounds how long a Result waits for advice: while the standard
// library is being compiled there is none.
const vetPatience = time.Second

// vet asks for advice. That there is none says nothing of the program.
func (r *Router) vet(ctx context.Context, job sandbox.Job) (advice []sandbox.Diagnostic) {
	ctx, cancel := context.WithTimeout(ctx, vetPatience)
	defer cancel()
	found, err := r.compiler.Diagnose(ctx, job.Key, job.Files)
	if err != nil {
		return nil
	}
	for _, d := range found {
		if strings.HasPrefix(d.Code, "vet:") {
			advice = append(advice, d)
		}
	}
	return advice
}

// refused is the Result of a program that was not interpreted.
func (r *Router) refused(ctx context.Context, job sandbox.Job, why *Refusal) *sandbox.Result {
	result := newResult(job)
	result.Status, result.Diagnostics = why.Status, why.Diagnostics
	result.Isolation, _ = r.compiler.Isolation(ctx)
	return result
}

func newResult(job sandbox.Job) *sandbox.Result {
	procs := job.Procs
	if procs <= 0 {
		procs = min(4, runtime.NumCPU())
	}
	return &sandbox.Result{
		ID: newID(), Kind: sandbox.KindProgram, Engine: sandbox.EngineInterp, GoVersion: runtime.Version(),
		Procs: procs, Clock: sandbox.ClockReal,
		Diagnostics: []sandbox.Diagnostic{}, Events: []sandbox.Output{}, Artifacts: []sandbox.Artifact{},
		Tests: []sandbox.Test{}, Bench: []sandbox.Bench{},
	}
}

// patience is how long a program may be interpreted when it could be compiled
// instead, which takes about as long.
func patience(job sandbox.Job) sandbox.Limits {
	limits := job.Limits.Or(sandbox.DefaultLimits())
	limits.CPU = min(limits.CPU, 200*time.Millisecond)
	limits.Wall = min(limits.Wall, time.Second) // on a machine that is busy with others
	return limits
}
