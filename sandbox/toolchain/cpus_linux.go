package toolchain

import (
	"slices"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// cpuSet hands out processors, so that runs side by side are spread.
type cpuSet struct {
	ids  []int
	next *atomic.Uint64
}

// usableCPUs are those this process may use.
func usableCPUs() cpuSet {
	c := cpuSet{next: new(atomic.Uint64)}
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return c
	}
	for id := 0; len(c.ids) < set.Count(); id++ {
		if set.IsSet(id) {
			c.ids = append(c.ids, id)
		}
	}
	return c
}

// take returns n processors, or nil for all where there are not more.
func (c cpuSet) take(n int) []int {
	if n >= len(c.ids) {
		return nil
	}
	at := int(c.next.Add(uint64(n)) % uint64(len(c.ids)))
	var ids []int
	for i := range n {
		ids = append(ids, c.ids[(at+i)%len(c.ids)])
	}
	return ids
}

// same returns n processors, the same ones every time, or nil for all where
// there are not more. They are the last ones: the first has more of the
// system's own work.
func (c cpuSet) same(n int) []int {
	if n >= len(c.ids) {
		return nil
	}
	return slices.Clone(c.ids[len(c.ids)-n:])
}
