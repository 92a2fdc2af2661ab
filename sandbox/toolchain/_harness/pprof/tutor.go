package pprof

import (
	"io"
	"time"
	_ "unsafe" // for linkname
)

// tutorWriteCPU writes the CPU profile that began at a time and whose sampling
// is over. StartCPUProfile has a goroutine for that, which the program could
// see and which would keep Go from finding a deadlock.
//
//go:linkname tutorWriteCPU tutor/profile.writeCPU
func tutorWriteCPU(w io.Writer, began time.Time) error {
	b := newProfileBuilder(w)
	b.start = began
	for {
		data, tags, eof := readProfile()
		if len(data) > 0 {
			if err := b.addCPUData(data, tags); err != nil {
				return err
			}
		}
		if eof {
			break
		}
	}
	b.build()
	return nil
}
