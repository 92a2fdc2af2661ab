package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"course/tutor/sandbox/jail"
)

// Launch is one program to confine and supervise.
type Launch struct {
	// Spec says what is run and where; its streams, Extra descriptors and
	// limits are set by Start.
	Spec   jail.Spec
	Limits Limits
	Stdin  io.Reader // nil: none
	// Sink is told what is printed as it appears; it may be nil.
	Sink func(Output)
	// Trace keeps a descriptor for execution traces and what goes with them.
	Trace bool
	// Talk opens descriptors 3 and 4 of the program for a conversation; see
	// Process.Say and Process.Hear. The crash descriptor is then 5, not 3,
	// and the trace descriptor the one after it.
	Talk bool
	// Race keeps a descriptor for what the race detector reports, after the
	// others.
	Race bool
	// Fake says that the program was built with the fake clock: what it prints
	// carries the time.
	Fake bool
}

// keptCrash is how much of the runtime's dying words is kept. All of it is
// read, or the dying process would block.
const keptCrash = 64 << 10

// keptRaces is how much of what the race detector reports is kept.
const keptRaces = 64 << 10

// grace is how long a program may take to say what it was doing before it is
// killed.
const grace = 250 * time.Millisecond

// Process is a program being supervised: its output is read, its limits are
// watched, and it is killed with everything it started when one is reached.
type Process struct {
	launch  Launch
	jailed  *jail.Process
	began   time.Time
	startup time.Duration

	record *recorder
	stderr *collector
	crash  *collector
	races  *collector // nil without the race detector
	trace  *traceReader
	talk   talk
	pumps  sync.WaitGroup
	files  []*os.File // ours, closed in the end

	mu      sync.Mutex
	stopped Status
	hit     *LimitHit
	late    []byte // stderr after we asked for a dump
}

// Ended is what is known of a program that has ended.
type Ended struct {
	Status    Status
	Exit      jail.Exit
	Events    []Output
	Truncated *Truncated
	Limit     *LimitHit
	Crash     []byte // the runtime's dying words, or the dump we asked for
	Races     []byte // what the race detector reported
	// Fatal is what the runtime wrote after "fatal error: ", which it writes
	// to stderr alone; "" unless that it was the runtime is certain (see
	// Ending).
	Fatal   string
	Trace   *Trace // nil when none was asked for
	Missing []jail.Layer
	Startup time.Duration
}

// Start confines and starts a program. It is killed when ctx is done, and its
// status is then killed. The error is ours.
func Start(ctx context.Context, l Launch) (*Process, error) {
	p := &Process{launch: l}
	p.record = newRecorder(l.Limits.Output, l.Sink)
	p.record.timed = l.Fake
	theirs, err := p.open()
	if err == nil {
		before := time.Now()
		// Killing is left to watch, which also notes why.
		p.jailed, err = startFree(context.WithoutCancel(ctx), p.launch.Spec)
		p.startup = time.Since(before)
	}
	for _, f := range theirs {
		f.Close()
	}
	if err != nil {
		p.close()
		p.record.finish()
		return nil, fmt.Errorf("start program in jail: %w", err)
	}
	p.began = time.Now()
	p.record.begin(p.began)
	p.read()
	go p.watch(ctx)
	return p, nil
}

// startFree starts a program as soon as nobody has its file open for writing.
// A process that was forked elsewhere while the file was being written has it
// open until it executes its own program, for an instant.
func startFree(ctx context.Context, spec jail.Spec) (*jail.Process, error) {
	for try := 0; ; try++ {
		p, err := jail.Start(ctx, spec)
		if !errors.Is(err, textBusy) || try == 50 {
			return p, err
		}
		time.Sleep(time.Duration(try+1) * time.Millisecond)
	}
}

