package reexec

import "syscall"

// outOfTheWay is above every descriptor that a child is given.
const outOfTheWay = 64

// takeFiles is the wait of a child that was made ahead: it is sent the
// descriptors that others are born with, in their order, and puts each in its
// place.
func (c *child) takeFiles() {
	c.control = c.lift(c.control)
	var kind [1]byte
	rights := make([]byte, 2048)
	n, nr := 0, 0
	for {
		var err error
		n, nr, _, _, err = syscall.Recvmsg(c.control, kind[:], rights, syscall.MSG_CMSG_CLOEXEC)
		if err != syscall.EINTR {
			break
		}
	}
	if n <= 0 {
		syscall.Exit(exitOrphan)
	}
	files := descriptors(rights[:nr])
	if kind[0] != FilesFollow || len(files) == 0 {
		c.fail("receive descriptors", syscall.EBADMSG)
	}
	for i, fd := range files {
		files[i] = c.lift(fd)
	}
	for i, fd := range files {
		c.must("place descriptor", syscall.Dup3(fd, i, 0))
		_ = syscall.Close(fd)
	}
}

// lift moves a descriptor out of the way of those that are put in place.
func (c *child) lift(fd int) int {
	up, err := raise(fd, outOfTheWay)
	c.must("move descriptor", err)
	_ = syscall.Close(fd)
	return up
}
