// Package run takes an execution trace of the whole program and hands it to
// the supervisor, without a goroutine that the program could see.
//
// The trace ends with the program, or earlier: by its own clock before the
// program's time is up, or when nothing has run for a while. The last is for
// deadlocks, which Go reports only when no trace is being taken. How much of it
// is kept is up to the supervisor.
package run

import (
	"internal/runtime/exithook"
	"sync"
	"time"
	"tutor/tracer"
	"tutor/wire"
	_ "unsafe" // for linkname
)

// config is set by the linker to "IDLE_MS END_MS BYTES LEAKS THREADS".
var config string

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
	poll    time.Duration
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
	h.poll = min(max(h.idle/10, 10*time.Millisecond), 100*time.Millisecond)
	h.start = time.Now()
	h.change = h.start
	if err := tracer.Add(&h.out); err != nil {
		return
	}
	exithook.Add(exithook.Hook{F: exit, RunOnFailure: true})
	h.timer = time.AfterFunc(h.poll, tick)
}

func numbers(text string) (n [5]int64) {
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
	case now.Sub(h.start) >= h.end:
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
		if tracer.Ended() {
			why = byProgram
		}
		tracer.Remove(&h.out)
		wire.Send(wire.Ended, []byte{why})
	})
}

// In package runtime: stubborn says whether a goroutine may run on when it is
// asked to stop; alone keeps all others of the program's from running, if that
// can be done.
func activity() (sum uint64, busy bool)
func stubborn() bool
func alone() bool
