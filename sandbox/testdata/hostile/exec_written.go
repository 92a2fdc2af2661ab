// Executes what it wrote itself.
// status: ok
// says: HELD copy
// control: plain

package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	if len(os.Args) < 2 {
		return
	}
	data, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		panic(err)
	}
	dir := os.TempDir()
	if os.Getpid() != 1 {
		dir = os.Args[folder]
	}
	at := filepath.Join(dir, "copy")
	if err := os.WriteFile(at, data, 0o755); err != nil {
		panic(err)
	}
	try("copy", exec.Command(at).Run())
	os.Remove(at)
}
