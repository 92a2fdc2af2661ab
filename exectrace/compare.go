package exectrace

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Comparison is what differs between two runs, a and b, in numbers and in
// words.
type Comparison struct {
	A    string       `json:"a"`
	B    string       `json:"b"`
	Diff []Difference `json:"diff"`
	// Sentences say what stands out; each comes from a rule of compareRules.
	Sentences []string `json:"sentences"`
	// Rules names the rule of each sentence.
	Rules []string `json:"-"`
}

// Difference is one number of two runs. A nil is not known, and Ratio, b by a,
// is nil where there is none. Noise says that two runs of one program could
// differ by as much, Varies that they differ by any amount, so that the two
// numbers tell nothing about the programs.
type Difference struct {
	Name   string   `json:"name"` // as in the metrics: goroutines.created
	A      *float64 `json:"a"`
	B      *float64 `json:"b"`
	Ratio  *float64 `json:"ratio"`
	Noise  bool     `json:"noise"`
	Varies bool     `json:"varies"`
}

// Verdict is what a Difference comes to.
type Verdict string

// The verdicts, in the words in which they are shown; Differs is shown by its
// Ratio.
const (
	NotKnown Verdict = "not known"
	TheSame  Verdict = "the same"
	Varies   Verdict = "not compared: differs from run to run"
	Noise    Verdict = "within noise"
	Differs  Verdict = "differs"
)

// Verdict says what the difference comes to.
func (d Difference) Verdict() Verdict {
	switch {
	case d.A == nil || d.B == nil:
		return NotKnown
	case *d.A == *d.B:
		return TheSame
	case d.Varies:
		return Varies
	case d.Noise:
		return Noise
	}
	return Differs
}

// Compare compares two runs. nameA and nameB are what the sentences call them.
func Compare(nameA string, a *Metrics, nameB string, b *Metrics) Comparison {
	c := Comparison{A: nameA, B: nameB, Diff: []Difference{}, Sentences: []string{}}
	p := pair{nameA, nameB, a, b}
	if c.Sentences = p.unread(); len(c.Sentences) > 0 {
		for range c.Sentences {
			c.Rules = append(c.Rules, "unread")
		}
		return c
	}
	for _, m := range measures {
		c.Diff = append(c.Diff, m.compare(a, b))
	}
	for _, r := range compareRules {
		if s := r.say(p); s != "" {
			c.Sentences, c.Rules = append(c.Sentences, s), append(c.Rules, r.name)
		}
	}
	if len(c.Sentences) == 0 {
		c.Sentences, c.Rules = []string{"Nothing stands out that one run of each can show."}, []string{"nothing"}
	}
	return c
}

// measure is a number that is compared.
type measure struct {
	name string
	of   func(*Metrics) *float64
	// quiet is by how much two runs of one program differ on a machine that had
	// the time for both; busy the same where it had not, or that is not known.
	// Both are varies for what differs by any amount.
	quiet, busy tolerance
}

// tolerance is what two runs of one program can differ by: the factor, or, where
// that says little because both numbers are small, the difference.
type tolerance struct {
	within float64
	least  float64
	part   float64 // the same as least, as a share of the time of all goroutines
}

var (
	exact  = tolerance{within: 1}
	varies = tolerance{}
)

// within is a tolerance in which the size does not matter.
func within(factor float64) tolerance { return tolerance{within: factor} }

