package jail

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// controller is one resource that a cgroup counts and limits.
type controller string

const (
	memory  controller = "memory"
	pids    controller = "pids"
	cpu     controller = "cpu"
	cpuacct controller = "cpuacct" // v1 only: in v2 it is part of cpu
)

// cgroups makes one group for each jail, below the one we are in ourselves.
type cgroups struct {
	// parents is where groups of each controller are made; a controller that
	// is not there cannot be used. In v2 they are all the same folder.
	parents map[controller]string
	unified bool // v2
	prefix  string
	made    atomic.Int64
}

// group is the cgroup of one jail. A nil group counts and limits nothing.
type group struct {
	folders map[controller]string
	unified bool
	handle  *os.File // of the v2 folder, for CLONE_INTO_CGROUP
}

// make makes a group with the limits of those controllers that are on.
func (c *cgroups) make(limits Limits, on layers) (*group, error) {
	g := &group{folders: map[controller]string{}, unified: c.unified}
	name := c.prefix + strconv.FormatInt(c.made.Add(1), 10)
	for ctl, parent := range c.parents {
		if !on[layerOf[ctl]] {
			continue
		}
		folder := filepath.Join(parent, name)
		if err := os.Mkdir(folder, 0o755); err != nil && !(c.unified && errors.Is(err, os.ErrExist)) {
			g.remove()
			return nil, err
		}
		g.folders[ctl] = folder
	}
	if err := g.limit(limits); err != nil {
		g.remove()
		return nil, err
	}
	return g, g.open()
}

var layerOf = map[controller]Layer{
	memory: CgroupMemory, pids: CgroupPIDs, cpu: CgroupCPU, cpuacct: CgroupCPU,
}

func (g *group) open() (err error) {
	if !g.unified || len(g.folders) == 0 {
		return nil
	}
	g.handle, err = os.Open(g.anyFolder())
	return err
}

func (g *group) anyFolder() string {
	for _, folder := range g.folders {
		return folder
	}
	return ""
}

// quotaPeriod is over how long a bound on processors is counted, in µs: the
// kernel's own default. shortestQuota is the least that it takes.
const (
	quotaPeriod   = 100_000
	shortestQuota = 1_000
)

// limit writes the limits. Memory is limited with swap: a program must not
// wait for a disk instead of ending. The cpu controller gives each group the
// same share, however many threads are in it; it bounds it only when asked to.
func (g *group) limit(l Limits) error {
	bytes, tasks := strconv.FormatInt(l.Memory, 10), strconv.Itoa(l.Tasks)
	if g.unified {
		return errors.Join(
			g.write(memory, "memory.max", bytes),
			optional(g.write(memory, "memory.swap.max", "0")),
			optional(g.write(memory, "memory.oom.group", "1")),
			g.write(pids, "pids.max", tasks),
			g.limitCPUs(l.CPUs))
	}
	return errors.Join(
		g.write(memory, "memory.limit_in_bytes", bytes),
		optional(g.write(memory, "memory.memsw.limit_in_bytes", bytes)),
		g.write(pids, "pids.max", tasks),
		g.limitCPUs(l.CPUs))
}

// limitCPUs bounds the processors that are used, by a share of each period.
func (g *group) limitCPUs(n float64) error {
	if n <= 0 {
		return nil
	}
	period, quota := strconv.Itoa(quotaPeriod), strconv.Itoa(max(shortestQuota, int(n*quotaPeriod)))
	if g.unified {
		return g.write(cpu, "cpu.max", quota+" "+period)
	}
	return errors.Join(g.write(cpu, "cpu.cfs_period_us", period), g.write(cpu, "cpu.cfs_quota_us", quota))
}

// view is how the target is shown its own group, where containers show theirs:
// Go's runtime reads there how many processors it may use.
func (g *group) view() (Bind, bool) {
	folder, ok := g.folders[cpu]
	if g.unified {
		return Bind{Host: folder, Inside: "/sys/fs/cgroup"}, ok
	}
	return Bind{Host: folder, Inside: "/sys/fs/cgroup/cpu"}, ok
}

// throttled is how long threads were held back for a bound on processors.
func (g *group) throttled() time.Duration {
	if g != nil && g.unified {
		n, _ := g.number(cpu, "cpu.stat", "throttled_usec")
		return time.Duration(n) * time.Microsecond
	}
	n, _ := g.number(cpu, "cpu.stat", "throttled_time")
	return time.Duration(n)
}

