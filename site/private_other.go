//go:build !unix

package site

// private cannot be told here: the system has no such modes, and the user's
// configuration folder is the user's own.
func private(string) bool { return true }
