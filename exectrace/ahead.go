package exectrace

import (
	"fmt"

	"golang.org/x/exp/trace"
)

const (
	// batchLen is how many events are handed over at a time, batchesAhead how
	// many times: 200 kB together.
	batchLen     = 512
	batchesAhead = 4
)

// read is one event, taken apart where it is read: that shares the work, and of a
// task the library adds to the name as it reads on.
type read struct {
	trace.Event
	kind trace.EventKind
	task trace.Task            // of one that begins or ends
	st   trace.StateTransition // of one of these,
	from trace.GoState         // and where it is of a goroutine
	to   trace.GoState
}

// take takes an event apart. Only what its kind has is set.
func (r *read) take(ev trace.Event) {
	r.Event, r.kind = ev, ev.Kind()
	switch r.kind {
	case trace.EventTaskBegin, trace.EventTaskEnd:
		r.task = ev.Task()
	case trace.EventStateTransition:
		r.st = ev.StateTransition()
		if r.st.Resource.Kind == trace.ResourceGoroutine {
			r.from, r.to = r.st.Goroutine()
		}
	}
}

// readBatch is a run of events, and what came after them.
type readBatch struct {
	events []read
	err    error
	at     int64 // bytes of the input that were read by then
}

// ahead reads a source in a goroutine of its own, a little ahead of whoever
// takes the events: reading is a third of the work, and there is most often a
// second processor.
type ahead struct {
	full, empty chan *readBatch
	stop        chan struct{}
}

func readAhead(s *source) *ahead {
	a := &ahead{full: make(chan *readBatch, batchesAhead), empty: make(chan *readBatch, batchesAhead), stop: make(chan struct{})}
	for range batchesAhead {
		a.empty <- &readBatch{events: make([]read, 0, batchLen)}
	}
	go a.run(s)
	return a
}

func (a *ahead) run(s *source) {
	defer close(a.full)
	for {
		var b *readBatch
		select {
		case b = <-a.empty:
		case <-a.stop:
			return
		}
		b.fill(s)
		a.full <- b // there is room for all of them
		if b.err != nil {
			return
		}
	}
}

// fill reads until the batch is full, or something ends it. A panic within the
// reading library is an error: the bytes come from a program we do not trust,
// and the library was written for ones we do.
func (b *readBatch) fill(s *source) {
	b.events = b.events[:0]
	defer func() {
		if p := recover(); p != nil {
			b.err = s.explain(fmt.Errorf("%w: %v", errPanicked, p))
		}
		b.at = s.in.n
	}()
	for len(b.events) < batchLen {
		ev, err := s.reader.ReadEvent()
		if err != nil {
			b.err = s.ended(err)
			return
		}
		b.events = b.events[:len(b.events)+1]
		b.events[len(b.events)-1].take(ev)
	}
}

// each gives every event to take, until that answers with an error. It answers
// with that one, or with what ended the source, and with how many bytes were
// read by then.
func (a *ahead) each(take func(*read) error) (at int64, err error) {
	for b := range a.full {
		for i := range b.events {
			if err := take(&b.events[i]); err != nil {
				return b.at, err
			}
		}
		if b.err != nil {
			return b.at, b.err
		}
		a.empty <- b
	}
	return 0, nil // not reached: the last batch has an error
}

// close stops the reading and waits until it has stopped.
func (a *ahead) close() {
	close(a.stop)
	for range a.full {
	}
}
