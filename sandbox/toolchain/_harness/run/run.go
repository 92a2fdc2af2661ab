// Package run takes an execution trace of the whole program and hands it to
// the supervisor, without a goroutine that the program could see. It also says
// when a profile is over (package profile), with a trace or without one.
//
// Both end with the program, or earlier: by their own clock before the
// program's time is up, or when nothing has run for a while. The last is for
// deadlocks, which Go reports only when no trace is being taken and no timer is
// set. How much of a trace is kept is up to the supervisor.
package run

import (
	"internal/runtime/exithook"
	"sync"
	"syscall"
	"time"
	"tutor/tracer"
	"tutor/wire"
	_ "unsafe" // for linkname
)

// config is set by the linker to "IDLE_MS END_MS BYTES LEAKS THREADS TRACE CPU_MS".
var config string

// Other is what is taken besides a trace, or instead of one; nil when nothing
// is. Stop ends it and Hand sends it, with the byte that says why it ended.
var Other struct {
	Stop func()
	Hand func(why byte)
}

// Why a trace ended: the byte of wire.Ended.
const (
	atExit    = 'e'
	byIdle    = 'i'
	byTime    = 't'
	byProgram = 's' // it called runtime.StopTrace
)

var harness struct {
	out     output
	idle    time.Duration
	end     time.Duration
	cpu     time.Duration // of all threads, with which it ends too; 0: none
	poll    time.Duration
	traced  bool
	leaks   bool // look for leaked goroutines in the end
	threads int  // most threads with which that is done
	start   time.Time
	timer   *time.Timer
	once    sync.Once
	sum     uint64
	change  time.Time // when sum was last seen to change
}

func init() {
	n := numbers(config)
	h := &harness
	h.out = output{part: n[2] / 8}
	h.idle, h.end = time.Duration(n[0])*time.Millisecond, time.Duration(n[1])*time.Millisecond
	h.leaks, h.threads = n[3] != 0, int(n[4])
	h.traced, h.cpu = n[5] != 0, time.Duration(n[6])*time.Millisecond
	h.poll = min(max(h.idle/10, 10*time.Millisecond), 100*time.Millisecond)
	h.start = time.Now()
	h.change = h.start
	if h.traced && tracer.Add(&h.out) != nil {
		return
	}
	exithook.Add(exithook.Hook{F: exit, RunOnFailure: true})
	h.timer = time.AfterFunc(h.poll, tick)
}

func numbers(text string) (n [7]int64) {
	i := 0
	for _, c := range text {
		if c == ' ' {
			i++
			continue
		}
		n[i] = n[i]*10 + int64(c-'0')
	}
	return n
}

// tick looks whether the trace should end and, if not, comes again. Its name
// makes the goroutine that a timer starts for it one of the runtime's own.
//
//go:linkname tick runtime.tutorTraceTick
func tick() {
	h := &harness
	now := time.Now()
	sum, busy := activity()
	if busy || sum != h.sum {
		h.sum, h.change = sum, now
	}
	switch {
	case now.Sub(h.start) >= h.end, h.cpu > 0 && used() >= h.cpu:
		finish(byTime)
	case now.Sub(h.change) >= h.idle:
		finish(byIdle)
	default:
		h.timer.Reset(h.poll)
	}
}

// exit runs when main returns or something calls os.Exit. A program with a loop
// that cannot be interrupted ends without the end of its trace, since it would
// not end at all if it waited for the loop.
func exit() {
	if stubborn() && !alone() {
		return
	}
	finish(atExit)
	if harness.leaks {
		leaks()
	}
}

func finish(why byte) {
	h := &harness
	h.once.Do(func() {
		if h.timer != nil {
			h.timer.Stop()
		}
		if Other.Stop != nil {
			Other.Stop()
		}
		if h.traced {
			endTrace(why)
		}
		if Other.Hand != nil {
			Other.Hand(why)
		}
	})
}

func endTrace(why byte) {
	h := &harness
	if tracer.Ended() {
		why = byProgram
	}
	tracer.Remove(&h.out)
	wire.Send(wire.Ended, []byte{why})
}

// used is the processor time of all threads so far.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// In package runtime: stubborn says whether a goroutine may run on when it is
// asked to stop; alone keeps all others of the program's from running, if that
// can be done.
func activity() (sum uint64, busy bool)
func stubborn() bool
func alone() bool
