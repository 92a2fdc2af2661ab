//go:build unix

package toolchain

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// lockFile takes a lock that other processes respect and that ends with ours,
// however it ends.
func lockFile(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// lowPriority lets a process yield to everything else on the machine.
func lowPriority(pid int) {
	// Only a courtesy: where it is refused, preparing is merely felt more.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, pid, 10)
}

// endTogether lets a command and everything it starts end when it is
// cancelled, or nobody would see the end of what they print.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithUs(cmd.SysProcAttr)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
