package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// counted are the things that can be left behind, in the order of the table,
// and by how much each may be more in the end than in the beginning.
var counted = []struct {
	name  string
	slack int
}{
	{"processes", 1}, // the one that makes jails is started anew when it is needed
	{"zombies", 0},
	{"descriptors", 1}, // and the socket to it
	{"goroutines", 1},  // which waits for its end
	{"threads", 16},    // the runtime keeps what it once needed
	{"mounts", 0},
	{"cgroups", 0},
	{"temporary files", 0},
	{"half-written programs", 0},
	{"memory of the supervisor, MiB", 24},
}

// sample is what there is at one moment.
type sample struct {
	when string
	n    map[string]int
}

// sample counts, when what has just ended is gone: it may take a moment.
func (s *soak) sample(when string) {
	var best map[string]int
	for range 40 {
		n := count(s.cache())
		if best == nil || less(n, best) {
			best = n
		}
		if len(s.samples) == 0 || len(more(s.samples[0].n, best)) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.samples = append(s.samples, sample{when, best})
	fmt.Fprintf(os.Stderr, "%s: %v\n", when, best)
}

func less(a, b map[string]int) bool {
	sum := 0
	for name, n := range a {
		sum += n - b[name]
	}
	return sum < 0
}

// more says what there is more of, beyond what may be.
func more(before, after map[string]int) []string {
	var list []string
	for _, c := range counted {
		if after[c.name] > before[c.name]+c.slack {
			list = append(list, fmt.Sprintf("%s: %d before, %d after", c.name, before[c.name], after[c.name]))
		}
	}
	return list
}

// count counts.
func count(cache string) map[string]int {
	debug.FreeOSMemory()
	n := map[string]int{"goroutines": runtime.NumGoroutine()}
	for _, id := range childIDs() {
		n["processes"]++
		if state(id) == "Z" {
			n["zombies"]++
		}
	}
	n["descriptors"] = len(glob("/proc/self/fd/*"))
	n["threads"] = len(glob("/proc/self/task/*"))
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	n["mounts"] = strings.Count(string(mounts), "\n")
	pid := strconv.Itoa(os.Getpid())
	for _, pattern := range []string{"/sys/fs/cgroup/*/tutor-", "/sys/fs/cgroup/*/*/tutor-", "/sys/fs/cgroup/*/*/*/tutor-"} {
		n["cgroups"] += len(glob(pattern + pid + "-*"))
	}
	n["temporary files"] = len(glob(filepath.Join(os.TempDir(), "tutor-jail-*")))
	n["half-written programs"] = len(glob(filepath.Join(cache, "new-*")))
	n["memory of the supervisor, MiB"] = memory()
	return n
}

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern) // the patterns are ours
	return found
}

// memory is the resident memory of this process in MiB.
func memory() int {
	text, _ := os.ReadFile("/proc/self/statm")
	words := strings.Fields(string(text))
	if len(words) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(words[1])
	return pages * os.Getpagesize() >> 20
}
