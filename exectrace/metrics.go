package exectrace

import (
	"cmp"
	"maps"
	"slices"
)

// Metrics are the numbers of a trace, of user goroutines only. The JSON names
// are used in rules, in the prose of chapters and in tables. A nil pointer is
// a thing that cannot be known; Why says the reason under its JSON name.
type Metrics struct {
	Go     string  `json:"go"`
	WallMS float64 `json:"wall_ms"`
	Procs  int     `json:"procs"`
	Events int64   `json:"events"`
	// Truncated says how the trace was cut: cap (it was as large as it may
	// be), idle (nothing ran for a while), killed, cut (the file ends in the
	// middle), or damaged (only Options.Partial gives such a one). Nil when it is whole.
	Truncated   *string        `json:"truncated"`
	Goroutines  GoroutineCount `json:"goroutines"`
	Latency     Latency        `json:"latency"`
	Switches    Switches       `json:"switches"`
	Utilisation *float64       `json:"utilisation"` // 0..1
	Parallelism *float64       `json:"parallelism"`
	OnCPU       *float64       `json:"on_cpu"` // 0..1
	Steals      Steals         `json:"steals"`
	GC          GCTime         `json:"gc"`
	// RunningMS holds GC assists too: they are done on the goroutine's P.
	RunningMS  float64                `json:"running_ms"`
	RunnableMS float64                `json:"runnable_ms"`
	WaitingMS  float64                `json:"waiting_ms"`
	SyscallMS  float64                `json:"syscall_ms"`
	Blocked    map[string]BlockedTime `json:"blocked"`
	// Sync splits the reason "sync" by what was waited for: Mutex, RWMutex,
	// WaitGroup, Once, Cond, or other.
	Sync    map[string]BlockedTime `json:"sync"`
	Heap    Heap                   `json:"heap"`
	Tasks   []NamedTime            `json:"tasks"`
	Regions []NamedTime            `json:"regions"`
	Logs    []Log                  `json:"logs"`
	Leaks   []Leak                 `json:"leaks"`
	// Unfinished are the goroutines that neither waited nor had ended at the
	// end. Nil, as Leaks, when the trace was cut.
	Unfinished []Unfinished `json:"unfinished"`
	Lines      []LineCost   `json:"lines"`
	// CriticalPath is the chain of what had to happen, one after the other, for
	// main to get to its end, without gaps; at most 1,000 steps. Nil when the
	// trace shows no main goroutine.
	CriticalPath []PathStep `json:"critical_path"`
	// Why gives the reason for each null, by JSON path ("steals.stolen").
	Why map[string]string `json:"why"`

	unread bool // nothing of it could be read: see Unread
}

// GoroutineCount counts goroutines. Created are those whose go statement is in
// the trace; AtEnd still lived at its end, main included. BlockedAtEnd is nil, as
// Leaks, when the trace was cut.
type GoroutineCount struct {
	Created      int  `json:"created"`
	Peak         int  `json:"peak"`
	AtEnd        int  `json:"at_end"`
	BlockedAtEnd *int `json:"blocked_at_end"`
	System       int  `json:"system"`
}

// Latency is the distribution of scheduling latency: from entering Runnable to
// Running. ByCause splits it by what made the goroutine ready: create,
// unblock (another goroutine woke it), timer, network, preempted (its time
// slice was up), gosched (it gave way: runtime.Gosched, or a mutex handed
// over), syscall (it came back and its P was gone), runtime (the rest).
// Percentiles are read from bins 1 in 128 wide.
type Latency struct {
	N       int                     `json:"n"`
	P50us   *float64                `json:"p50_us"`
	P95us   *float64                `json:"p95_us"`
	P99us   *float64                `json:"p99_us"`
	MaxUs   *float64                `json:"max_us"`
	TotalMS float64                 `json:"total_ms"`
	ByCause map[string]CauseLatency `json:"by_cause"`
	// Buckets count latencies by length, three to the decade, from the
	// shortest to the longest that occurred.
	Buckets []LatencyBucket `json:"buckets"`
}

// LatencyBucket counts latencies of at least FromUs and less than ToUs. ByCause
// splits N by the causes of Latency; those of which there is none are left out.
type LatencyBucket struct {
	FromUs  float64        `json:"from_us"`
	ToUs    float64        `json:"to_us"`
	N       int            `json:"n"`
	ByCause map[string]int `json:"by_cause"`
}

// CauseLatency is the latency of one cause.
type CauseLatency struct {
	N       int     `json:"n"`
	P50us   float64 `json:"p50_us"`
	P95us   float64 `json:"p95_us"`
	P99us   float64 `json:"p99_us"`
	TotalMS float64 `json:"total_ms"`
}

