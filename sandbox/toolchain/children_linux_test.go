package toolchain

import (
	"errors"
	"syscall"
	"testing"
)

// children counts our child processes.
func children(t *testing.T) int {
	t.Helper()
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	if errors.Is(err, syscall.ECHILD) {
		return 0
	}
	t.Logf("child %d, %v", pid, err)
	return 1
}
