//go:build !linux

package toolchain

import "os/exec"

// dieWithUs would end a child when we end; only Linux can.
func dieWithUs(*exec.Cmd) {}
