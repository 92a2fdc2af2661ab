//go:build !linux

package toolchain

import "testing"

// children would count our child processes.
func children(*testing.T) int { return 0 }
