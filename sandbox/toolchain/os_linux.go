package toolchain

import (
	"os/exec"
	"syscall"
)

// dieWithUs ends a child when we end, however we end.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
