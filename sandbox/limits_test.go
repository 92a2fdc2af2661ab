package sandbox

import (
	"testing"
	"time"
)

// What may be asked for has bounds, and the sentence says both numbers.
func TestLimitsOutside(t *testing.T) {
	for _, c := range []struct {
		asked     Limits
		name, why string
	}{
		{Limits{}, "", ""},
		{LeastLimits(), "", ""},
		{MostLimits(), "", ""},
		{Limits{Memory: 65536}, "memory", "a limit of 64 KiB is not possible: it can be 1 MiB to 1 GiB"},
		{Limits{Memory: 1}, "memory", "a limit of 1 bytes is not possible: it can be 1 MiB to 1 GiB"},
		{Limits{Memory: 10 << 30}, "memory", "a limit of 10 GiB is not possible: it can be 1 MiB to 1 GiB"},
		{Limits{Processes: 3}, "processes", "a limit of 3 tasks is not possible: it can be 16 tasks to 512 tasks"},
		{Limits{Wall: time.Hour}, "wall", "a limit of 3600 s is not possible: it can be 1 ms to 60 s"},
		{Limits{Wall: time.Nanosecond}, "wall", "a limit of 0.000001 ms is not possible: it can be 1 ms to 60 s"},
		{Limits{CPU: -time.Second}, "cpu", "a limit of -1 s is not possible: it can be 1 ms to 120 s"},
	} {
		if name, why := c.asked.Outside(); name != c.name || why != c.why {
			t.Errorf("%+v: %q, %q; want %q, %q", c.asked, name, why, c.name, c.why)
		}
	}
}