// measures are in the order of the table. On a quiet machine the factors are the
// spread of 70 runs each: switches vary by under 2 %, the median latency by 4 %,
// CPU time by 5 %, wall time by 86 %, and steals from 15 to 1,270; what came by
// the global queue is inferred as steals are. A busy machine takes a CPU away for
// some milliseconds, again and again: then a goroutine holds its P for two or three
// times as long, and what few goroutines waited for is what was taken from
// them. Little time is never the program's: a system call that takes 5 µs in one
// run takes 90 in the next.
var measures = []measure{
	{"goroutines.created", func(m *Metrics) *float64 { return num(m.Goroutines.Created) }, exact, exact},
	{"goroutines.peak", func(m *Metrics) *float64 { return num(m.Goroutines.Peak) }, within(1.1), within(1.1)},
	{"goroutines.blocked_at_end", func(m *Metrics) *float64 { return numOf(m.Goroutines.BlockedAtEnd) }, exact, exact},
	{"latency.p50_us", func(m *Metrics) *float64 { return m.Latency.P50us }, tolerance{1.5, 1, 0}, tolerance{3, 1, 0}},
	{"latency.p95_us", func(m *Metrics) *float64 { return m.Latency.P95us }, within(5), tolerance{5, 3000, 0}},
	{"switches.total", func(m *Metrics) *float64 { return num(m.Switches.Total) }, tolerance{1.2, 10, 0}, tolerance{1.5, 10, 0}},
	{"utilisation", func(m *Metrics) *float64 { return m.Utilisation }, within(1.5), within(1.5)},
	{"parallelism", func(m *Metrics) *float64 { return m.Parallelism }, within(1.5), within(1.5)},
	{"steals.stolen", func(m *Metrics) *float64 { return numOf(m.Steals.Stolen) }, varies, varies},
	{"steals.global_share", func(m *Metrics) *float64 { return m.Steals.GlobalShare }, varies, varies},
	{"gc.cycles", func(m *Metrics) *float64 { return num(m.GC.Cycles) }, within(1.2), within(1.2)},
	{"gc.assist_ms", func(m *Metrics) *float64 { return &m.GC.AssistMS }, tolerance{3, 1, 0}, tolerance{3, 1, 0}},
	{"running_ms", func(m *Metrics) *float64 { return &m.RunningMS }, tolerance{1.3, 1, 0}, tolerance{3, 1, 0}},
	{"runnable_ms", func(m *Metrics) *float64 { return &m.RunnableMS }, tolerance{3, 1, 0}, tolerance{3, 1, .05}},
	{"waiting_ms", func(m *Metrics) *float64 { return &m.WaitingMS }, tolerance{3, 1, 0}, tolerance{3, 1, .05}},
	{"syscall_ms", func(m *Metrics) *float64 { return &m.SyscallMS }, tolerance{3, 1, 0}, tolerance{3, 1, 0}},
	{"heap.peak_bytes", func(m *Metrics) *float64 { return numOf(m.Heap.PeakBytes) }, within(1.5), within(1.5)},
	{"wall_ms", func(m *Metrics) *float64 { return &m.WallMS }, varies, varies},
}

// goroutineMS is the time of all goroutines of the program together.
func goroutineMS(m *Metrics) float64 { return m.RunningMS + m.RunnableMS + m.WaitingMS + m.SyscallMS }

// allows says that two runs of one program can have x and y, of a time of all
// goroutines of ms. What is exact allows nothing.
func (t tolerance) allows(x, y, ms float64) bool {
	if x == y || t == varies {
		return true
	}
	return max(x, y)-min(x, y) <= max(t.least, t.part*ms) || t.within > 1 && min(x, y) > 0 && max(x, y) <= t.within*min(x, y)
}

func num(n int) *float64 { return new(float64(n)) }

func numOf[T int | int64](n *T) *float64 {
	if n == nil {
		return nil
	}
	return new(float64(*n))
}

// known is the number of one run; nil where the metrics say why it is not what
// its name says.
func (m *measure) known(of *Metrics) *float64 {
	if of.Why[m.name] != "" {
		return nil
	}
	return m.of(of)
}

func (m *measure) compare(a, b *Metrics) Difference {
	d := Difference{Name: m.name, A: m.known(a), B: m.known(b), Varies: m.quiet == varies}
	if d.A == nil || d.B == nil {
		return d
	}
	t := m.busy
	if quiet(a) && quiet(b) {
		t = m.quiet
	}
	d.Noise = t.allows(*d.A, *d.B, max(goroutineMS(a), goroutineMS(b)))
	if *d.A != 0 {
		d.Ratio = new(*d.B / *d.A)
	}
	return d
}

// pair is two runs with their names.
type pair struct {
	nameA, nameB string
	a, b         *Metrics
}

// compareRule says one thing about two runs, or "" where it is not so.
type compareRule struct {
	name string
	say  func(pair) string
}

// compareRules are in the order in which they are said.
var compareRules = []compareRule{
	{"cut", pair.cut},
	{"created", pair.created},
	{"runnable", pair.runnable},
	{"latency", pair.latency},
	{"parallel", pair.parallel},
	{"locks", pair.locks},
	{"reason", pair.reason},
	{"leak", pair.leak},
	{"gc", pair.gc},
	{"global", pair.global},
	{"busy", pair.busy},
}

