package jail

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"course/tutor/sandbox/jail/reexec"
)

const (
	// insideID is the user and group the target sees itself as.
	insideID = 1000
	// outsideID is the first of the 65536 users of the host of which each
	// jail of a privileged server gets one that nothing else uses.
	outsideID = 200000
	// insideExe is where the target's executable is seen.
	insideExe = "/app/prog"
)

// plan turns the Spec into what the child is told.
func (l *launch) plan() reexec.Config {
	s, c := &l.spec, l.config
	c.On |= l.switches()
	c.Profile = uint64(s.Profile)
	c.Hostname = "sandbox"
	c.Env, c.Dir = s.Env, s.Dir
	c.CPUs = mask(s.CPUs)
	c.TmpBytes, c.TmpNodes = uint64(s.Limits.Disk), uint64(s.Limits.Inodes)
	l.planTarget(&c)
	l.planBinds(&c)
	c.Rlimits = l.rlimits(&c)
	if l.on[Root] {
		l.planRoot(&c)
	}
	if l.work != nil {
		c.Work = l.work.root
	}
	switch {
	case l.on[UserNS] && l.host.twoIDs:
		c.On |= reexec.SetUID
		c.UID, c.GID = insideID, insideID
	case !l.on[UserNS] && os.Geteuid() == 0:
		c.On |= reexec.SetUID
		c.UID, c.GID = uint64(l.outside), uint64(l.outside)
	}
	return c
}

func (l *launch) switches() uint64 {
	var on uint64
	for layer, bit := range map[Layer]uint64{
		Root: reexec.OnRoot, UTS: reexec.OnHostname, CgroupNS: reexec.OnCgroupNS,
		Rlimits: reexec.OnRlimits, Caps: reexec.OnCaps, NoNewPrivs: reexec.OnNoNewPrivs,
		Landlock: reexec.OnLandlock, Seccomp: reexec.OnSeccomp,
	} {
		if l.on[layer] {
			on |= bit
		}
	}
	if l.oneProcess() {
		on |= reexec.OneProcess
	}
	if l.on[Net] && l.spec.Network {
		on |= reexec.OnLoopback
	} else {
		on |= reexec.NoNetwork
	}
	if !l.on[PID] {
		on |= reexec.OwnPID
	}
	return on
}

// oneProcess is how memory and processes are bounded where no cgroup counts
// them for all processes together. Compiler and linker are programs of ours
// that start nothing.
func (l *launch) oneProcess() bool {
	return l.spec.Profile != Build && (!l.on[CgroupMemory] || !l.on[CgroupPIDs] || !l.on[PID])
}

func (l *launch) planTarget(c *reexec.Config) {
	s := &l.spec
	c.Args = s.Args
	switch {
	case len(s.Steps) > 0:
		l.planSteps(c)
	case isSelf(s.Path):
		c.Path, c.Exe = reexec.Self, reexec.Self
	default:
		c.Path, c.Exe = s.Path, s.Path
		if l.on[Root] {
			c.Exe = insideExe
		}
	}
}

func (l *launch) planSteps(c *reexec.Config) {
	for _, s := range l.spec.Steps {
		c.Steps = append(c.Steps, reexec.Command{Exe: s.Exe, Args: s.Args})
	}
	for i, f := range l.spec.Collect {
		c.Collect = append(c.Collect, reexec.Copy{Path: f.Path, To: uint64(3 + i)})
	}
}

// planBinds lists what of the host the target sees, or without a private root
// what it may read.
func (l *launch) planBinds(c *reexec.Config) {
	for _, device := range []string{"/dev/null", "/dev/zero", "/dev/urandom"} {
		c.Binds = append(c.Binds, reexec.Bind{Host: device, Inside: device, Device: true})
	}
	switch {
	case c.Path == reexec.Self:
		for _, library := range l.host.libraries {
			c.Binds = append(c.Binds, reexec.Bind{Host: library, Inside: library, Exec: true})
		}
	case c.Path != "":
		c.Binds = append(c.Binds, reexec.Bind{Host: c.Path, Inside: insideExe, Exec: true})
	}
	for _, b := range l.spec.Binds {
		c.Binds = append(c.Binds, reexec.Bind{Host: b.Host, Inside: b.Inside, Exec: b.Exec, Folder: isFolder(b.Host)})
	}
}

// planRoot says what is written into the private root, and how big it is.
func (l *launch) planRoot(c *reexec.Config) {
	s := &l.spec
	c.RootBytes, c.RootNodes = 1<<20, uint64(256+16*len(s.Binds))
	for _, f := range append(etc(), s.Files...) {
		c.Files = append(c.Files, reexec.File{Path: f.Path, Data: string(f.Data)})
		c.RootBytes += uint64(len(f.Data)) + 8192
		c.RootNodes += 2 + uint64(strings.Count(f.Path, "/"))
	}
	if c.Dir == "" {
		c.Dir = "/tmp"
	}
}

// etc is what programs expect to find: localhost, and who they are.
func etc() []File {
	return []File{
		{Path: "/etc/hosts", Data: []byte("127.0.0.1 localhost\n::1 localhost\n")},
		{Path: "/etc/passwd", Data: []byte("sandbox:x:1000:1000:sandbox:/tmp:/bin/none\n")},
		{Path: "/etc/group", Data: []byte("sandbox:x:1000:\n")},
	}
}

// order says what the child is to be when it is made.
func (l *launch) order() reexec.Order {
	var o reexec.Order
	for layer, flag := range map[Layer]uint64{
		UserNS: unix.CLONE_NEWUSER, Mount: unix.CLONE_NEWNS, PID: unix.CLONE_NEWPID,
		Net: unix.CLONE_NEWNET, IPC: unix.CLONE_NEWIPC, UTS: unix.CLONE_NEWUTS,
	} {
		if l.on[layer] {
			o.Clone |= flag
		}
	}
	if l.on[UserNS] {
		l.mapIDs(&o)
	}
	if l.on[UserNS] && !l.host.twoIDs || !l.on[Caps] && (l.on[UserNS] || os.Geteuid() == 0) {
		o.Ambient = neededCaps
	}
	_, o.InCgroup = l.group.folder()
	o.Quiet = l.on[Seccomp]
	return o
}

// neededCaps are what the child needs to confine itself, until it drops them.
// A user other than 0 keeps them across the first execve only as ambient ones.
var neededCaps = []uint64{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE}

// mapIDs gives the child two users where we may, so that the private root
// belongs to another than the target, and else only our own.
func (l *launch) mapIDs(o *reexec.Order) {
	user, group := uint64(os.Geteuid()), uint64(os.Getegid())
	if !l.host.twoIDs {
		o.Users = []reexec.Pair{{Inside: insideID, Outside: user}}
		o.Groups = []reexec.Pair{{Inside: insideID, Outside: group}}
		return
	}
	target := reexec.Pair{Inside: insideID, Outside: uint64(l.outside)}
	o.Users = []reexec.Pair{{Outside: user}, target}
	o.Groups = []reexec.Pair{{Outside: group}, target}
	o.AsRoot = true
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isSelf says whether path is our own binary.
func isSelf(path string) bool {
	mine, err := os.Stat(reexec.Self)
	if err != nil {
		return false
	}
	other, err := os.Stat(path)
	return err == nil && os.SameFile(mine, other)
}

// mask packs CPU numbers into words.
func mask(cpus []int) []uint64 {
	var words []uint64
	for _, n := range cpus {
		for len(words) <= n/64 {
			words = append(words, 0)
		}
		words[n/64] |= 1 << (n % 64)
	}
	return words
}
