// Package tracer shares one execution trace of the runtime between several
// readers, each of which gets a whole and valid trace of its own: the header,
// then full generations from the one in which it joined.
//
// Its reading goroutine carries a name in package runtime. The runtime counts
// such goroutines as its own, so that a traced program sees the goroutines it
// would see without a trace.
package tracer

import (
	"internal/trace/tracev2"
	"runtime"
	"sync"
	_ "unsafe" // for linkname
)

// Sink takes the bytes of a trace. Writes are whole batches.
type Sink interface {
	Write([]byte) (int, error)
}

var shared struct {
	joining sync.Mutex // held while a Sink is added or removed
	reader  chan struct{}
	first   []Sink // what the reader begins with

	mu    sync.Mutex // guards sinks, between joining and the reader
	sinks []Sink
}

// Add starts to send the trace to s, and the trace itself when s is the first.
func Add(s Sink) error {
	shared.joining.Lock()
	defer shared.joining.Unlock()
	if shared.reader != nil {
		change(append(current(), s))
		advance(false) // the reader takes note of s where a generation ends
		return nil
	}
	if err := runtime.StartTrace(); err != nil {
		return err
	}
	change([]Sink{s})
	shared.first, shared.reader = current(), make(chan struct{})
	go read()
	return nil
}

// Remove stops sending the trace to s, after everything up to now was written
// to it, and ends the trace itself when s was the last.
func Remove(s Sink) {
	shared.joining.Lock()
	defer shared.joining.Unlock()
	rest := without(current(), s)
	switch {
	case len(rest) == len(current()):
	case len(rest) > 0:
		advance(false)
		change(rest)
		advance(false)
	default:
		if !closed(shared.reader) { // or nobody would see the trace to its end
			runtime.StopTrace()
			<-shared.reader
		}
		shared.reader = nil
		change(nil)
	}
}

// Active says whether a trace is being taken.
func Active() bool { return len(current()) > 0 }

// Ended says whether the trace that was begun has ended without us: the
// program has called runtime.StopTrace, or runtime.ReadTrace has taken a part
// of it from our reader.
func Ended() bool {
	shared.joining.Lock()
	defer shared.joining.Unlock()
	return shared.reader != nil && (!tracing() || closed(shared.reader))
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// tracing is in package runtime.
func tracing() bool

func current() []Sink {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	return shared.sinks
}

// change replaces the list; a list once set is never written to.
func change(sinks []Sink) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.sinks = sinks[:len(sinks):len(sinks)]
}

func without(sinks []Sink, s Sink) []Sink {
	var rest []Sink
	for _, other := range sinks {
		if other != s {
			rest = append(rest, other)
		}
	}
	return rest
}

// read hands the trace to the sinks until it ends.
//
//go:linkname read runtime.tutorTraceReader
func read() {
	defer close(shared.reader)
	header := append([]byte(nil), runtime.ReadTrace()...)
	sinks := shared.first // by now there may be more
	write(sinks, header)
	for data := runtime.ReadTrace(); data != nil; data = runtime.ReadTrace() {
		write(sinks, data)
		if len(data) == 1 && data[0] == byte(tracev2.EvEndOfGeneration) {
			before := sinks
			sinks = current()
			for _, s := range sinks {
				if len(without(before, s)) == len(before) {
					s.Write(header)
				}
			}
		}
	}
}

func write(sinks []Sink, data []byte) {
	for _, s := range sinks {
		s.Write(data)
	}
}

// Flush brings everything up to now to the sinks.
func Flush() { advance(false) }

//go:linkname advance runtime.traceAdvance
func advance(stop bool)
