package jail

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"time"
)

// graceCPU is how much longer than Limits.CPU the watcher lets a process run:
// time for whoever watches it more closely to end it with an explanation.
const graceCPU = 500 * time.Millisecond

// watch samples the process: what has no peak in the kernel is only seen by
// looking. It looks often at first, since most programs are short. It is also
// what stops several processes that together use too much CPU time, each of
// them below its own RLIMIT_CPU.
func (p *Process) watch(ctx context.Context) {
	wait := time.Millisecond
	if p.launch.spec.Profile == Build { // which is no short program of anybody's
		wait = 20 * time.Millisecond
	}
	for {
		p.sample()
		if p.launch.on[Rlimits] && p.CPU() > p.launch.spec.Limits.CPU+graceCPU {
			_ = p.Kill()
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait = min(2*wait, 20*time.Millisecond)
	}
}

func (p *Process) sample() {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID()) + "/status")
	if err != nil {
		return
	}
	hwm, threads := field(status, "VmHWM:")*1024, int(field(status, "Threads:"))
	threads = max(threads, p.launch.group.tasks())
	p.mu.Lock()
	p.hwm, p.threads = max(p.hwm, hwm), max(p.threads, threads)
	p.mu.Unlock()
}

// field reads the number after a name at the start of a line; 0 if there is none.
func field(text []byte, name string) int64 {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte(name))
		if !ok {
			continue
		}
		if words := bytes.Fields(rest); len(words) > 0 {
			n, _ := strconv.ParseInt(string(words[0]), 10, 64)
			return n
		}
	}
	return 0
}
