package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// children counts the processes that are our own, the one that makes jails
// among them.
func children(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(files) == 0 {
		lacking(t, "the kernel does not list children: %v", err)
	}
	count := 0
	for _, file := range files {
		data, _ := os.ReadFile(file) // a thread may have ended
		count += len(strings.Fields(string(data)))
	}
	return count
}
