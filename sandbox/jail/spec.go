package jail

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// Layer is one layer of confinement, by the name shown to people.
type Layer string

// The layers, in the order in which they are reported when missing.
const (
	UserNS       Layer = "userns"
	Mount        Layer = "mount"
	PID          Layer = "pid"
	Net          Layer = "net"
	IPC          Layer = "ipc"
	UTS          Layer = "uts"
	CgroupNS     Layer = "cgroupns"
	Root         Layer = "root"
	Seccomp      Layer = "seccomp"
	Landlock     Layer = "landlock"
	NoNewPrivs   Layer = "nnp"
	Caps         Layer = "caps"
	Rlimits      Layer = "rlimits"
	CgroupMemory Layer = "cgroup_memory"
	CgroupPIDs   Layer = "cgroup_pids"
	CgroupCPU    Layer = "cgroup_cpu"
)

// Profile is what kind of process is confined: it decides the seccomp filter
// and what Landlock lets it execute.
type Profile int

const (
	// Run is for a learner's program: one process, many threads.
	Run Profile = iota
	// Build is for compiler and linker, started one after the other.
	Build
	// Helper is for our own binary working on a learner's bytes.
	Helper
)

// Spec describes one process to confine.
type Spec struct {
	Profile Profile
	// Path is the executable on the host, seen inside as /app/prog.
	Path string
	// Steps, for the Build profile, are run one after the other inside the
	// jail by a driver of ours that is confined like them; the first that
	// fails ends the sequence. Path is then not used. Each step's
	// Exe is a path inside the jail.
	Steps []Step
	Args  []string // argv, argv[0] included
	Env   []string // KEY=VALUE, complete
	Dir   string   // working directory inside
	Binds []Bind
	// Files are written into the private root before confinement. Their
	// folders (below /src, /tmp, /etc or /run) are made.
	Files []File
	// Collect copies these files out, after the last step has exited 0, to the
	// descriptors named: artefacts leave through descriptors, never by path.
	Collect []Collect

	Stdin, Stdout, Stderr *os.File
	Extra                 []*os.File // become descriptors 3, 4, ... of the target

	Limits Limits
	CPUs   []int // affinity mask; empty: all
	// Network gives the target a network of its own, with nothing but a
	// loopback in it. Without, it can make no socket.
	Network bool
	// Without switches layers off. It exists for the tests that show that
	// each layer matters.
	Without []Layer
}

// Step is one command of a Build jail.
type Step struct {
	Name string // told back in Exit.Steps
	Exe  string
	Args []string // argv, argv[0] included
}

// Bind makes a file or folder of the host visible inside, read-only.
type Bind struct {
	Host, Inside string
	Exec         bool // may be executed
}

// File is a file that exists inside from the start.
type File struct {
	Path string
	Data []byte
	// Paths says that Data names paths inside, as an import configuration
	// does. Where there is no private root they are translated, as those in
	// Args, Env, Dir, Steps and Collect are.
	Paths bool
}

// Collect names a file inside whose bytes are copied to To.
type Collect struct {
	Path string
	To   *os.File
}

// Limits bound a process. Zero means the default of its profile.
type Limits struct {
	Memory int64         // bytes, all processes together
	Tasks  int           // threads and processes
	CPU    time.Duration // all threads together
	// CPUs is how many processors all threads together may use over time, as
	// 1.5; 0 for all. It needs CgroupCPU, and shows the target its own group,
	// read-only.
	CPUs      float64
	Disk      int64 // bytes of the private writable file systems
	Inodes    int
	OpenFiles int
	FileSize  int64
	// NoData leaves RLIMIT_DATA off, for programs that reserve far more than
	// they use.
	NoData bool
}

// LeastTasks is what Limits.Tasks is raised to: fewer than our own runtime has
// until the target replaces it would stop us, not it.
const LeastTasks = 16

// Exit is how a confined process ended, from what the kernel said.
type Exit struct {
	Code      int            // exit code, or -1 when a signal ended it
	Signal    syscall.Signal // 0 when it exited
	OOMKilled bool           // the cgroup's memory limit killed in it
	TasksHit  bool           // the cgroup's task limit refused one
	DiskFull  bool           // the private file system had no block or inode left at the end
	CPU       time.Duration
	Throttled time.Duration // that threads were held back for Limits.CPUs, summed over processors
	Wall      time.Duration
	PeakRSS   int64 // bytes; from the cgroup, or VmHWM read before reaping
	Threads   int   // peak number of tasks seen
	Steps     []StepExit
}

// StepExit is how one Step ended. Code is 128+N when signal N ended it.
type StepExit struct {
	Name string
	Code int
	Wall time.Duration
}

// ErrDied is what Start answers when children died, one after the other, before
// they had become the target. Something outside kills our processes.
var ErrDied = errors.New("the child died before the program was executed")
