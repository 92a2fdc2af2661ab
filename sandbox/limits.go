package sandbox

import "time"

// DefaultLimits bound a run for which nobody asked anything else.
func DefaultLimits() Limits {
	return Limits{
		Wall:      10 * time.Second,
		CPU:       10 * time.Second,
		Memory:    256 << 20,
		Processes: 64,
		Output:    256 << 10,
		Disk:      16 << 20,
		Trace:     32 << 20,
	}
}

// LimitsOf are those of a kind of Job for which nobody asked anything else:
// benchmarks are run several times over, and the race detector makes a program
// several times slower and larger.
func LimitsOf(kind Kind, race bool) Limits {
	l := DefaultLimits()
	if race {
		l.Wall, l.CPU, l.Memory = 20*time.Second, 20*time.Second, 512<<20
	}
	if kind == KindBench {
		l.Wall, l.CPU = time.Minute, 4*time.Minute
	}
	return l
}

// Or fills every field that is zero (or nonsense) from d.
func (l Limits) Or(d Limits) Limits {
	return Limits{
		Wall:      or(l.Wall, d.Wall),
		CPU:       or(l.CPU, d.CPU),
		Memory:    or(l.Memory, d.Memory),
		Processes: or(l.Processes, d.Processes),
		Output:    or(l.Output, d.Output),
		Disk:      or(l.Disk, d.Disk),
		Trace:     or(l.Trace, d.Trace),
	}
}

// Within lowers every field to at most that of top. Where strangers may ask,
// the asker of a Job applies it.
func (l Limits) Within(top Limits) Limits {
	return Limits{
		Wall:      min(l.Wall, top.Wall),
		CPU:       min(l.CPU, top.CPU),
		Memory:    min(l.Memory, top.Memory),
		Processes: min(l.Processes, top.Processes),
		Output:    min(l.Output, top.Output),
		Disk:      min(l.Disk, top.Disk),
		Trace:     min(l.Trace, top.Trace),
	}
}

func or[T int | int64 | time.Duration](v, d T) T {
	if v > 0 {
		return v
	}
	return d
}
