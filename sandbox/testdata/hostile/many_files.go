// Opens files for ever.
// status: ok
// says: HELD open
// control: none, it shows nothing

package main

import (
	"syscall"
)

func main() {
	for range 100000 {
		if _, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0); err != nil {
			try("open", err)
			return
		}
	}
	try("open", nil)
}
