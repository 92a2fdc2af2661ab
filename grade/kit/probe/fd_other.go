//go:build !unix

package probe

import "os"

// descriptor opens an inherited descriptor where system calls are not those of
// Unix. Handing descriptors on does not exist there, so it fails to read.
func descriptor(fd uintptr) *os.File { return os.NewFile(fd, "probe") }