// unread says of which runs nothing is known, and so that they are not compared.
func (p pair) unread() []string {
	var out []string
	for _, run := range p.runs() {
		if why, unread := run.m.Unread(); unread {
			out = append(out, fmt.Sprintf("%s could not be read: %s. Nothing is compared.", run.name, why))
		}
	}
	return out
}

type namedRun struct {
	name string
	m    *Metrics
}

func (p pair) runs() []namedRun { return []namedRun{{p.nameA, p.a}, {p.nameB, p.b}} }

// cut says of which run only a part is known.
func (p pair) cut() string {
	var parts []string
	for _, run := range p.runs() {
		if how := run.m.Truncated; how != nil {
			parts = append(parts, fmt.Sprintf("the trace of %s ends at %s (%s)", run.name, length(run.m.WallMS), CutWords(*how)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "T" + strings.Join(parts, ", and ")[1:] + ": no number says what came after."
}

// apart says that the larger of x and y is at least least, and at least factor
// times the other.
func apart(x, y, least, factor float64) bool {
	return max(x, y) >= least && max(x, y) >= factor*min(x, y)
}

func (p pair) created() string {
	x, y := p.a.Goroutines.Created, p.b.Goroutines.Created
	if !apart(float64(x), float64(y), 16, 3) {
		return ""
	}
	return fmt.Sprintf("%s created %s, %s %s.", p.nameA, count(x, "goroutine"), p.nameB, grouped(y))
}

// runnableShare is how much of what goroutines wanted to run they only waited
// for a P.
func runnableShare(m *Metrics) float64 {
	if all := m.RunnableMS + m.RunningMS + m.SyscallMS; all > 0 {
		return m.RunnableMS / all
	}
	return 0
}

func (p pair) runnable() string {
	x, y := runnableShare(p.a), runnableShare(p.b)
	most := p.a
	if y > x {
		most = p.b
	}
	if most.RunnableMS < 1 { // a share of next to nothing
		return ""
	}
	if max(x, y) < .5 || max(x, y)-min(x, y) < .25 {
		return ""
	}
	return fmt.Sprintf("Of the time in which its goroutines could have run, %s spent %s runnable, waiting for a P; %s %s.",
		p.nameA, share(x), p.nameB, share(y))
}

func (p pair) latency() string {
	x, y := p.a.Latency.P50us, p.b.Latency.P50us
	if x == nil || y == nil || min(p.a.Latency.N, p.b.Latency.N) < 10 || !apart(*x, *y, 20, 10) {
		return ""
	}
	return fmt.Sprintf("Half of the goroutines that became ready waited longer than %s for a P in %s, and than %s in %s.",
		length(*x/1e3), p.nameA, length(*y/1e3), p.nameB)
}

func (p pair) parallel() string {
	x, y := p.a.Parallelism, p.b.Parallelism
	if x == nil || y == nil || max(*x, *y) < 1.4 || min(*x, *y) > 1.15 {
		return ""
	}
	return fmt.Sprintf("%s kept %.1f Ps busy on average, %s %.1f.", p.nameA, *x, p.nameB, *y)
}

// lockMS is the time spent waiting for locks.
func lockMS(m *Metrics) float64 { return m.Sync["Mutex"].TotalMS + m.Sync["RWMutex"].TotalMS }

func (p pair) locks() string {
	x, y := lockMS(p.a), lockMS(p.b)
	most := p.a
	if y > x {
		most = p.b
	}
	if !apart(x, y, 1, 4) || max(x, y) < most.RunningMS {
		return ""
	}
	return fmt.Sprintf("Goroutines of %s waited %s for locks, those of %s %s.", p.nameA, length(x), p.nameB, length(y))
}

// mostWaited is the reason for which most time was waited; "" where waiting
// was a small matter.
func mostWaited(m *Metrics) string {
	total, best := 0., ""
	for _, reason := range slices.Sorted(maps.Keys(m.Blocked)) {
		total += m.Blocked[reason].TotalMS
		if best == "" || m.Blocked[reason].TotalMS > m.Blocked[best].TotalMS {
			best = reason
		}
	}
	if total < m.RunningMS/2 || total == 0 || m.Blocked[best].TotalMS < total/2 {
		return ""
	}
	if best != "sync" {
		return best
	}
	kinds := slices.SortedFunc(maps.Keys(m.Sync), func(x, y string) int {
		return cmp.Or(cmp.Compare(m.Sync[y].TotalMS, m.Sync[x].TotalMS), cmp.Compare(x, y))
	})
	if len(kinds) == 0 || kinds[0] == "other" {
		return best
	}
	return "a " + kinds[0]
}

func (p pair) reason() string {
	x, y := mostWaited(p.a), mostWaited(p.b)
	if x == "" || y == "" || x == y {
		return ""
	}
	return fmt.Sprintf("Goroutines of %s waited mostly for %s, those of %s for %s.", p.nameA, waitWords(x), p.nameB, waitWords(y))
}

// waitWords is a reason for waiting within a sentence.
func waitWords(reason string) string {
	if reason == "forever" {
		return "a nil channel or select{}"
	}
	return reason
}

func (p pair) leak() string {
	if p.a.Leaks == nil || p.b.Leaks == nil || (len(p.a.Leaks) > 0) == (len(p.b.Leaks) > 0) {
		return ""
	}
	with, without, leaks := p.nameA, p.nameB, p.a.Leaks
	if len(leaks) == 0 {
		with, without, leaks = p.nameB, p.nameA, p.b.Leaks
	}
	n := 0
	for _, l := range leaks {
		n += l.N
	}
	return fmt.Sprintf("%s left %s waiting at its end, made at %s:%d and blocked in %s; %s none.",
		with, count(n, "goroutine"), leaks[0].File, leaks[0].Line, waitWords(leaks[0].Reason), without)
}

func (p pair) gc() string {
	x, y := p.a.GC, p.b.GC
	if !apart(float64(x.Cycles), float64(y.Cycles), 4, 3) {
		return ""
	}
	s := fmt.Sprintf("The garbage collector ran %s in %s, and %s in %s", times(x.Cycles), p.nameA, times(y.Cycles), p.nameB)
	if max(x.AssistMS, y.AssistMS) >= 1 {
		s += fmt.Sprintf("; goroutines helped it for %s and %s", length(x.AssistMS), length(y.AssistMS))
	}
	return s + "."
}

// starts is how many starts the replay could place.
func starts(s *Steals) int {
	n := 0
	for _, part := range []*int{s.Stolen, s.Local, s.Global} {
		if part != nil {
			n += *part
		}
	}
	return n
}

func (p pair) global() string {
	x, y := p.a.Steals.GlobalShare, p.b.Steals.GlobalShare
	const enough = 50 // starts of which a share says something
	if x == nil || y == nil || min(starts(&p.a.Steals), starts(&p.b.Steals)) < enough || max(*x, *y) < .5 || min(*x, *y) > .2 {
		return ""
	}
	return fmt.Sprintf("%s of the starts in %s came from the global run queue, %s of those in %s: inferred.", share(*x), p.nameA, share(*y), p.nameB)
}

// quiet says that the machine is known to have had the time for a run: below
// that share its times are mostly the machine's.
func quiet(m *Metrics) bool { return m.OnCPU != nil && *m.OnCPU >= .8 }

// busy says of which runs the machine had not enough time, and of which that
// is not known where a sentence speaks of lengths of time.
func (p pair) busy() string {
	var low, unknown []string
	for _, run := range p.runs() {
		switch on := run.m.OnCPU; {
		case on == nil:
			unknown = append(unknown, run.name)
		case !quiet(run.m):
			low = append(low, fmt.Sprintf("%s, on a CPU only %s of the time it ran", run.name, share(*on)))
		}
	}
	switch {
	case len(low) > 0:
		return "The machine was busy during " + strings.Join(low, ", and during ") + ": lengths of time say little."
	case len(unknown) > 0 && (p.runnable() != "" || p.latency() != "" || p.locks() != ""):
		return "Whether the machine was busy during " + strings.Join(unknown, " and ") + " is not known: take lengths of time with care."
	}
	return ""
}

// count writes a number of things.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

func times(n int) string {
	switch n {
	case 0:
		return "not at all"
	case 1:
		return "once"
	}
	return grouped(n) + " times"
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func share(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }
