//go:build unix

package site

import "os"

// private says whether only its owner can read a file. A token that others
// could read is made anew.
func private(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().Perm()&0o077 == 0
}
