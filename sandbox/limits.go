package sandbox

import (
	"fmt"
	"strconv"
	"time"

	"course/tutor/sandbox/jail"
)

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

// MostLimits are the most that a person may ask for, in a request, a fence or on
// a command line.
func MostLimits() Limits {
	return Limits{
		Wall:      60 * time.Second,
		CPU:       120 * time.Second,
		Memory:    1 << 30,
		Processes: 512,
		Output:    4 << 20,
		Disk:      64 << 20,
		Trace:     64 << 20,
	}
}

// LeastLimits are the least that a program can be started with: less would end
// what confines it, and not the program. One that prints a line uses about 1 MiB.
// Less time than a millisecond could not be told from none.
func LeastLimits() Limits {
	return Limits{Wall: time.Millisecond, CPU: time.Millisecond, Memory: 1 << 20, Processes: jail.LeastTasks}
}

// Bound is what may be asked for of one limit: Least to Most, or 0 for the
// default. Times are in ms.
type Bound struct {
	Name, Unit  string
	Least, Most float64
}

// Bounds are those of all limits, in the order of Limits.
func Bounds() []Bound {
	least, most := LeastLimits().numbers(), MostLimits().numbers()
	bounds := make([]Bound, len(least))
	for i, name := range []string{"wall", "cpu", "memory", "processes", "output", "disk", "trace"} {
		unit := "bytes"
		switch name {
		case "wall", "cpu":
			unit = "ms"
		case "processes":
			unit = "tasks"
		}
		bounds[i] = Bound{name, unit, least[i], most[i]}
	}
	return bounds
}

// numbers are the fields in their order, times in ms.
func (l Limits) numbers() []float64 {
	return []float64{ms(l.Wall), ms(l.CPU), float64(l.Memory), float64(l.Processes), float64(l.Output), float64(l.Disk), float64(l.Trace)}
}

// Holds says whether so much may be asked for.
func (b Bound) Holds(asked float64) bool {
	return asked == 0 || asked >= b.Least && asked <= b.Most
}

// Outside finds the first limit that nobody can be given, and says in a sentence
// why; "" when there is none.
func (l Limits) Outside() (name, why string) {
	for i, asked := range l.numbers() {
		b := Bounds()[i]
		if b.Holds(asked) {
			continue
		}
		can := "at most " + b.amount(b.Most)
		if b.Least > 0 {
			can = b.amount(b.Least) + " to " + b.amount(b.Most)
		}
		return b.Name, fmt.Sprintf("a limit of %s is not possible: it can be %s", b.amount(asked), can)
	}
	return "", ""
}

// amount writes a number with its unit, in the largest unit that leaves it whole.
func (b Bound) amount(n float64) string {
	write := func(n float64, unit string) string { return strconv.FormatFloat(n, 'f', -1, 64) + " " + unit }
	switch whole := int64(n); {
	case b.Unit == "ms" && n > 0 && n < 1000:
		return write(n, "ms")
	case b.Unit == "ms":
		return write(n/1000, "s")
	case b.Unit == "bytes" && whole%(1<<30) == 0:
		return write(n/(1<<30), "GiB")
	case b.Unit == "bytes" && whole%(1<<20) == 0:
		return write(n/(1<<20), "MiB")
	case b.Unit == "bytes" && whole%(1<<10) == 0:
		return write(n/(1<<10), "KiB")
	}
	return write(n, b.Unit)
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

func or[T int | int64 | time.Duration](v, d T) T {
	if v > 0 {
		return v
	}
	return d
}