// open makes the pipes. It returns the program's ends.
func (p *Process) open() (theirs []*os.File, err error) {
	spec := &p.launch.Spec
	spec.Limits = p.launch.jailLimits()
	pipe := func(toProgram bool) (ours, his *os.File) {
		r, w, e := os.Pipe()
		if e != nil {
			err = errors.Join(err, e)
			return nil, nil
		}
		if toProgram {
			r, w = w, r
		}
		p.files, theirs = append(p.files, r), append(theirs, w)
		return r, w
	}
	var out, errs, crash *os.File
	out, spec.Stdout = pipe(false)
	errs, spec.Stderr = pipe(false)
	if p.launch.Stdin != nil {
		p.talk.stdin, spec.Stdin = pipe(true)
	}
	if p.launch.Talk {
		var in, from *os.File
		p.talk.in, in = pipe(true)
		p.talk.out, from = pipe(false)
		spec.Extra = append(spec.Extra, in, from)
	}
	crash, his := pipe(false)
	spec.Extra = append(spec.Extra, his)
	p.stderr = &collector{from: errs, keep: int(p.launch.Limits.Output) + keptCrash}
	p.crash = &collector{from: crash, keep: keptCrash}
	if p.launch.Trace {
		from, his := pipe(false)
		spec.Extra = append(spec.Extra, his)
		p.trace = newTraceReader(from, p.launch.Limits.Trace)
	}
	if p.launch.Race {
		from, his := pipe(false)
		spec.Extra = append(spec.Extra, his)
		p.races = &collector{from: from, keep: keptRaces}
		// It reserves terabytes of address space for its own memory.
		spec.Limits.NoData = true
	}
	p.talk.printed = out
	return theirs, err
}

func (l Launch) jailLimits() jail.Limits {
	limits := l.Spec.Limits
	limits.Memory, limits.Tasks = l.Limits.Memory, l.Limits.Processes
	limits.CPU, limits.Disk = l.Limits.CPU, l.Limits.Disk
	return limits
}

// read starts to read everything the program writes.
func (p *Process) read() {
	p.pumps.Go(func() { p.follow(p.talk.printed, Stdout, func([]byte) {}) })
	p.pumps.Go(func() { p.follow(p.stderr.from, Stderr, p.stderr.add) })
	p.pumps.Go(func() { p.crash.run(nil) })
	if p.races != nil {
		p.pumps.Go(func() { p.races.run(p.raced) })
	}
	if p.trace != nil {
		p.pumps.Go(p.trace.run)
	}
	if p.talk.stdin != nil {
		// A program need not read its input, and nobody need write it: this
		// is not waited for.
		go func() {
			_, _ = io.Copy(p.talk.stdin, p.launch.Stdin)
			p.talk.stdin.Close()
		}()
	}
}

// follow reads a stream of the program to its end. What it prints is handed to
// keep, too.
func (p *Process) follow(from io.Reader, stream string, keep func([]byte)) {
	if !p.launch.Fake {
		pump(from, func(b []byte) {
			keep(b)
			p.printed(stream, b, now)
		})
		return
	}
	var decode playback
	take := func(at float64, b []byte) {
		keep(b)
		p.printed(stream, b, at)
	}
	pump(from, func(b []byte) { decode.take(b, take) })
	decode.end(take)
}

// raced shows a report where others have it, on stderr. A flood of them ends
// no program.
func (p *Process) raced(b []byte) {
	if p.races.total() <= keptRaces {
		p.record.add(Stderr, b)
	}
}

// printed takes a piece of output, with its time or now. Once a dump was asked for, stderr is kept
// aside until it is known which part of it is the dump.
func (p *Process) printed(stream string, b []byte, at float64) {
	if stream == Stderr && p.keepAside(b) {
		return
	}
	if p.record.addAt(stream, b, at) || p.crash.total() > 0 {
		return // a long list of goroutines by the dying runtime is no flood
	}
	p.stop(StatusOutputLimit, &LimitHit{Name: "output", Allowed: float64(p.launch.Limits.Output),
		Used: float64(p.record.printed()), Unit: "bytes"})
}

func (p *Process) keepAside(b []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped != StatusTimeLimit {
		return false
	}
	if len(p.late) < keptCrash {
		p.late = append(p.late, b...)
	}
	return true
}

// watch ends the program when its time is up or ctx is done.
func (p *Process) watch(ctx context.Context) {
	wall := time.NewTimer(p.launch.Limits.Wall - time.Since(p.began))
	defer wall.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-p.jailed.Done():
			return
		case <-ctx.Done():
			p.stop(StatusKilled, nil)
			return
		case <-wall.C:
			p.stop(StatusTimeLimit, p.timeHit("wall", p.launch.Limits.Wall, time.Since(p.began)))
			return
		case <-look.C:
			if used := p.jailed.CPU(); used >= p.launch.Limits.CPU {
				p.stop(StatusTimeLimit, p.timeHit("cpu", p.launch.Limits.CPU, used))
				return
			}
		}
	}
}

