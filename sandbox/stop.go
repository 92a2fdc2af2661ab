package sandbox

import (
	"context"
	"errors"
)

// StopError is the cause, as for context.WithCancelCause, with which whoever
// runs a job ends it before its end. The Result then says so in its sentence.
type StopError struct {
	Code string // of the diagnostic: runtime:NAME
	Says string // a sentence without its first capital and its stop
}

func (e *StopError) Error() string { return e.Says }

// stopped is said where whoever cancelled gave no reason.
var stopped = StopError{"runtime:stopped", "the run was stopped before its end: whoever asked for it took it back, or has gone"}

// StopOf is the diagnostic for a run whose context has ended.
func StopOf(ctx context.Context) Diagnostic {
	why := &stopped
	_ = errors.As(context.Cause(ctx), &why)
	return Diagnostic{Code: why.Code, Message: why.Says}
}
