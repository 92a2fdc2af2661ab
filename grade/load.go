package grade

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"course/tutor/sandbox"
)

// maybeBusy says whether a call may have run out of time only because the
// machine had other things to do: the learner's process got less than half of
// a processor, and not all the CPU that it may use.
func (s *session) maybeBusy(res *sandbox.Result) bool {
	late := slices.ContainsFunc(res.Exchanges, func(e sandbox.Exchange) bool { return e.Replies[learnerPart].None == "timeout" })
	part := partOf(res, learnerPart)
	if part.Limit != nil && part.Limit.Name == "cpu" {
		return false
	}
	return late && part.Usage.CPUMS < float64(s.ex.Limits.Wall.Milliseconds())/2
}

// overloaded says whether far more programs want a processor than there are.
// What ran out of time on such a machine, twice, is not held against anybody.
func overloaded() bool {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return false // not Linux: nobody knows
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	return err == nil && load >= 4*float64(runtime.NumCPU())
}

const tooBusy = "The machine is too busy: your code hardly got a processor before its time was over. Nothing was counted; check again in a moment."
