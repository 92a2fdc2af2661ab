// Reads files of the host.
// status: ok
// says: HELD secret
// control: plain

package main

import (
	"os"
)

func main() {
	_, err := os.ReadFile(os.Args[secret])
	try("secret", err)
	_, err = os.ReadDir("/")
	try("list /", err)
	_, err = os.Stat("/home")
	try("stat /home", err)
	_, err = os.ReadFile("../../../.." + os.Args[secret])
	try("secret by dots", err)
	_, err = os.ReadFile("/proc/self/root" + os.Args[secret])
	try("secret by /proc", err)
	_, err = os.ReadFile("/proc/self/cwd/../" + os.Args[secret])
	try("secret by working folder", err)
}
