// Package trace stands in for runtime/trace where a trace of the program is
// already being taken: tasks, regions and logs go into that one as well, and
// Start gives a valid trace of its own, which Stop ends without ending others.
package trace

import (
	"errors"
	"io"
	"sync"
	"tutor/tracer"
)

var started struct {
	sync.Mutex
	sink *writer
}

// writer makes a Sink of its own of any io.Writer: two equal writers are two
// sinks. What is written is told to the supervisor as well.
type writer struct {
	io.Writer
	copy *copied
}

func (w *writer) Write(p []byte) (int, error) {
	w.copy.write(p)
	return w.Writer.Write(p)
}

// Start writes an execution trace to w until Stop is called.
func Start(w io.Writer) error {
	started.Lock()
	defer started.Unlock()
	if started.sink != nil {
		return errors.New("tracing is already enabled")
	}
	sink := &writer{w, newCopied(w)}
	if err := tracer.Add(sink); err != nil {
		return err
	}
	started.sink = sink
	return nil
}

// Stop ends the trace that Start began, after all of it is written.
func Stop() {
	started.Lock()
	defer started.Unlock()
	if started.sink != nil {
		tracer.Remove(started.sink)
		started.sink = nil
	}
}

// IsEnabled says whether a trace is being taken.
func IsEnabled() bool { return tracer.Active() }