func (p *Process) timeHit(name string, allowed, used time.Duration) *LimitHit {
	return &LimitHit{Name: name, Allowed: ms(allowed), Used: ms(used), Unit: "ms"}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Kill ends the program, with a status of our own.
func (p *Process) Kill(why Status) { p.stop(why, nil) }

// stop ends the program. The first reason counts.
func (p *Process) stop(why Status, hit *LimitHit) {
	p.mu.Lock()
	first := p.stopped == ""
	if first {
		p.stopped, p.hit = why, hit
	}
	p.mu.Unlock()
	if !first {
		return
	}
	if why == StatusTimeLimit && p.askDump() {
		select {
		case <-p.jailed.Done():
			return
		case <-time.After(grace):
		}
	}
	// Whatever goes wrong here shows in Wait, which returns once it is dead.
	_ = p.jailed.Kill()
}

// CPU is the time that all threads of the program have used so far.
func (p *Process) CPU() time.Duration { return p.jailed.CPU() }

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.jailed.Done() }

// Wait waits for the end and says how it came.
func (p *Process) Wait() (*Ended, error) {
	exit, err := p.jailed.Wait()
	for _, f := range p.files {
		// What a survivor might hold open is not waited for.
		_ = f.SetReadDeadline(time.Now().Add(time.Second))
	}
	p.pumps.Wait()
	p.close()
	p.sortLate()
	e := &Ended{Exit: exit, Startup: p.startup, Crash: p.crash.kept, Missing: p.jailed.Missing()}
	e.Events, e.Truncated = p.record.finish()
	if p.trace != nil {
		e.Trace = p.trace.result()
	}
	if err != nil {
		return nil, fmt.Errorf("wait for program in jail: %w", err)
	}
	if p.races != nil {
		e.Races = p.races.kept
	}
	p.judge(e)
	return e, nil
}

// judge says which status the end has and which limit it names.
func (p *Process) judge(e *Ended) {
	exit := e.Exit
	p.mu.Lock()
	stopped, hit := p.stopped, p.hit
	p.mu.Unlock()
	if stopped == "" && exit.Signal == syscall.SIGKILL && exit.CPU >= p.launch.Limits.CPU {
		stopped, hit = StatusTimeLimit, p.timeHit("cpu", p.launch.Limits.CPU, exit.CPU)
	}
	ending := Ending{Stopped: stopped, OOMKilled: exit.OOMKilled, TasksHit: exit.TasksHit, Code: exit.Code,
		Signal: exit.Signal, Stderr: p.stderr.capture(), Crash: p.crash.capture(),
		Race: bytes.Contains(e.Races, []byte(raceMark)), DiskFull: exit.DiskFull}
	e.Status, e.Fatal = Derive(ending), ending.fatal()
	e.Limit = limitOf(e, p.launch.Limits, hit)
}

// limitOf fills in the numbers of a limit that the kernel kept.
func limitOf(e *Ended, l Limits, hit *LimitHit) *LimitHit {
	switch e.Status {
	case StatusTimeLimit:
		return hit
	case StatusOutputLimit:
		if hit != nil && e.Truncated != nil { // more may have come after the limit was seen
			hit = &LimitHit{Name: hit.Name, Allowed: hit.Allowed, Used: float64(e.Truncated.KeptBytes + e.Truncated.DroppedBytes), Unit: hit.Unit}
		}
		return hit
	case StatusMemoryLimit:
		return &LimitHit{Name: "memory", Allowed: float64(l.Memory), Used: float64(e.Exit.PeakRSS), Unit: "bytes"}
	case StatusProcessLimit:
		return &LimitHit{Name: "processes", Allowed: float64(l.Processes), Used: float64(max(e.Exit.Threads, l.Processes)), Unit: "tasks"}
	case StatusDiskLimit:
		return &LimitHit{Name: "disk", Allowed: float64(l.Disk), Used: float64(l.Disk), Unit: "bytes"}
	}
	return nil
}

// dumpMark is how a dump that we asked for starts.
var dumpMark = []byte("SIGQUIT: quit\nPC=")

// sortLate gives the program what it printed itself before the dump.
func (p *Process) sortLate() {
	if len(p.late) == 0 {
		return
	}
	own, _, _ := bytes.Cut(p.late, dumpMark)
	p.record.add(Stderr, own)
}

func (p *Process) close() {
	for _, f := range p.files {
		f.Close()
	}
}
