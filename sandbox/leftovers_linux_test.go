package sandbox_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"course/tutor/sandbox/jail"
)

// nil0 is the signal that only asks whether a process is there.
const nil0 = syscall.Signal(0)

// leftovers counts what runs could leave behind.
func leftovers(t *testing.T) map[string]int {
	t.Helper()
	jail.LetGo() // what is kept ready is not left over
	count := map[string]int{}
	count["descriptors"] = len(glob("/proc/self/fd/*"))
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	count["mounts"] = strings.Count(string(mounts), "\n")
	pid := strconv.Itoa(os.Getpid())
	for _, pattern := range []string{"/sys/fs/cgroup/*/tutor-", "/sys/fs/cgroup/*/*/tutor-", "/sys/fs/cgroup/*/*/*/tutor-"} {
		count["cgroups"] += len(glob(pattern + pid + "-*"))
	}
	count["folders"] = len(glob(filepath.Join(os.TempDir(), "tutor-jail-*"))) + len(glob(filepath.Join(os.TempDir(), "tutor-canary-*")))
	for _, file := range glob("/proc/self/task/*/children") {
		data, _ := os.ReadFile(file)
		count["processes"] += len(strings.Fields(string(data)))
	}
	return count
}

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern)
	return found
}
