package profile

import (
	"fmt"
	"time"
)

// Enough is the number of samples from which a profile tells one function from
// another: with fewer, chance decides what is on top.
const Enough = 20

// Few says that there is too little in the profile to go by, with the numbers
// and what to do; "" when there is enough. Rate is what was sampled: samples a
// second of a cpu profile, bytes for each of a heap. cpu is the processor time
// that the run took.
func (p *Profile) Few(rate int, cpu time.Duration) string {
	if len(p.Views) == 0 {
		return "There is nothing in this profile."
	}
	v := &p.Views[0]
	switch p.What {
	case "cpu":
		return fewCPU(p.Samples, rate, cpu)
	case "heap":
		return fewBytes(v.Total, int64(rate))
	case "block":
		if v.Count == 0 {
			return "No goroutine waited and went on again. A wait that has not come to its end is not counted: the goroutine profile shows who still waits."
		}
	case "mutex":
		if v.Count == 0 {
			return "Nobody waited for a lock. Two goroutines must want the same one at the same time before there is anything to measure."
		}
	case "goroutine":
		if v.Total == 0 {
			return "No goroutine was left when the program ended."
		}
	}
	return ""
}

const oftener = " Let the program do its work more often, in a loop, or give it more of it."

func fewCPU(samples int64, rate int, cpu time.Duration) string {
	each := time.Second / time.Duration(max(1, rate))
	switch {
	case samples == 0:
		return fmt.Sprintf("No sample was taken: the program used %d ms of processor time, and at %d samples a second one stands for %d ms."+oftener,
			cpu.Milliseconds(), rate, each.Milliseconds())
	case samples < Enough:
		return fmt.Sprintf("%s taken, at %d a second: too few to say what takes most, since chance decides between functions. From about %d on, that is %d ms of processor time, it begins to tell."+oftener,
			counted(samples, "sample was", "samples were"), rate, Enough, (Enough * each).Milliseconds())
	}
	return ""
}

func fewBytes(total, rate int64) string {
	switch {
	case total == 0:
		return fmt.Sprintf("No sample was taken: the program allocated little or nothing, and one is taken for about %d bytes."+oftener, rate)
	case total < Enough*rate:
		return fmt.Sprintf("About %d bytes were allocated, and one sample is taken for about %d: too few to say what allocates most."+oftener, total, rate)
	}
	return ""
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
