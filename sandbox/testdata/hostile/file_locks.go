// Talks to other runs by locks on a file that they share.
// status: ok
// says: HELD flock
// control: plain

package main

import (
	"os"
	"syscall"
)

func main() {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	try("flock", syscall.Flock(int(f.Fd()), syscall.LOCK_SH))
	lock := syscall.Flock_t{Type: syscall.F_RDLCK}
	try("fcntl", syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock))
}
