// Package profile takes one profile of the whole program and hands it to the
// supervisor when the program ends, or when package run says that it is time.
//
// It adds no goroutine. What it samples begins when it is initialised: after
// the packages of the standard library, before the program's own.
package profile

import (
	"io"
	"runtime"
	"runtime/pprof"
	"time"
	"tutor/run"
	"tutor/wire"
	_ "unsafe" // for linkname
)

// config is set by the linker to "WHAT RATE".
var config string

var (
	what  string
	began = time.Now()
)

func init() {
	rate := 0
	for i, c := range config {
		if c == ' ' {
			what = config[:i]
			continue
		}
		if what != "" {
			rate = rate*10 + int(c-'0')
		}
	}
	switch what {
	case "cpu":
		runtime.SetCPUProfileRate(rate)
	case "heap":
		runtime.MemProfileRate = rate
	case "block":
		runtime.SetBlockProfileRate(rate)
	case "mutex":
		runtime.SetMutexProfileFraction(rate)
	}
	run.Other.Stop, run.Other.Hand = stop, hand
}

// stop ends the sampling. That of the heap goes on: its rate is needed to read
// it, and whoever reads it leaves out what is ours.
func stop() {
	switch what {
	case "cpu":
		runtime.SetCPUProfileRate(0)
	case "block":
		runtime.SetBlockProfileRate(0)
	case "mutex":
		runtime.SetMutexProfileFraction(0)
	}
}

// hand sends the profile and, last, why it ended.
func hand(why byte) {
	if write(sender{}, why) != nil {
		return
	}
	wire.Send(wire.ProfileEnd, []byte{why})
}

func write(w io.Writer, why byte) (err error) {
	defer func() {
		if recover() != nil { // the program has taken what was to be written
			err = io.ErrUnexpectedEOF
		}
	}()
	switch what {
	case "cpu":
		return writeCPU(w, began)
	case "heap":
		// What was allocated is counted where a collection ends. Where the
		// program ends, nothing of its own may come of one that is ours.
		if why == 'e' {
			quiet()
		}
		runtime.GC()
	case "goroutine":
		uncounted := 1
		if why == 'e' { // a goroutine of the program's ends it
			uncounted = 0
		}
		return writeGoroutines(w, uncounted)
	}
	return pprof.Lookup(what).WriteTo(w, 0)
}

// sender sends what is written to it as records.
type sender struct{}

const piece = 256 << 10

func (sender) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), piece)
		wire.Send(wire.Profile, rest[:n])
		rest = rest[n:]
	}
	return len(p), nil
}

// writeCPU and writeGoroutines are in package runtime/pprof, quiet in package
// runtime: it keeps finalizers and cleanups asleep from here on.
func writeCPU(w io.Writer, began time.Time) error
func writeGoroutines(w io.Writer, uncounted int) error
func quiet()