// Switches counts starts of a goroutine on a P that ran another one before.
type Switches struct {
	Total int      `json:"total"`
	PerS  *float64 `json:"per_s"`
}

// Steals says where started goroutines came from. The runtime records no
// steal: all of it is inferred by replaying the run queues. Stolen came to the
// P that ran them from another P's queue, alone or as part of a thief's batch;
// Global through the global queue; Local were made ready on that P. Confidence
// is the share of starts that the replay foresaw, QueuePeak the most goroutines
// that one run queue held.
type Steals struct {
	Inferred    bool     `json:"inferred"`
	Confidence  *float64 `json:"confidence"`
	Stolen      *int     `json:"stolen"`
	Local       *int     `json:"local"`
	Global      *int     `json:"global"`
	Unknown     *int     `json:"unknown"`
	GlobalShare *float64 `json:"global_share"`
	QueuePeak   *int     `json:"queue_peak"`
}

// GCTime is what garbage collection took of the run. AssistMS is the time
// goroutines marked while they were Running, not the length of the ranges;
// STWMS how long it stopped the world; MarkMS how long mark phases lasted;
// WorkerMS the time its workers held a P that others could have had.
type GCTime struct {
	Cycles   int     `json:"cycles"`
	AssistMS float64 `json:"assist_ms"`
	STWMS    float64 `json:"stw_ms"`
	MarkMS   float64 `json:"mark_ms"`
	WorkerMS float64 `json:"worker_ms"`
}

// BlockedTime is how often and how long goroutines waited for one reason.
type BlockedTime struct {
	N       int     `json:"n"`
	TotalMS float64 `json:"total_ms"`
}

// Heap is the heap seen in the trace.
type Heap struct {
	PeakBytes *int64 `json:"peak_bytes"`
}

// NamedTime sums the user tasks or regions of one name. N counts those that
// began in the trace, Open those of them that never ended; an open one counts
// to TotalMS until the end of the trace. Misplaced are the ends of regions where
// they must not be: before that of one that was begun later in the same
// goroutine, or in another goroutine. Other tools refuse such a trace.
type NamedTime struct {
	Name      string  `json:"name"`
	N         int     `json:"n"`
	Open      int     `json:"open"`
	Misplaced int     `json:"misplaced,omitempty"`
	TotalMS   float64 `json:"total_ms"`
}

// Log counts the user logs of one category and message.
type Log struct {
	Category string `json:"category"`
	Message  string `json:"message"`
	N        int    `json:"n"`
}

// Leak groups goroutines that were blocked at the end, by the go statement
// that made them.
type Leak struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Func   string `json:"func"`
	Reason string `json:"reason"`
	N      int    `json:"n"`
}

// Unfinished groups goroutines that were still at it at the end, by the go
// statement that made them and by State: running, syscall, gc or runnable, as
// State.String has them. One that had only its return before it is among them:
// a trace does not tell it from one that never stops.
type Unfinished struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Func  string `json:"func"`
	State string `json:"state"`
	N     int    `json:"n"`
}

// LineCost is the time goroutines spent at one source line of the program.
// RunningMS is a least: it holds only slices that were cut off at this line by
// preemption, for of any other slice a trace does not tell where it ran. It is
// nil where there was none. RunnableMS is the latency of goroutines made ready
// by this line's go statement, or that had stopped at it.
type LineCost struct {
	File       string             `json:"file"`
	Line       int                `json:"line"`
	RunningMS  *float64           `json:"running_ms"`
	RunnableMS float64            `json:"runnable_ms"`
	WaitingMS  map[string]float64 `json:"waiting_ms"`
}

// Waited is how long goroutines waited at this line, in ms, and for what most of
// the time; "" when none did.
func (l LineCost) Waited() (ms float64, mostly string) {
	for _, reason := range slices.Sorted(maps.Keys(l.WaitingMS)) {
		ms += l.WaitingMS[reason]
		if mostly == "" || l.WaitingMS[reason] > l.WaitingMS[mostly] {
			mostly = reason
		}
	}
	return ms, mostly
}

// LongestFirst are the names of times, from the longest in all to the shortest.
func LongestFirst(by map[string]BlockedTime) []string {
	return slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b].TotalMS, by[a].TotalMS), cmp.Compare(a, b))
	})
}

// Ran is how long goroutines ran at this line at least, in ms: 0 where it is not
// known that any did.
func (l LineCost) Ran() float64 {
	if l.RunningMS == nil {
		return 0
	}
	return *l.RunningMS
}
