package trace

import (
	"errors"
	"internal/trace/tracev2"
	"io"
	"sync"
	"sync/atomic"
	"time"
	"tutor/tracer"
)

// FlightRecorderConfig says how much a FlightRecorder remembers.
type FlightRecorderConfig struct {
	MinAge   time.Duration // default 10 s
	MaxBytes uint64        // default 10 MiB; MinAge yields to it
}

// FlightRecorder remembers the newest part of the trace.
type FlightRecorder struct {
	config  FlightRecorderConfig
	enabled atomic.Bool
	writing sync.Mutex // held during WriteTo

	mu      sync.Mutex
	header  []byte
	done    []generation
	current []byte
}

type generation struct {
	data []byte
	end  time.Time
}

// NewFlightRecorder returns a recorder that is not yet started.
func NewFlightRecorder(config FlightRecorderConfig) *FlightRecorder {
	if config.MinAge == 0 {
		config.MinAge = 10 * time.Second
	}
	if config.MaxBytes == 0 {
		config.MaxBytes = 10 << 20
	}
	return &FlightRecorder{config: config}
}

// active is the recorder that has been started, since there may be one only.
var active atomic.Pointer[FlightRecorder]

// Start begins to record.
func (r *FlightRecorder) Start() error {
	if r.enabled.Load() {
		return errors.New("cannot enable a enabled flight recorder")
	}
	if !active.CompareAndSwap(nil, r) {
		return errors.New("flight recorder already enabled")
	}
	r.header, r.done, r.current = nil, nil, nil
	if err := tracer.Add((*recording)(r)); err != nil {
		active.Store(nil)
		return err
	}
	r.enabled.Store(true)
	return nil
}

// Stop ends the recording and forgets it.
func (r *FlightRecorder) Stop() {
	if r.enabled.CompareAndSwap(true, false) {
		tracer.Remove((*recording)(r))
		r.mu.Lock()
		r.done, r.current = nil, nil
		r.mu.Unlock()
		active.Store(nil)
	}
}

// Enabled says whether the recorder is recording.
func (r *FlightRecorder) Enabled() bool { return r.enabled.Load() }

// WriteTo writes what is remembered, up to now, as a valid trace.
func (r *FlightRecorder) WriteTo(w io.Writer) (int64, error) {
	if !r.enabled.Load() {
		return 0, errors.New("cannot snapshot a disabled flight recorder")
	}
	if !r.writing.TryLock() {
		return 0, errors.New("call to WriteTo for trace.FlightRecorder already in progress")
	}
	defer r.writing.Unlock()
	tracer.Flush()
	r.mu.Lock()
	parts := [][]byte{r.header}
	for _, g := range r.done {
		parts = append(parts, g.data)
	}
	r.mu.Unlock()
	copy := newCopied(w)
	var total int64
	for _, p := range parts {
		copy.write(p)
		n, err := w.Write(p)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// recording is a FlightRecorder as the Sink of a trace.
type recording FlightRecorder

// Write takes the next batch of the trace.
func (r *recording) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.header == nil {
		r.header = append([]byte(nil), p...)
		return len(p), nil
	}
	r.current = append(r.current, p...)
	if len(p) == 1 && p[0] == byte(tracev2.EvEndOfGeneration) {
		r.done = append(r.done, generation{r.current, time.Now()})
		r.current = nil
		r.forget()
	}
	return len(p), nil
}

// forget drops generations that are older than asked for or too many.
func (r *recording) forget() {
	var size uint64
	for i := len(r.done) - 1; i >= 0; i-- {
		size += uint64(len(r.done[i].data))
		old := i+1 < len(r.done) && time.Since(r.done[i].end) > r.config.MinAge
		if i+1 < len(r.done) && (old || size > r.config.MaxBytes) {
			r.done = append([]generation(nil), r.done[i+1:]...)
			return
		}
	}
}
