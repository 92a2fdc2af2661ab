package toolchain

import "syscall"

// dieWithUs ends a child when we end, however we end.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
