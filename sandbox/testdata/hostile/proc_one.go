// Looks at the first process.
// status: ok
// says: itself
// control: plain

package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if os.Getpid() != 1 {
		_, err := os.ReadFile("/proc/1/comm")
		try("comm", err)
	}
	self, err := os.Readlink("/proc/self/exe")
	if one, err := os.Readlink("/proc/1/exe"); err == nil && one != self {
		try("exe", nil)
	}
	entries, err := os.ReadDir("/proc")
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err == nil && e.Name() != "1" {
			try("process "+e.Name(), nil)
			break
		}
	}
	fmt.Println("itself", err)
}
