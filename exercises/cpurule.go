package exercises

import (
	"fmt"
	"regexp"
	"strconv"
)

// leastPairs is the fewest pairs of runs a cpu check may have: with five
// against five, a difference can be told from chance at one in twenty, with
// four hardly.
const leastPairs = 5

// mostPairs is the most: the test counts all ways to choose half of the runs.
const mostPairs = 9

var cpuRule = regexp.MustCompile(`^\s*cpu_ms\s*<=\s*([0-9.]+)\s*\*\s*reference\.cpu_ms\s*$`)

// leastFactor is the smallest bound of a cpu check: a difference of a fifth is
// found every time, one of a tenth is missed in one of seven gradings.
const leastFactor = 1.2

// CPUFactor is how many times the CPU of the reference a cpu check allows.
func CPUFactor(rule string) (float64, error) {
	m := cpuRule.FindStringSubmatch(rule)
	if m == nil {
		return 0, fmt.Errorf("cannot be %q", rule)
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f < leastFactor || f > 100 {
		return 0, fmt.Errorf("cannot tell %s times the CPU from chance", m[1])
	}
	return f, nil
}

func (c *Check) readCPU(t *table) {
	t.need("call", "rule", "gen")
	c.Call, c.Rule = t.str("call", ""), t.str("rule", "")
	c.Runs, c.Gen = t.integer("runs", leastPairs), readGen(t)
	c.readCompare(t)
	if c.Runs < leastPairs || c.Runs > mostPairs {
		t.wrong("runs", fmt.Sprintf("must be between %d and %d", leastPairs, mostPairs), "it is the number of pairs")
	}
	if _, err := CPUFactor(c.Rule); err != nil && t.has("rule") {
		t.wrong("rule", err.Error(), fmt.Sprintf("write cpu_ms <= 1.5 * reference.cpu_ms; the factor is at least %g", leastFactor))
	}
}
