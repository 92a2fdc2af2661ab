package sandbox

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// askDump has the Go runtime print what every goroutine is doing. The signal
// goes to the busiest thread, since the runtime cannot print the stack of a
// goroutine that runs on another thread than the one that was told to.
func (p *Process) askDump() bool {
	pid := p.jailed.PID()
	if tid := busiest(pid); tid > 0 && unix.Tgkill(pid, tid, unix.SIGQUIT) == nil {
		return true
	}
	return p.jailed.Signal(unix.SIGQUIT) == nil
}

// busiest is the running thread of a process that has used most CPU time, or
// 0 when none runs.
func busiest(pid int) int {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	best, most := 0, -1
	for _, e := range entries {
		stat, err := os.ReadFile(dir + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name of the thread, in parentheses, may hold anything.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 13 || fields[0] != "R" {
			continue
		}
		user, _ := strconv.Atoi(fields[11])
		kernel, _ := strconv.Atoi(fields[12])
		if id, err := strconv.Atoi(e.Name()); err == nil && user+kernel > most {
			best, most = id, user+kernel
		}
	}
	return best
}

// textBusy is how the kernel refuses to execute a file that is being written.
const textBusy = unix.ETXTBSY
