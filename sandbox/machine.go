package sandbox

// MachineError is an error of ours that whoever runs the machine can mend: the
// disk is full, a folder cannot be written to, something ended our processes.
// Its sentence says what, where, and what to do.
type MachineError struct {
	Says string
	Err  error // the reason; nil when Says is all there is
}

func (e *MachineError) Error() string {
	if e.Err == nil {
		return e.Says
	}
	return e.Says + " (" + e.Err.Error() + ")"
}

func (e *MachineError) Unwrap() error { return e.Err }
