package jail

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// resources counts what a jail could leave behind.
func resources(t *testing.T) map[string]int {
	t.Helper()
	LetGo() // what is kept ready is no leak
	count := map[string]int{}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	count["descriptors"] = len(entries)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	count["mounts"] = strings.Count(string(mounts), "\n")
	for _, parent := range machine().cgroups.parents {
		found, _ := filepath.Glob(filepath.Join(parent, machine().cgroups.prefix+"*"))
		count["cgroups"] += len(found)
	}
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), "tutor-jail-*"))
	count["workplaces"] = len(found)
	children, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range children {
		data, _ := os.ReadFile(file)
		count["processes"] += len(strings.Fields(string(data)))
	}
	return count
}

func TestNothingLeaks(t *testing.T) {
	run(t, Spec{}, "nothing")
	before := resources(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i := range 25 {
				act := [][]string{{"nothing"}, {"exit", "3"}, {"heap", "300"}, {"daemon"}, {"fill", "40"}}[i%5]
				run(t, Spec{}, act...)
			}
		})
	}
	wait.Wait()
	after := resources(t)
	for what, n := range after {
		if n > before[what] {
			t.Errorf("%d %s before, %d after", before[what], what, n)
		}
	}
}

func TestSweep(t *testing.T) {
	needsLayers(t, CgroupPIDs)
	parent := machine().cgroups.parents[pids]
	stale := filepath.Join(parent, "tutor-"+strconv.Itoa(os.Getpid())+"-1-1") // our number, but another start
	live := filepath.Join(parent, machine().cgroups.prefix+"test")
	for _, folder := range []string{stale, live} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		defer syscall.Rmdir(folder)
	}
	machine().cgroups.sweep()
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("what a dead server left is still there: %v", err)
	}
	if _, err := os.Stat(live); err != nil {
		t.Errorf("what a live server uses is gone: %v", err)
	}
}
