package jail

import (
	"time"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

// slackData is what a Go program reserves beyond what it uses: the runtime
// maps its heap in pieces of 64 MiB.
const slackData = 64 << 20

// rlimits are the limits of each process. RLIMIT_DATA makes a Go program end
// with a message of its own where a cgroup would kill it without one; in a
// compiler, whose message would be nonsense to a learner, it stands in for a
// cgroup only. RLIMIT_AS is not among them: a Go
// program reserves far more address space than it will ever use.
func (l *launch) rlimits(c *reexec.Config) []reexec.Rlimit {
	limits := l.spec.Limits
	// A second later than asked for, so that whoever watches the CPU time of
	// the process can end it with an explanation first.
	seconds := uint64((limits.CPU+time.Second-1)/time.Second) + 1
	list := []reexec.Rlimit{
		{Resource: unix.RLIMIT_CPU, Soft: seconds, Hard: seconds},
		{Resource: unix.RLIMIT_FSIZE, Soft: uint64(limits.FileSize), Hard: uint64(limits.FileSize)},
		{Resource: unix.RLIMIT_NOFILE, Soft: uint64(limits.OpenFiles), Hard: uint64(limits.OpenFiles)},
		{Resource: unix.RLIMIT_STACK, Soft: 8 << 20, Hard: 8 << 20},
		{Resource: unix.RLIMIT_CORE}, {Resource: unix.RLIMIT_MEMLOCK, Soft: 64 << 10, Hard: 64 << 10},
		{Resource: unix.RLIMIT_MSGQUEUE}, {Resource: unix.RLIMIT_NICE}, {Resource: unix.RLIMIT_RTPRIO},
	}
	if !limits.NoData && !(l.spec.Profile == Build && l.on[CgroupMemory]) && !(raceDetector && c.Path == reexec.Self) {
		data := uint64(limits.Memory + slackData)
		list = append(list, reexec.Rlimit{Resource: unix.RLIMIT_DATA, Soft: data, Hard: data})
	}
	if l.on[UserNS] {
		tasks := uint64(limits.Tasks)
		if l.on[CgroupPIDs] {
			tasks += 16 // the cgroup's limit comes first: it tells when it was reached
		}
		list = append(list, reexec.Rlimit{Resource: unix.RLIMIT_NPROC, Soft: tasks, Hard: tasks})
	}
	return list
}
