package exectrace

import (
	"fmt"
	"strings"
)

// BadTraceError says that bytes cannot be read as an execution trace. The
// fault is in the bytes, not ours.
type BadTraceError struct {
	What   string // what is wrong, a clause without a full stop
	Offset int64  // about where, in bytes from the start; -1 when it has no place
	// Cut says that it began as a trace and ends before anything of it can be
	// shown.
	Cut bool
}

// Metrics are those of a trace that was cut too early: nothing is known, and
// Why says so of every number.
func (e *BadTraceError) Metrics() Metrics { return unreadMetrics(e.What) }

const isDamaged = "it is damaged: "

// clause is what is wrong, after something that says that the trace is damaged.
func (e *BadTraceError) clause() string { return strings.TrimPrefix(e.What, isDamaged) }

// Error says what is wrong and where.
func (e *BadTraceError) Error() string {
	if e.Offset < 0 {
		return "read trace: " + e.What
	}
	return fmt.Sprintf("read trace: %s (near byte %d)", e.What, e.Offset)
}
