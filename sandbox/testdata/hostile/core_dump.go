// Asks for a core dump and aborts.
// status: runtime_error
// control: none, it would leave one

package main

import (
	"runtime/debug"
	"syscall"
)

func main() {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30})
	debug.SetTraceback("crash")
	panic("dump")
}