// optional forgives a file that this kernel does not have.
func optional(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func (g *group) write(ctl controller, file, value string) error {
	folder, ok := g.folders[ctl]
	if !ok {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(folder, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}

// doors are the open files through which a process enters the group. In v2
// it is born there.
func (g *group) doors() ([]*os.File, error) {
	if g == nil || g.unified {
		return nil, nil
	}
	var list []*os.File
	for _, folder := range g.folders {
		f, err := os.OpenFile(filepath.Join(folder, "tasks"), os.O_WRONLY, 0)
		if err != nil {
			return list, err
		}
		list = append(list, f)
	}
	return list, nil
}

// folder is what clone puts a child into the group by.
func (g *group) folder() (*os.File, bool) {
	if g == nil || g.handle == nil {
		return nil, false
	}
	return g.handle, true
}

// number reads a file of a controller that holds one number, or the one
// behind key in a file of several lines.
func (g *group) number(ctl controller, file, key string) (int64, bool) {
	if g == nil {
		return 0, false
	}
	folder, ok := g.folders[ctl]
	if !ok {
		return 0, false
	}
	data, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return 0, false
	}
	if key != "" {
		return field(data, key+" "), true
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64)
	return n, err == nil
}

func (g *group) cpu() (time.Duration, bool) {
	if g != nil && g.unified {
		n, ok := g.number(cpu, "cpu.stat", "usage_usec")
		return time.Duration(n) * time.Microsecond, ok
	}
	n, ok := g.number(cpuacct, "cpuacct.usage", "")
	return time.Duration(n), ok
}

func (g *group) oomKilled() bool {
	file := "memory.oom_control"
	if g != nil && g.unified {
		file = "memory.events"
	}
	n, _ := g.number(memory, file, "oom_kill")
	return n > 0
}

func (g *group) tasksHit() bool {
	n, _ := g.number(pids, "pids.events", "max")
	return n > 0
}

func (g *group) peakMemory() (int64, bool) {
	if g != nil && g.unified {
		return g.number(memory, "memory.peak", "")
	}
	return g.number(memory, "memory.max_usage_in_bytes", "")
}

// ownThreads is how many threads our own code may have in a v2 group before
// the target replaces it.
const ownThreads = 8

// peakTasks is the most tasks there were, or 0 when that may have been ours.
func (g *group) peakTasks() int {
	n, _ := g.number(pids, "pids.peak", "")
	if g != nil && g.unified && n <= ownThreads {
		return 0
	}
	return int(n)
}

func (g *group) tasks() int {
	n, _ := g.number(pids, "pids.current", "")
	return int(n)
}

// entered says that the CPU time counted is that since a process entered the
// group, and not since it was born.
func (g *group) entered() bool {
	if g == nil || g.unified {
		return false
	}
	_, ok := g.folders[cpuacct]
	return ok
}

// remove removes the group. The kernel may need a moment to forget the last
// process of it.
func (g *group) remove() {
	if g == nil {
		return
	}
	if g.handle != nil {
		_ = g.handle.Close()
	}
	for _, folder := range g.folders {
		for range 50 {
			if err := syscall.Rmdir(folder); err != syscall.EBUSY {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}

// sweep removes groups that servers left behind which are dead by now. One
// that still has a process in it cannot be removed and is left alone.
func (c *cgroups) sweep() {
	for _, parent := range c.parents {
		entries, err := os.ReadDir(parent)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if pid, start, ok := ownerOf(e.Name()); ok && startOf(pid) != start {
				_ = syscall.Rmdir(filepath.Join(parent, e.Name()))
			}
		}
	}
}

// A group is named after the process that made it and the moment that one
// started, so that a number used again is not taken for it.
func namePrefix(pid int) string { return fmt.Sprintf("tutor-%d-%s-", pid, startOf(pid)) }

func ownerOf(name string) (pid int, start string, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 || parts[0] != "tutor" {
		return 0, "", false
	}
	pid, err := strconv.Atoi(parts[1])
	return pid, parts[2], err == nil
}

// startOf is when a process started, in ticks since boot, or "" when there is
// none with that number.
func startOf(pid int) string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	// The name, in parentheses, may hold anything.
	_, rest, _ := bytes.Cut(data[bytes.LastIndexByte(data, ')'):], []byte(" "))
	fields := strings.Fields(string(rest))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}
