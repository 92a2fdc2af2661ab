// Reads what the kernel tells about the machine.
// status: ok
// says: HELD /proc/cpuinfo
// control: plain

package main

import (
	"os"
	"strings"
)

func main() {
	for _, name := range []string{"cpuinfo", "meminfo", "kallsyms", "version", "sys/kernel/hostname", "net/tcp", "mounts"} {
		data, err := os.ReadFile("/proc/" + name)
		if name == "mounts" && err == nil && !strings.Contains(string(data), os.Args[folder]) {
			continue // its own, and nothing of the host's folders in it
		}
		if name == "net/tcp" && err == nil {
			continue // of its own network
		}
		try("/proc/"+name, err)
	}
	_, err := os.OpenFile("/proc/sysrq-trigger", os.O_WRONLY, 0)
	try("sysrq", err)
	_, err = os.ReadDir("/sys")
	try("/sys", err)
}
