package pprof

import (
	"internal/profilerecord"
	"io"
	"time"
	"unsafe"
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

// tutorWriteGoroutines writes the profile of goroutines. Whoever asks for it is
// in it, and where that is a goroutine of the runtime's, which is not counted,
// the profile is one too short for all of the program's.
//
//go:linkname tutorWriteGoroutines tutor/profile.writeGoroutines
func tutorWriteGoroutines(w io.Writer, uncounted int) error {
	return writeRuntimeProfile(w, 0, "goroutine", func(p []profilerecord.StackRecord, labels []unsafe.Pointer) (int, bool) {
		n, ok := pprof_goroutineProfileWithLabels(p, labels)
		return n + uncounted, ok && n+uncounted <= len(p)
	})
}
