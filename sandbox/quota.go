package sandbox

import (
	"fmt"
	"math"
)

// The bounds of Job.CPULimit. Less than a hundredth is less than the kernel
// takes.
const (
	leastCPULimit = 0.01
	mostCPULimit  = 256
)

// CheckCPULimit says in a sentence what is wrong with the bound on processors
// of a job; "" when nothing is.
func CheckCPULimit(job *Job) string {
	switch limit := job.CPULimit; {
	case limit == 0:
		return ""
	case !(limit >= leastCPULimit && limit <= mostCPULimit): // as NaN is not
		return fmt.Sprintf("a limit of %v processors is not possible: it can be %v to %v, as 1.5", limit, leastCPULimit, mostCPULimit)
	case job.Kind == KindAsm:
		return "the kind asm runs nothing, so that there are no processors to limit"
	case job.Clock == ClockFake:
		return "a limit on processors needs the real clock: it shows in how long things take, and on the fake one nothing takes time; ask for one of the two"
	}
	return ""
}

// GoProcs is the GOMAXPROCS that Go's runtime chooses by itself on so many
// processors, where their use is bounded by limit; 0 is no bound.
func GoProcs(cpus int, limit float64) int {
	if limit <= 0 {
		return cpus
	}
	return min(cpus, max(2, int(math.Ceil(limit))))
}
