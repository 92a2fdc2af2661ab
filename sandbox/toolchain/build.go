package toolchain

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"course/tutor/sandbox"
	"course/tutor/sandbox/jail"
)

// request is one program to build.
type request struct {
	plan
	trace   *traceConfig // nil without a trace and a profile
	profile string       // what the profile harness is told; "" without one
	wire    bool         // hand over the traces that the program takes itself
	talk    bool
	fresh   bool
	flags   []string // of the compiler, for the learner's packages
	asm     bool     // say what the compiler decides and makes, and no more
	decided bool     // of that, only what it decides
	damaged func()   // told when the program is kept, but is not as it was
}

// traceConfig is what the harness that says when a trace or a profile is over
// is told when it is linked in.
type traceConfig struct {
	idle, end time.Duration
	cpu       time.Duration // of all threads, with which it ends too; 0: none
	bytes     int64
	leaks     int // ask for leaked goroutines in the end: 0 or 1
	threads   int // most threads the program may have
	traced    int // take a trace: 0 or 1
}

// built is what came of a request.
type built struct {
	key     string // in the cache, held until released
	status  sandbox.Status
	diags   []sandbox.Diagnostic
	limit   *sandbox.LimitHit
	asm     *sandbox.Assembly // of a request for it
	cached  bool
	compile time.Duration
	link    time.Duration
}

// Limits of a build. All of them end as compile_limit.
const (
	buildMemory = 768 << 20
	buildCPU    = 10 * time.Second
	buildWall   = 20 * time.Second
	buildOutput = 64 << 10
)

