// Package run takes an execution trace of the whole program and hands it to
// the supervisor, without a goroutine that the program could see.
//
// The trace ends with the program, or earlier: by its own clock before the
// program's time is up, when it has grown too large, or when nothing has run
// for a while. The last is for deadlocks, which Go reports only when no trace
// is being taken.
package run

import (
	"internal/runtime/exithook"
	"internal/trace/tracev2"
	"sync"
	"syscall"
	"time"
	"tutor/crash"
	"tutor/tracer"
	_ "unsafe" // for linkname
)

// config is set by the linker to "FD IDLE_MS END_MS BYTES".
var config string

// Why a trace ended: the byte after the last frame.
const (
	atExit = 'e'
	byCap  = 'c'
	byIdle = 'i'
	byTime = 't'
)

var harness struct {
	out    output
	idle   time.Duration
	end    time.Duration
	poll   time.Duration
	start  time.Time
	timer  *time.Timer
	once   sync.Once
	sum    uint64
	change time.Time // when sum was last seen to change
}

func init() {
	var n [4]int64
	i := 0
	for _, c := range config {
		if c == ' ' {
			i++
			continue
		}
		n[i] = n[i]*10 + int64(c-'0')
	}
	h := &harness
	h.out = output{fd: int(crash.Raise(uintptr(n[0]))), soft: n[3] / 2, hard: n[3]}
	h.idle, h.end = time.Duration(n[1])*time.Millisecond, time.Duration(n[2])*time.Millisecond
	h.poll = min(max(h.idle/10, 10*time.Millisecond), 100*time.Millisecond)
	h.start = time.Now()
	h.change = h.start
	if err := tracer.Add(&h.out); err != nil {
		return
	}
	exithook.Add(exithook.Hook{F: func() { finish(atExit) }, RunOnFailure: true})
	h.timer = time.AfterFunc(h.poll, tick)
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

// full ends the trace on a goroutine of its own, since the one that reads the
// trace cannot wait for itself.
//
//go:linkname full runtime.tutorTraceFull
func full() { finish(byCap) }

// checkpoint ends a generation that has grown large, so that less is lost if
// the trace is cut off within the next one.
//
//go:linkname checkpoint runtime.tutorTraceCheckpoint
func checkpoint() { tracer.Flush() }

func finish(why byte) {
	h := &harness
	h.once.Do(func() {
		if h.timer != nil {
			h.timer.Stop()
		}
		tracer.Remove(&h.out)
		h.out.close(why)
	})
}

// activity is in package runtime.
func activity() (sum uint64, busy bool)

// output sends the trace in frames: four bytes of length, then the bytes. Only
// whole generations of a trace can be read, so the end of each is marked by a
// frame of the greatest length, with nothing in it. A frame of no length and a
// byte that says why end the trace, so that one cut off by the death of the
// program is known for what it is.
type output struct {
	fd         int
	sent       int64
	whole      int64 // of sent, what can be read
	soft, hard int64 // past soft the trace is ended, past hard it is dropped
	ending     bool  // a generation is being ended early
	over, full bool
}

func (o *output) Write(p []byte) (int, error) {
	o.full = o.full || o.sent+int64(len(p)) > o.hard
	if o.full {
		return len(p), nil
	}
	o.sent += int64(len(p))
	o.length(uint32(len(p)))
	o.send(p)
	switch {
	case len(p) == 1 && p[0] == byte(tracev2.EvEndOfGeneration):
		o.length(1<<32 - 1)
		o.whole, o.ending = o.sent, false
	case o.sent > o.soft:
		if !o.over {
			o.over = true
			go full()
		}
	case o.sent-o.whole > o.hard/8 && !o.ending:
		o.ending = true
		go checkpoint()
	}
	return len(p), nil
}

func (o *output) length(n uint32) {
	o.send([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
}

func (o *output) close(why byte) {
	o.length(0)
	o.send([]byte{why})
	syscall.Close(o.fd)
}

func (o *output) send(p []byte) {
	for len(p) > 0 {
		n, err := syscall.Write(o.fd, p)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		p = p[n:]
	}
}
