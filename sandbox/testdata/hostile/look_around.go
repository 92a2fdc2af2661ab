// Looks for what the server left open, set, or named.
// status: ok
// says: looked
// control: plain

package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	if name, _ := os.Hostname(); name != "sandbox" {
		fmt.Println("HARM host", name)
	}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "PATH", "HOME", "TMPDIR", "USER", "LANG", "TZ", "GOMAXPROCS", "GOTRACEBACK", "GODEBUG", "GORACE", "GOGC", "GOMEMLIMIT", "GOROOT", "ZONEINFO":
		default:
			fmt.Println("HARM env", v)
		}
	}
	for fd := range 1024 {
		link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		if err == nil && strings.HasPrefix(link, "/") && link != "/dev/null" {
			fmt.Println("HARM descriptor", fd, link)
		}
		if err == nil && strings.HasPrefix(link, "socket:") {
			fmt.Println("HARM descriptor", fd, link)
		}
	}
	fmt.Println("looked")
}
