package exectrace

// Metrics are the numbers of a trace, of user goroutines only. The JSON names
// are used in rules, in the prose of chapters and in tables. A nil pointer is
// a thing that cannot be known; Why says the reason under its JSON name.
type Metrics struct {
	Go          string                 `json:"go"`
	WallMS      float64                `json:"wall_ms"`
	Procs       int                    `json:"procs"`
	Events      int64                  `json:"events"`
	Truncated   *string                `json:"truncated"` // cap, idle, killed
	Goroutines  GoroutineCount         `json:"goroutines"`
	Latency     Latency                `json:"latency"`
	Switches    Switches               `json:"switches"`
	Utilisation *float64               `json:"utilisation"` // 0..1
	Parallelism *float64               `json:"parallelism"`
	OnCPU       *float64               `json:"on_cpu"` // 0..1
	Steals      Steals                 `json:"steals"`
	GC          GCTime                 `json:"gc"`
	RunningMS   float64                `json:"running_ms"`
	RunnableMS  float64                `json:"runnable_ms"`
	WaitingMS   float64                `json:"waiting_ms"`
	SyscallMS   float64                `json:"syscall_ms"`
	Blocked     map[string]BlockedTime `json:"blocked"`
	Heap        Heap                   `json:"heap"`
	Tasks       []NamedTime            `json:"tasks"`
	Regions     []NamedTime            `json:"regions"`
	Logs        []Log                  `json:"logs"`
	Leaks       []Leak                 `json:"leaks"`
	Lines       []LineCost             `json:"lines"`
	// Why gives the reason for each null, by JSON path ("steals.stolen").
	Why map[string]string `json:"why"`
}

// GoroutineCount counts goroutines. Created are those whose go statement is in
// the trace; AtEnd still lived at its end, main included.
type GoroutineCount struct {
	Created      int `json:"created"`
	Peak         int `json:"peak"`
	AtEnd        int `json:"at_end"`
	BlockedAtEnd int `json:"blocked_at_end"`
	System       int `json:"system"`
}

// Latency is the distribution of scheduling latency: from entering Runnable to
// Running. ByCause splits it by what made the goroutine ready: create,
// unblock, timer, network, preempted, gosched, syscall, runtime.
type Latency struct {
	N       int                     `json:"n"`
	P50us   *float64                `json:"p50_us"`
	P95us   *float64                `json:"p95_us"`
	P99us   *float64                `json:"p99_us"`
	MaxUs   *float64                `json:"max_us"`
	TotalMS float64                 `json:"total_ms"`
	ByCause map[string]CauseLatency `json:"by_cause"`
}

// CauseLatency is the latency of one cause.
type CauseLatency struct {
	N       int     `json:"n"`
	P50us   float64 `json:"p50_us"`
	P99us   float64 `json:"p99_us"`
	TotalMS float64 `json:"total_ms"`
}

// Switches counts starts of a goroutine on a P that ran another one before.
type Switches struct {
	Total int      `json:"total"`
	PerS  *float64 `json:"per_s"`
}

// Steals says where started goroutines came from. The runtime records no
// steal: all of it is inferred.
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
// goroutines marked while they were Running, not the length of the ranges.
type GCTime struct {
	Cycles   int     `json:"cycles"`
	AssistMS float64 `json:"assist_ms"`
	STWMS    float64 `json:"stw_ms"`
	MarkMS   float64 `json:"mark_ms"`
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
// to TotalMS until the end of the trace.
type NamedTime struct {
	Name    string  `json:"name"`
	N       int     `json:"n"`
	Open    int     `json:"open"`
	TotalMS float64 `json:"total_ms"`
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

// LineCost is the time goroutines spent at one source line of the program.
type LineCost struct {
	File       string             `json:"file"`
	Line       int                `json:"line"`
	RunningMS  float64            `json:"running_ms"`
	RunnableMS float64            `json:"runnable_ms"`
	WaitingMS  map[string]float64 `json:"waiting_ms"`
}
