// Raises its limits.
// status: ok
// says: HELD 7
// control: none, there they have no end

package main

import (
	"strconv"
	"syscall"
)

func main() {
	for _, resource := range []int{0, 1, 2, 4, 7} { // CPU, file size, data, core, open files
		var l syscall.Rlimit
		if err := syscall.Getrlimit(resource, &l); err != nil {
			panic(err)
		}
		if l.Max == ^uint64(0) {
			continue
		}
		l.Max++
		try(strconv.Itoa(resource), syscall.Setrlimit(resource, &l))
	}
}
