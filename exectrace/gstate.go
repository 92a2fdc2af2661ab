package exectrace

import "golang.org/x/exp/trace"

// phase is where a goroutine is in its life, as the scheduler knows it.
type phase uint8

const (
	gone phase = iota // not there yet, or ended
	ready
	running
	syscall
	waiting
)

// cause is what made a goroutine ready.
type cause uint8

const (
	causeUnknown cause = iota
	causeCreate
	causeUnblock
	causeTimer
	causeNetwork
	causePreempted
	causeGosched
	causeSyscall
	causeRuntime
	numCauses
)

var causeNames = [numCauses]string{"", "create", "unblock", "timer", "network", "preempted", "gosched", "syscall", "runtime"}

// kind is whose a goroutine is.
type kind uint8

const (
	// unproven was there before the trace and has shown no stack: it counts
	// as the runtime's until it does.
	unproven kind = iota
	user
	system
)

// none stands for "no P", "no M", "no segment".
const none = -1

// gstate is a goroutine while the trace is read.
type gstate struct {
	id     int64
	kind   kind
	worker bool   // a GC worker
	label  string // of a GC worker: "GC (idle)"
	func_  string
	named  bool // func_ is the outermost own function, not the start function
	// handed says that a function of somebody else's started it to run one of
	// the learner's: as long as it is not named, func_ is that one's.
	handed bool

	phase  phase
	since  int64 // ns; when it entered phase
	known  bool  // since is real: it did not merely turn up in this phase
	marked int64 // ns; up to when its time is accounted
	p, m   int64
	assist bool // helps the GC mark
	// closing says that its assist found no more to mark, and that it is now
	// ending the mark phase for all: GC work, but no assist.
	closing bool
	cause   cause
	// handsOver says that it gave its P away to hand over a mutex.
	handsOver bool
	reason    string
	reasonAt  uint32 // its place in the table of reasons
	state     State  // of phase waiting
	sync      string
	at        place  // where it stopped
	stack     uint32 // the same, whole
	origin    Origin // of its last start

	event   int  // its last event of the open block, or none
	drawn   bool // its last event written says a state
	rec     int  // its Goroutine record, or none
	created place
	by      int64
	born    int64
	times   [NumStates]int64
	held    int64 // ns in system calls while it held a P
	work    int64 // ns of a GC worker that others could have run in
	helped  int64 // ns that it marked for others, while it ran
	existed bool  // it was there before the trace
	// early are latencies seen before its kind was.
	early   []latency
	regions []openSpan

	queue queued // where the run-queue replay has it
}

type latency struct {
	cause cause
	ns    int64
}

type openSpan struct {
	name  string
	start int64
	row   int // of the goroutine that began it, or none
}

// living are the goroutines that have not ended, by their id. Most events are of
// one that was asked for a moment ago.
type living struct {
	by     map[trace.GoID]*gstate
	recent [64]*gstate // by the last bits of the id
}

func (l *living) place(id trace.GoID) **gstate { return &l.recent[uint64(id)%uint64(len(l.recent))] }

// get is nil for one that is not known, or has ended.
func (l *living) get(id trace.GoID) *gstate {
	last := l.place(id)
	if *last == nil || (*last).id != int64(id) {
		g := l.by[id]
		if g == nil {
			return nil
		}
		*last = g
	}
	return *last
}

func (l *living) put(g *gstate) {
	id := trace.GoID(g.id)
	l.by[id] = g
	*l.place(id) = g
}

func (l *living) drop(id trace.GoID) {
	delete(l.by, id)
	*l.place(id) = nil
}

// now is the State it is in, for the drawing and the accounts.
func (g *gstate) now() State {
	switch g.phase {
	case ready:
		return Runnable
	case running:
		if g.assist || g.worker {
			return GC
		}
		return Running
	case syscall:
		return Syscall
	}
	return g.state
}

// account adds the time up to t to the state it is in.
func (g *gstate) account(t int64) {
	d := t - g.marked
	g.marked = t
	if g.phase == gone || d <= 0 {
		return
	}
	g.times[g.now()] += d
	if g.phase == syscall && g.p != none {
		g.held += d
	}
	switch {
	case g.phase != running:
	case g.worker && g.label != idleWorker:
		g.work += d
	case g.assist && !g.closing:
		g.helped += d
	}
}

// gcWork names the GC work it does while it runs; "" when it does none.
func (g *gstate) gcWork() string {
	switch {
	case g.worker:
		return g.label
	case g.assist && g.closing:
		return "GC mark termination"
	case g.assist:
		return assistRange
	}
	return ""
}

// WaitState maps the runtime's reason for waiting, in the words of
// Segment.Reason and LineCost.WaitingMS, to a State.
func WaitState(reason string) State {
	switch reason {
	case "chan send", "chan receive":
		return Chan
	case "select":
		return Select
	case "sync", "sync.(*Cond).Wait":
		return Sync
	case "network":
		return Net
	}
	return Sleep // also "forever", select{} or a nil channel: nothing is selected from
}

// ReasonWords is a reason for waiting as it is shown: the runtime's own words,
// but where they do not say what is meant.
func ReasonWords(reason string) string {
	if reason == "forever" {
		return "nil channel or select{}, for ever"
	}
	return reason
}

// wakeCause says what ended a wait. by is whose goroutine did it; byNone that
// none did.
func wakeCause(reason string, by kind, byNone bool) cause {
	if !byNone {
		if by == user {
			return causeUnblock
		}
		return causeRuntime
	}
	switch reason {
	case "network":
		return causeNetwork
	case "sleep", "chan receive", "select": // time.After fires without a goroutine
		return causeTimer
	}
	return causeRuntime
}
