package exectrace

// State is what a goroutine does during a Segment.
type State uint8

// The states, in the order of the legend. String gives the names that the CSS
// classes and patterns of the drawing end with (f-running, h-running, ...).
const (
	Running  State = iota // on a P
	Syscall               // in a system call
	GC                    // GC work: an assist, or a worker
	Runnable              // ready, wants a P
	Chan                  // waits for a channel send or receive
	Select                // waits in select
	Sync                  // waits for a Mutex, RWMutex, Cond or WaitGroup
	Sleep                 // waits for a timer, or for anything else
	Net                   // waits for the network
	NumStates
)

var stateNames = [NumStates]string{"running", "syscall", "gc", "runnable", "chan", "select", "sync", "sleep", "net"}

// String is the state's short name: running, syscall, gc, runnable, chan,
// select, sync, sleep or net.
func (s State) String() string {
	if s >= NumStates {
		return "unknown"
	}
	return stateNames[s]
}

// Waits says that a goroutine in this state wants no P.
func (s State) Waits() bool { return s >= Chan && s < NumStates }

// Frame is one line of a stack.
type Frame struct {
	Func string `json:"func"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// Segment is a stretch of time in which one goroutine was in one state. Times
// are ns since the start of the trace; End is exclusive.
type Segment struct {
	Start, End int64
	G          int64
	P          int64 // -1 when it holds none
	M          int64 // -1 when unknown
	State      State
	Origin     Origin // of a Running that began with a start; inferred: see TellsOrigins
	Reason     string // the runtime's own words for why it waits
	// At is the line in the learner's source where it waits, or where it
	// lost its P; zero when unknown.
	At Frame
	// Row is the index of its goroutine in Trace.Goroutines.
	Row int
}

// Goroutine is one G of the trace.
type Goroutine struct {
	ID        int64
	Func      string // start function
	CreatedBy int64  // 0 when it was there before the trace
	CreatedAt Frame  // the go statement
	Created   int64  // ns; 0 when it was there before the trace
	Ended     int64  // ns; -1 when it lived at the end
	System    bool   // the runtime's own
	Existed   bool   // it was there before the trace
	// Times is how long it was in each state, in ns. It is whole even where
	// the segments are cut.
	Times [NumStates]int64
	// Last is the state it ended the trace in, and Reason why it waited then.
	Last   State
	Reason string
}

// Blocked says that a goroutine of the program waited when the trace ended.
func (g *Goroutine) Blocked() bool { return !g.System && g.Ended < 0 && g.Last.Waits() }

// Trace is a whole execution trace: lanes and what is needed to count.
type Trace struct {
	GoVersion  string
	Wall       int64 // ns
	Procs      int   // the largest GOMAXPROCS seen
	Events     int64
	Goroutines []Goroutine // in the order in which the trace tells of them
	STW        []Span      // the world stopped; those of the tracer are left out
	Marks      []Span      // the GC's mark phases
	Notes      []Note      // tasks, regions and logs of the program, by start
	Curves     []Curve
	Metrics    Metrics
	// Busy is how long goroutines held a P, in ns, summed over all of them, the
	// runtime's own too.
	Busy float64
	// Unlisted counts goroutines that have ended and are not in Goroutines,
	// because there were more than Options.MaxGoroutines. They are counted in
	// the metrics.
	Unlisted int
	// Damage says what is lost of a trace that is cut or damaged, and where that
	// begins: Metrics.Truncated is "cut" or "damaged" then. "" where nothing is
	// lost but the end.
	Damage string
	// Run is what the file tells of the run when that was cut.
	Run Run

	tl timeline
}

// Note is what a program wrote into its trace: a stretch of time (task,
// region) or a moment (log).
type Note struct {
	Kind       string // task, region or log
	Start, End int64  // ns
	Name       string // of a log: its category
	Text       string // of a log: its message
	Row        int    // index in Trace.Goroutines; -1 unknown
	Task       uint64 // id of the task; 0 for none
}

// Span is a named stretch of time.
type Span struct {
	Start, End int64
	Name       string
}