// key is a hash of everything that goes into the program.
func (r *request) key(l *library) (string, error) {
	parts := []any{l.dir, language, r.godebug, r.talk, r.wire, r.noMain != nil, r.profile, r.flags}
	if r.trace != nil {
		parts = append(parts, *r.trace, r.trace.String())
	}
	for _, p := range r.packages {
		files := slices.Clone(p.Files)
		slices.SortFunc(files, func(a, b sandbox.File) int { return strings.Compare(a.Name, b.Name) })
		parts = append(parts, p.Path, p.Trusted, p.Cover, p.ImportMap, files)
		if p.module != nil {
			parts = append(parts, p.Dir, p.module.language)
		}
		if anyVendored(slices.Collect(maps.Keys(p.imports))) {
			parts = append(parts, modulesDir())
		}
		if len(p.embeds) > 0 {
			parts = append(parts, p.embeds, p.Data)
		}
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return "", fmt.Errorf("hash a program: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (c *traceConfig) String() string {
	return fmt.Sprintf("%d %d %d %d %d %d %d", c.idle.Milliseconds(), c.end.Milliseconds(), c.bytes, c.leaks, c.threads, c.traced, c.cpu.Milliseconds())
}

// build makes a program that is to run, or finds it made. Builds that nobody
// waits for end, but one of the same program is waited for. The error is ours,
// or the context's.
func (e *Engine) build(ctx context.Context, l *library, r request) (*built, error) {
	key, err := r.key(l)
	if err != nil {
		return nil, err
	}
	defer e.ahead.makeWay(key)()
	return e.obtain(ctx, l, r, key)
}

// obtain makes a program, or finds it made.
func (e *Engine) obtain(ctx context.Context, l *library, r request, key string) (*built, error) {
	unlock, err := e.binaries.lock(ctx, key)
	if err != nil {
		return nil, err
	}
	defer unlock()
	switch is := e.binaries.has(key); {
	case is == whole && !r.fresh:
		e.binaries.hold(key)
		return &built{key: key, cached: true}, nil
	case is == damaged:
		r.damaged()
		if err := e.binaries.drop(key); err != nil {
			return nil, e.binaries.trouble(fmt.Errorf("remove a damaged program: %w", err))
		}
	}
	for try := 0; ; try++ {
		b, err := e.make(ctx, l, r, key)
		switch {
		case errors.Is(err, errOutside) && try == 0: // it was no fault of the program
		case errors.Is(err, errFull) && try == 0:
			e.binaries.sweep(0) // what was not wanted for a minute makes room
		case errors.Is(err, fs.ErrNotExist) && try < 3: // somebody is removing the folder
		default:
			return b, err
		}
	}
}

// make builds a program and keeps it.
func (e *Engine) make(ctx context.Context, l *library, r request, key string) (*built, error) {
	out, err := e.binaries.create()
	if err != nil {
		return nil, e.binaries.trouble(err)
	}
	b, err := e.runBuild(ctx, l, r, out)
	if err != nil || b.status != "" {
		e.binaries.discard(out)
		return b, err
	}
	if err := e.binaries.commit(out, key); err != nil {
		return nil, e.binaries.trouble(err)
	}
	b.key = key
	e.binaries.hold(key)
	return b, nil
}

// runBuild runs compiler and linker in a jail, one after the other.
func (e *Engine) runBuild(ctx context.Context, l *library, r request, out *os.File) (*built, error) {
	s := newSteps(l, r)
	most := buildOutput
	if r.asm {
		most = asmOutput
	}
	said, ours, theirs, err := listen(most)
	if err != nil {
		return nil, err
	}
	spec := s.spec(l)
	spec.Stdout, spec.Stderr = theirs, theirs
	if s.links() {
		spec.Collect = []jail.Collect{{Path: "/tmp/program", To: out}}
	}
	limited, cancel := context.WithTimeout(ctx, buildWall)
	defer cancel()
	p, err := jail.Start(limited, spec)
	theirs.Close()
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("start the build jail: %w", err)
	}
	exit, err := p.Wait()
	text := said()
	ours.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if limited.Err() != nil {
		return overLimit("wall", buildWall, exit.Wall), nil
	}
	if fromOutside(exit, p.Missing()) {
		return nil, errOutside
	}
	if err != nil && !limitReached(exit) {
		err = fmt.Errorf("build in jail: %w", err)
		if full(err) { // when the program was copied out of the jail
			err = e.binaries.trouble(err)
		}
		return nil, err
	}
	return s.outcome(exit, text)
}

// listen returns a pipe whose other end is read, up to a number of bytes, and
// a function that waits for all of it.
func listen(most int) (said func() string, ours, theirs *os.File, err error) {
	ours, theirs, err = os.Pipe()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	done := make(chan string, 1)
	go func() {
		var kept bytes.Buffer
		buf := make([]byte, 16<<10)
		for {
			n, err := ours.Read(buf)
			kept.Write(buf[:min(n, most-kept.Len())])
			if err != nil {
				done <- kept.String()
				return
			}
		}
	}()
	return func() string { return <-done }, ours, theirs, nil
}

// steps are the commands of one build.
type steps struct {
	request request
	set     *set
	steps   []jail.Step
	files   []jail.File
	names   map[string]string // paths inside to the names that people know
}

func newSteps(l *library, r request) *steps {
	s := &steps{request: r, set: l.set, names: map[string]string{}}
	has, _, _, _, _ := l.state()
	own := r.ownConfig()
	for i, p := range r.packages {
		if r.asm {
			if p.Trusted {
				continue
			}
			p.Cover = false // counting would change what is decided
		}
		s.compile(i, p, own)
	}
	if s.links() {
		s.files = append(s.files, jail.File{Path: linkConfig, Data: append(importConfig(has.All, inside), own...), Paths: true})
		s.link()
	}
	return s
}

// links says whether a program is made.
func (s *steps) links() bool { return s.request.noMain == nil && !s.request.asm }

// ownConfig lists the packages of the part itself for the compiler.
func (r *request) ownConfig() string {
	var b strings.Builder
	for i, p := range r.packages {
		if p.Path != "main" {
			fmt.Fprintf(&b, "packagefile %s=/tmp/%d.a\n", p.Path, i)
		}
	}
	return b.String()
}

// shown is what the name of a file of a package begins with in messages.
func (r *request) shown(p inspected) string {
	switch p.Dir {
	case "":
	case ".":
		return ""
	default:
		return p.Dir + "/"
	}
	learners := 0
	for _, other := range r.packages {
		if !other.Trusted {
			learners++
		}
	}
	if !p.Trusted && learners == 1 || p.Path == "main" && !p.Trusted || p.Tests {
		return ""
	}
	return p.Path + "/"
}

func (s *steps) compile(i int, p inspected, own string) {
	dir := "/src/" + strconv.Itoa(i)
	shown := s.request.shown(p)
	args := []string{"compile", "-o", fmt.Sprintf("/tmp/%d.a", i), "-p", p.Path, "-lang=" + p.language(),
		"-trimpath", dir + "=>" + strings.TrimSuffix(shown, "/"),
		"-errorurl", "-dwarf=false", "-nolocalimports", "-pack", "-importcfg", s.importConfig(dir, p, own)}
	args = append(args, s.set.compile...)
	if !p.Trusted {
		args = append(args, "-complete") // no functions without a body
		args = append(args, s.flags()...)
	}
	switch {
	case s.request.decided:
		args = append(args, "-m")
	case s.request.asm:
		args = append(args, "-m", "-S") // which the compiler writes one by one
	default:
		args = append(args, "-c=2")
	}
	var files []string
	for _, f := range p.Files {
		file := dir + "/" + f.Name
		s.names[file] = shown + f.Name
		s.files = append(s.files, jail.File{Path: file, Data: []byte(f.Content)})
		files = append(files, file)
	}
	args = append(args, s.embed(dir, p)...)
	if harness := s.harness(p); harness != "" {
		file := dir + "/harness/tutor.go"
		s.files = append(s.files, jail.File{Path: file, Data: []byte(harness)})
		args = append(args, file)
	}
	compile := func(files []string) {
		s.steps = append(s.steps, jail.Step{Name: "compile", Exe: "/go/compile", Args: slices.Concat(args, files)})
	}
	compile(files)
	if p.Cover {
		compile(s.cover(p, dir))
	}
}

// language is the version of Go that a package is written in.
func (in *inspected) language() string {
	if in.module != nil {
		return in.module.language
	}
	return language
}

// embed lays the files out that a package embeds, and returns how the compiler
// is told.
func (s *steps) embed(dir string, p inspected) []string {
	if len(p.embeds) == 0 {
		return nil
	}
	config := dir + "/embedcfg"
	s.files = append(s.files, jail.File{Path: config, Data: p.embeds.config(dir), Paths: true})
	for _, f := range p.Data {
		if slices.Contains(p.embeds.names(), f.Name) {
			s.files = append(s.files, jail.File{Path: dir + "/" + f.Name, Data: []byte(f.Content)})
		}
	}
	return []string{"-embedcfg", config}
}

// cover rewrites the files of a package that are no tests so that they count,
// and returns what is then to be compiled. It comes after the package was
// compiled as it is, so that what is wrong with it is said by the compiler.
func (s *steps) cover(p inspected, dir string) []string {
	var files []string
	covered := coveredFiles(p.Files)
	for _, f := range p.Files {
		file := dir + "/" + f.Name
		if i := slices.Index(covered, f.Name); i >= 0 {
			out := fmt.Sprintf("/tmp/cover_%d.go", i)
			s.steps = append(s.steps, jail.Step{Name: "cover", Exe: "/go/cover",
				Args: []string{"cover", "-mode=set", "-var=" + counterName(i), "-o", out, file}})
			file = out
		}
		files = append(files, file)
	}
	return files
}

// flags are those that were asked for. -m stands for itself twice: it would
// then say more than its name, so that it is given once.
func (s *steps) flags() []string {
	return slices.DeleteFunc(slices.Clone(s.request.flags), func(f string) bool { return f == "-m" })
}

// harness is a file that joins our harness to a package.
func (s *steps) harness(p inspected) string {
	if p.Trusted && p.Path != "main" || s.request.asm {
		return ""
	}
	text := "package " + p.name + "\n\nimport _ \"" + crashPath + "\"\n"
	if s.request.trace != nil {
		text += "import _ \"" + runPath + "\"\n"
	}
	if s.request.profile != "" {
		text += "import _ \"" + profilePath + "\"\n"
	}
	return text
}

// importConfig tells the compiler where the packages are that a package
// imports, and of no others.
func (s *steps) importConfig(dir string, p inspected, own string) string {
	var b strings.Builder
	paths := slices.Sorted(maps.Keys(p.imports))
	if s.harness(p) != "" {
		paths = append(paths, crashPath, runPath, profilePath)
	}
	for _, path := range paths {
		to, mapped := p.ImportMap[path]
		if mapped {
			fmt.Fprintf(&b, "importmap %s=%s\n", path, to)
			path = to
		}
		if path != "unsafe" && !s.request.has(path) {
			fmt.Fprintf(&b, "packagefile %s=%s/%s/%s.a\n", path, inside, folderOf(path), path)
		}
	}
	file := dir + "/importcfg"
	s.files = append(s.files, jail.File{Path: file, Data: []byte(b.String() + own), Paths: true})
	return file
}

// has says whether a package is one of the part's own.
func (r *request) has(path string) bool {
	return slices.ContainsFunc(r.packages, func(p inspected) bool { return p.Path == path })
}

// linkConfig tells the linker where every package is.
const linkConfig = "/src/link.cfg"

func (s *steps) link() {
	r := s.request
	args := []string{"link", "-o", "/tmp/program", "-buildmode=exe", "-s", "-w"}
	args = append(args, s.set.link...)
	fd := 3 // the order is that of sandbox.Launch
	if r.talk {
		fd = 5
	}
	args = append(args, fmt.Sprintf("-X=%s.fd=%d", crashPath, fd))
	if r.wire {
		fd++
		args = append(args, fmt.Sprintf("-X=%s.fd=%d", wirePath, fd))
	}
	if s.set == raceSet {
		fd++
		args = append(args, fmt.Sprintf("-X=%s.raceFD=%d", crashPath, fd))
	}
	if r.trace != nil {
		args = append(args, fmt.Sprintf("-X=%s.config=%s", runPath, r.trace))
	}
	if r.profile != "" {
		args = append(args, fmt.Sprintf("-X=%s.config=%s", profilePath, r.profile))
	}
	if r.godebug != "" {
		args = append(args, "-X=runtime.godebugDefault="+r.godebug)
	}
	args = append(args, "-importcfg", linkConfig, fmt.Sprintf("/tmp/%d.a", len(r.packages)-1))
	s.steps = append(s.steps, jail.Step{Name: "link", Exe: "/go/link", Args: args})
}

// spec is the jail of the build: compiler, linker and archives to read, the
// sources, and nothing else.
func (s *steps) spec(l *library) jail.Spec {
	spec := jail.Spec{
		Profile: jail.Build,
		Steps:   s.steps,
		Files:   s.files,
		Dir:     "/tmp",
		Env:     []string{"HOME=/tmp", "TMPDIR=/tmp", "GOROOT=", "GOGC=off", "GOMEMLIMIT=300MiB", "GOTOOLCHAIN=local"},
		Binds: []jail.Bind{
			{Host: l.tool.tool("compile"), Inside: "/go/compile", Exec: true},
			{Host: l.linker(), Inside: "/go/link", Exec: true},
			{Host: l.dir, Inside: inside},
		},
		Limits: jail.Limits{Memory: buildMemory, CPU: buildCPU},
	}
	if slices.ContainsFunc(s.request.packages, func(p inspected) bool { return p.Cover }) {
		spec.Binds = append(spec.Binds, jail.Bind{Host: l.tool.tool("cover"), Inside: "/go/cover", Exec: true})
	}
	return spec
}

// errDamaged is told when archives are gone that the manifest names.
var errDamaged = errors.New("the prepared standard library is damaged")

// outcome reads what came of the steps.
func (s *steps) outcome(exit jail.Exit, said string) (*built, error) {
	b := &built{}
	failed := exit.Code != 0 || exit.Signal != 0
	for _, step := range exit.Steps {
		if step.Name == "link" {
			b.link += step.Wall
		} else {
			b.compile += step.Wall
		}
	}
	switch {
	case failed && exit.CPU >= buildCPU:
		return b.merge(overLimit("cpu", buildCPU, exit.CPU)), nil
	case failed && (limitReached(exit) || strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate memory")):
		return b.merge(overMemory(exit)), nil
	case failed && strings.Contains(said, "file too large"):
		return b.merge(tooLarge()), nil
	case failed && strings.Contains(said, "could not import") && strings.Contains(said, "open "+inside):
		return nil, fmt.Errorf("%w: %s", errDamaged, said)
	case failed:
		b.status, b.diags = sandbox.StatusCompileError, parseDiagnostics(said, s.names)
		if len(b.diags) == 0 {
			return nil, fmt.Errorf("build in jail: it ended with code %d, signal %v and said nothing", exit.Code, exit.Signal)
		}
	case s.request.asm:
		b.asm = parseAsm(said, s.names)
	case s.request.noMain != nil:
		b.status, b.diags = sandbox.StatusCompileError, []sandbox.Diagnostic{*s.request.noMain}
	}
	return b, nil
}

// limitReached says whether the kernel ended compiler or linker.
func limitReached(exit jail.Exit) bool {
	killed := exit.Signal == syscall.SIGKILL
	for _, step := range exit.Steps {
		killed = killed || step.Code == 128+int(syscall.SIGKILL)
	}
	return exit.OOMKilled || exit.DiskFull || killed
}

func (b *built) merge(other *built) *built {
	other.compile, other.link = b.compile, b.link
	return other
}

func overLimit(name string, allowed, used time.Duration) *built {
	hit := &sandbox.LimitHit{Name: "compile", Allowed: millis(allowed), Used: millis(used), Unit: "ms"}
	what := "time"
	if name == "cpu" {
		what = "processor time"
	}
	return &built{status: sandbox.StatusCompileLimit, limit: hit, diags: []sandbox.Diagnostic{{
		Message: fmt.Sprintf("compiling was stopped: it had used %.1f s of %s, and %.0f s are allowed", used.Seconds(), what, allowed.Seconds()),
		Explain: "Some small programs are very large to the compiler: deeply nested types, long constant expressions, generic code that multiplies.",
	}}}
}

func overMemory(exit jail.Exit) *built {
	hit := &sandbox.LimitHit{Name: "compile", Allowed: buildMemory, Used: float64(max(exit.PeakRSS, 0)), Unit: "bytes"}
	return &built{status: sandbox.StatusCompileLimit, limit: hit, diags: []sandbox.Diagnostic{{
		Message: fmt.Sprintf("compiling was stopped: it needed more than the %d MiB that are allowed", buildMemory>>20),
		Explain: "Some small programs are very large to the compiler: huge arrays with values, long constant expressions, generic code that multiplies.",
	}}}
}

// buildFile is the size that a file of a build may have, in the Build profile of
// the jail.
const buildFile = 96 << 20

func tooLarge() *built {
	hit := &sandbox.LimitHit{Name: "compile", Allowed: buildFile, Used: buildFile, Unit: "bytes"}
	return &built{status: sandbox.StatusCompileLimit, limit: hit, diags: []sandbox.Diagnostic{{
		Message: fmt.Sprintf("linking was stopped: the program would be a file of more than the %d MiB that are allowed", buildFile>>20),
		Explain: "A large variable that has a value other than zero is part of the program's file, byte for byte. Fill it when the program runs.",
	}}}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
