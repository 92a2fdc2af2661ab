//go:build unix && !linux

package toolchain

import "syscall"

// dieWithUs would end a child when we end; only Linux can.
func dieWithUs(*syscall.SysProcAttr) {}
