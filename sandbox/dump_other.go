//go:build !linux

package sandbox

import "syscall"

// askDump has the Go runtime print what every goroutine is doing.
func (p *Process) askDump() bool { return p.jailed.Signal(syscall.SIGQUIT) == nil }

// textBusy is how the kernel refuses to execute a file that is being written.
const textBusy = syscall.Errno(26)
