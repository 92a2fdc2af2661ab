// Writes outside its own folder.
// status: ok
// says: HELD folder
// control: plain

package main

import (
	"os"
	"path/filepath"
)

func main() {
	at := filepath.Join(os.Args[folder], "written")
	err := os.WriteFile(at, []byte("x"), 0o600)
	try("folder", err)
	os.Remove(at)
	for _, path := range []string{"/app/prog", "/app/new", "/etc/hosts", "/dev/new", "/run/new"} {
		if _, err := os.Stat("/app/prog"); err != nil {
			break // not in a jail
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
		try(path, err)
		f.Close()
	}
}
