package toolchain

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"course/tutor/sandbox"
)

// errFull is in every error that says that a disk is full.
var errFull = errors.New("no room on the disk")

// trouble makes a sentence of an error that somebody can mend: what cannot be
// done in a folder of ours, why, and what to do. Other errors it returns.
func trouble(what, dir string, err error) error {
	says := ""
	switch {
	case err == nil:
		return nil
	case full(err):
		says, err = "since the disk is full. Make room there", fmt.Errorf("%w: %w", errFull, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		says = "which cannot be written to. Let it be writable"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		says = "since something that is no folder stands there. Remove it"
	default:
		return err
	}
	return &sandbox.MachineError{Says: fmt.Sprintf("%s in %s, %s, or start tutor with another folder for --data", what, dir, says), Err: err}
}

// full says that there was no room on a disk, in our words or in those of a
// command that we called.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || err != nil && strings.Contains(err.Error(), syscall.ENOSPC.Error())
}
