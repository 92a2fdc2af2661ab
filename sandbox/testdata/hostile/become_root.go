// Becomes root and changes its root.
// status: ok
// says: HELD setuid
// control: root

package main

import (
	"syscall"
)

func main() {
	try("setgroups", syscall.Setgroups([]int{0}))
	try("chroot", syscall.Chroot("/"))
	try("setuid", syscall.Setuid(0))
}
