package main

import (
	"context"
	"encoding/json"
	"fmt"
	gobuild "go/build"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"course/tutor/content"
	"course/tutor/page"
	"course/tutor/sandbox"
)

// runFlags are the flags of tutor run.
type runFlags struct {
	data, kind, engine, clock, stdin, trace, memory, vs string
	profile, profileOut, gcflags, vary                  string
	race, alone, asm                                    bool
	procs                                               int
	cpulimit                                            float64
	timeout                                             time.Duration
	json                                                bool
	env                                                 []string
}

func newRun(io streams) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] FILE...|DIR|- [-- ARGS]",
		Short: "Run a program in the sandbox, as the page does",
		Long: `Run a program in the sandbox, as the page does.

What it prints goes to stdout and stderr as it appears, and its own exit code
is the exit code. Else: 124 stopped for time, 125 for another limit, 65 did not
compile or was refused, 70 our fault; the reason stands on stderr after
"tutor: ". With --json one Result is printed and the exit code is 0.

Of a folder, what go run . would build there is run: its Go files, go.mod, and
the packages of its module that they import (without a go.mod, packages in the
folders below are imported as example/FOLDER). Programs may import the standard
library and the modules that tutor doctor lists; nothing is downloaded. Of a
folder whose files name testdata, what is in it is taken along.

With --kind test, bench or cover the _test.go files of a folder and its
testdata are read too; in the folder of a go.mod, of all packages below. ARGS may
begin with flags of go test: -run, -skip, -short, -count, -failfast, -parallel,
-shuffle, -cpu, -bench, -benchtime. The exit code is 1 when a test fails, and
that of the program where one ended it, as 2 for a panic.

--kind profile:cpu (or heap, block, mutex, goroutine) profiles the program: what
took most is printed on stderr when it has ended, and --profile-out keeps the
file for go tool pprof. --kind asm runs nothing: it prints each line with what the
compiler decided (-gcflags=-m) and the instructions that it made. Tests and
benchmarks are run and have the same besides, with --profile cpu and with --asm,
or --gcflags -m for the decisions alone. A profile or a trace of benchmarks is of
one process, as with go test; what is measured under it, or with --race, is
compared with nothing.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runProgram(cmd.Context(), io, f, args, cmd.ArgsLenAtDash())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.data, "data", "", "data folder (see tutor serve)")
	flags.StringVar(&f.kind, "kind", "program", "what to do with the files: "+strings.Join(sandbox.Kinds(), ", "))
	flags.StringVar(&f.profile, "profile", "", "profile the run: "+strings.Join(sandbox.Profiles(), ", "))
	flags.BoolVar(&f.asm, "asm", false, "of tests and benchmarks, print what the compiler decided and made too")
	flags.StringVar(&f.profileOut, "profile-out", "", "write the run's profile to this file, for go tool pprof")
	flags.StringVar(&f.vs, "vs", "", "compare benchmarks with those of this folder or Go file, measured in turn, or of a file that --json printed")
	flags.StringVar(&f.gcflags, "gcflags", "", "flags for the compiler, as \"-l -N\": "+gcFlagsSay())
	flags.StringVar(&f.engine, "engine", "auto", "what runs it: go (compiled), interp (interpreted: small programs only), or auto, which compiles here")
	flags.StringVar(&f.clock, "clock", "real", "which clock it sees: real, fake (sleeping takes no time, GOMAXPROCS is 1), or of tests synctest (they keep one themselves; it is told whether any did)")
	flags.BoolVar(&f.race, "race", false, "run with the race detector; a race that is seen ends with 66")
	flags.BoolVar(&f.alone, "alone", false, "measure it: nothing else of this tutor runs meanwhile (benchmarks always have this)")
	flags.IntVar(&f.procs, "procs", 0, "GOMAXPROCS and CPUs (default the smaller of 4 and those there are)")
	flags.Float64Var(&f.cpulimit, "cpulimit", 0, "processors it may use over time, as 1.5, like a container's quota; without --procs Go's runtime chooses GOMAXPROCS itself")
	flags.StringVar(&f.vary, "vary", "", "run it once for each value, as GOMAXPROCS:1,2,4, one after the other, benchmarks in turn for each count; --trace then writes a file for each, FILE-1, FILE-2, ..., and its input is that of --stdin")
	flags.StringArrayVar(&f.env, "env", nil, "KEY=VALUE for its environment; may be given several times")
	flags.StringVar(&f.stdin, "stdin", "", "file to give the program as its input")
	flags.StringVar(&f.trace, "trace", "", "write the run's execution trace to this file; beside it, as FILE-end, the end of one that was too long, and as FILE-own1 one that the program took itself")
	flags.DurationVar(&f.timeout, "timeout", 0, "wall time it may take, at most 60s")
	flags.StringVar(&f.memory, "memory", "", "memory it may use, as 64MiB; 1MiB to 1GiB")
	flags.BoolVar(&f.json, "json", false, "print one Result as JSON, exit 0")
	return cmd
}

// runProgram runs one command line of tutor run.
func runProgram(ctx context.Context, io streams, f runFlags, args []string, dash int) error {
	sources, programArgs := args, []string(nil)
	if dash >= 0 {
		sources, programArgs = args[:dash], args[dash:]
	}
	job, err := runJob(io, f, sources, programArgs)
	if err != nil {
		return err
	}
	before, err := readBaseline(f)
	if err != nil {
		return err
	}
	engine, err := openEngine(f.data)
	if err != nil {
		return err
	}
	defer engine.Close()
	through := &passage{streams: io}
	sink := through.sink
	if f.json || job.Clock == sandbox.ClockFake {
		sink = nil
	}
	router, err := openRouter(engine, 0)
	if err != nil {
		return err
	}
	defer router.Close()
	result, err := router.Run(ctx, job, sink)
	if err != nil {
		return ours(err)
	}
	if sink == nil && !f.json {
		// On the fake clock the times of both streams are known in the end, and
		// with them the order in which the program wrote.
		for i := range result.Events {
			through.sink(sandbox.Event{Out: &result.Events[i]})
		}
	}
	if err := keepTraces(ctx, engine, f, result, through); err != nil {
		return err
	}
	if err := writeProfile(f.profileOut, result); err != nil {
		return err
	}
	addSummary(ctx, engine, result)
	if f.json {
		for _, r := range append(result.Varied(), result) {
			addMetrics(ctx, engine, r)
		}
		enc := json.NewEncoder(io.out)
		enc.SetIndent("", "  ")
		return ours(enc.Encode(result))
	}
	if result.Approximate && result.Ran() {
		through.say("interpreted, as no Go is installed here; that is approximate")
	}
	if job.Kind != sandbox.KindProgram && job.Kind != sandbox.KindProfile {
		through.end()
		report(io, result, before)
	}
	said := []string{page.Throttled(result), page.OwnClock(result), page.MayDiffer(result)}
	if job.Kind != sandbox.KindBench { // whose report has said it
		said = append(said, page.Measured(result))
	}
	for _, says := range said {
		if says != "" {
			through.say(says)
		}
	}
	exit := runExit(result)
	if exit == nil && len(job.Against) > 0 && result.Baseline == nil {
		exit = exitError{code: exitFailed} // report has said why
	}
	if exit != nil && exit.Error() != "" || result.Profile != nil || len(result.Vary) > 0 {
		through.end()
	}
	if text := afterwards(result); text != "" && (exit == nil || exit.Error() == "") {
		through.end()
		fmt.Fprintln(io.err, text)
	}
	if err := printVaried(io.err, result); err != nil {
		return ours(err)
	}
	if err := printProfile(io.err, result); err != nil {
		return ours(err)
	}
	if err := printAsm(io.out, job.Files, result); err != nil {
		return ours(err)
	}
	return exit
}

// runJob reads the sources and the flags into a Job.
func runJob(io streams, f runFlags, sources, args []string) (sandbox.Job, error) {
	kind, what := sandbox.SplitKind(f.kind)
	job := sandbox.Job{
		Kind: kind, Profile: what, Asm: f.asm, Engine: f.engine, Trace: f.trace != "", Procs: f.procs, Args: args,
		Race: f.race, Env: f.env, Alone: f.alone, Clock: f.clock, CPULimit: f.cpulimit,
		Limits: sandbox.Limits{Wall: f.timeout}, Vet: true,
	}
	if !slices.Contains(sandbox.Kinds(), f.kind) {
		return job, misuse("--kind %s is not known; it can be %s", f.kind, strings.Join(sandbox.Kinds(), ", "))
	}
	if f.vary != "" {
		values, err := content.ParseVary(f.vary)
		if err != nil {
			return job, misuse("--vary %s: %v", f.vary, err)
		}
		job.Vary = values
	}
	if why := sandbox.CheckVary(&job); why != "" {
		return job, misuse("--vary: %s", why)
	}
	if why := sandbox.CheckCPULimit(&job); why != "" {
		return job, misuse("--cpulimit: %s", why)
	}
	job.GCFlags = strings.Fields(f.gcflags)
	if why := job.AddProfile(f.profile); why != "" {
		return job, misuse("--profile: %s", why)
	}
	if why := sandbox.CheckGCFlags(job.GCFlags, job.Kind); why != "" {
		return job, misuse("--gcflags: %s", why)
	}
	if f.asm && !job.Kind.Tests() && job.Kind != sandbox.KindAsm {
		return job, misuse("--asm goes with tests and benchmarks; of a program, --kind asm prints what the compiler decided")
	}
	if job.Kind == sandbox.KindAsm && f.alone {
		return job, misuse("--kind asm runs nothing, so that there is nothing to run --alone")
	}
	if job.Kind == sandbox.KindAsm && f.trace != "" {
		return job, misuse("--kind asm runs nothing, so that there can be no --trace")
	}
	if f.profileOut != "" && job.Profile == "" {
		return job, misuse("--profile-out needs a profile: add --profile cpu, or another of %s", strings.Join(sandbox.Profiles(), ", "))
	}
	if !slices.Contains(sandbox.Engines(), f.engine) {
		return job, misuse("--engine %s is not known; it can be %s", f.engine, strings.Join(sandbox.Engines(), ", "))
	}
	if !slices.Contains(sandbox.Clocks(), f.clock) {
		return job, misuse("--clock %s is not known; it can be %s", f.clock, strings.Join(sandbox.Clocks(), ", "))
	}
	if why := sandbox.CheckClock(&job); why != "" {
		return job, misuse("--clock: %s", why)
	}
	if f.clock == sandbox.ClockFake && f.procs > 1 {
		return job, misuse("--procs %d: on the fake clock GOMAXPROCS is 1", f.procs)
	}
	for _, entry := range f.env {
		if !sandbox.IsEnv(entry) {
			return job, misuse("--env %s: write KEY=VALUE, as LEVEL=3", entry)
		}
	}
	if f.procs < 0 || f.procs > sandbox.MostProcs {
		return job, misuse("--procs %d: 1 to %d, or 0 for the default", f.procs, sandbox.MostProcs)
	}
	if f.timeout < 0 {
		return job, misuse("--timeout %s: more than 0, or 0 for the default", f.timeout)
	}
	var err error
	if job.Limits.Memory, err = parseSize(f.memory); err != nil {
		return job, err
	}
	switch name, why := job.Limits.Outside(); name {
	case "wall":
		return job, misuse("--timeout %s: %s", f.timeout, why)
	case "memory":
		return job, misuse("--memory %s: %s", f.memory, why)
	}
	if job.Files, err = readSources(io, sources, job.Kind); err != nil {
		return job, err
	}
	if err := readAgainst(io, f, &job); err != nil {
		return job, err
	}
	return job, feedStdin(&job, io.in, f.stdin, sources)
}

// feedStdin gives the program its input: the file of --stdin, or what is piped
// into us. A terminal is no input: a run has nobody to type.
func feedStdin(job *sandbox.Job, in io.Reader, name string, sources []string) error {
	if name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			return misuse("read input: %v", err)
		}
		job.Stdin = string(data)
		return nil
	}
	if len(sources) == 1 && sources[0] == "-" || isTerminal(in) || len(job.Vary) > 0 {
		return nil
	}
	job.StdinFrom = in
	return nil
}

// isTerminal says that r is a device nobody should wait for.
func isTerminal(r io.Reader) bool {
	file, ok := r.(*os.File)
	if !ok {
		return false
	}
	return isDevice(file)
}

// readSources reads the Go files of a command line: files, one folder, or "-"
// for one program on standard input.
func readSources(std streams, args []string, kind sandbox.Kind) ([]sandbox.File, error) {
	if len(args) == 0 {
		return nil, misuse("run what? Give Go files, a folder, or - for standard input")
	}
	if len(args) == 1 && args[0] == "-" {
		data, err := io.ReadAll(io.LimitReader(std.in, 1<<20))
		if err != nil {
			return nil, misuse("read standard input: %v", err)
		}
		name := "main.go"
		if kind.Tests() {
			name = "main_test.go"
		}
		return []sandbox.File{{Name: name, Content: string(data)}}, nil
	}
	if len(args) == 1 {
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
			return readFolder(std, args[0], kind)
		}
	}
	var files []sandbox.File
	for _, name := range args {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, misuse("read program: %v", err)
		}
		files = append(files, sandbox.File{Name: filepath.Base(name), Content: string(data)})
	}
	return withPackages(args, files, kind)
}

// forHere says whether a file of a folder is for this system, by its name and
// build constraints; go run passes over one that is not. What cannot be read is
// told by who reads it.
func forHere(dir, name string) bool {
	match, err := gobuild.Default.MatchFile(dir, name)
	return match || err != nil
}

// passage writes what the program prints to our own streams, as it is, and
// remembers whether a line was left unfinished.
type passage struct {
	streams
	open bool
}

func (p *passage) sink(ev sandbox.Event) {
	if ev.Test != nil {
		p.end()
		fmt.Fprintln(p.out, testLine(*ev.Test))
	}
	if ev.Out == nil || len(ev.Out.Raw) == 0 {
		return
	}
	to := p.out
	if ev.Out.Stream == "stderr" {
		to = p.err
	}
	_, _ = to.Write(ev.Out.Raw)
	p.open = ev.Out.Raw[len(ev.Out.Raw)-1] != '\n'
}

// end finishes the line, so that ours starts one of its own.
func (p *passage) end() {
	if p.open {
		fmt.Fprintln(p.err)
	}
	p.open = false
}

// say says a sentence of ours in a line of its own.
func (p *passage) say(text string) {
	p.end()
	fmt.Fprintln(p.err, "tutor: "+text)
}

// writeProfile writes the profile of a run to a file when one was asked for.
func writeProfile(name string, result *sandbox.Result) error {
	data := result.ProfileData()
	if name == "" || data == nil {
		return nil
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return misuse("write profile: %v", err)
	}
	return nil
}

// runExit turns a Result into an exit code and, where it is not the program's
// own, one line that says why.
func runExit(result *sandbox.Result) error {
	switch result.Status {
	case sandbox.StatusOK:
		return nil
	case sandbox.StatusCompileError, sandbox.StatusRefused, sandbox.StatusCompileLimit:
		return exitError{exitRefused, reason(result)}
	case sandbox.StatusTimeLimit:
		return exitError{exitTime, reason(result)}
	case sandbox.StatusMemoryLimit, sandbox.StatusOutputLimit, sandbox.StatusProcessLimit,
		sandbox.StatusDiskLimit, sandbox.StatusForbidden:
		return exitError{exitLimit, reason(result)}
	case sandbox.StatusKilled:
		return exitError{130, "stopped"}
	}
	if result.Status == sandbox.StatusTestFailed {
		return exitError{code: max(result.ExitCode, exitFailed)}
	}
	if result.ExitCode < 0 {
		ran, _ := remarks(result)
		return exitError{128 + signalNumber(result.Signal), strings.TrimSpace("ended by " + result.Signal + "\n" + diagnostics(ran))}
	}
	return exitError{code: result.ExitCode}
}
