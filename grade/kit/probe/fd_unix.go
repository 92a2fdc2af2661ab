//go:build unix

package probe

import (
	"io"
	"syscall"
)

// descriptor is an inherited descriptor, used by plain system calls: the poller
// of package os would start threads and show up in the learner's trace.
type descriptor int

// open keeps an inherited descriptor from being inherited again: a program
// that the learner starts has no part in the conversation.
func open(fd int) descriptor {
	syscall.CloseOnExec(fd)
	return descriptor(fd)
}

func (d descriptor) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(d), p)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, err
		case n <= 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (d descriptor) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := syscall.Write(int(d), p[done:])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}
