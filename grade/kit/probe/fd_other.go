//go:build !unix

package probe

import "os"

// open takes an inherited descriptor where system calls are not those of Unix.
// Handing descriptors on does not exist there, so it fails to read.
func open(fd uintptr) *os.File { return os.NewFile(fd, "probe") }
