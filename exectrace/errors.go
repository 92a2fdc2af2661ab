package exectrace

import (
	"fmt"
)

// BadTraceError says that bytes cannot be read as an execution trace. The
// fault is in the bytes, not ours.
type BadTraceError struct {
	What   string // what is wrong, a clause without a full stop
	Offset int64  // about where, in bytes from the start; -1 when it has no place
}

// Error says what is wrong and where.
func (e *BadTraceError) Error() string {
	if e.Offset < 0 {
		return "read trace: " + e.What
	}
	return fmt.Sprintf("read trace: %s (near byte %d)", e.What, e.Offset)
}
