package reexec

import (
	"os"
	"syscall"
)

// Order says what kind of child to make.
type Order struct {
	Clone    uint64 // flags of clone, as CLONE_NEWUSER
	Users    []Pair // inside and outside, one user each
	Groups   []Pair
	AsRoot   bool // begin as the first of them; groups may then be changed
	Ambient  []uint64
	InCgroup bool // born in the cgroup whose folder is the last file
	Spare    bool // wait for descriptors over the control socket, which alone it has
	// Quiet says that the child may be in the network namespace of a maker that
	// is alone in it, since it will make no socket before it has its own.
	Quiet bool
}

// Pair is one user or group as seen inside and outside.
type Pair struct{ Inside, Outside uint64 }

// Args are the argv of a child that is given so many files, of which the last
// is its control socket.
func (o *Order) Args(files int) []string {
	args := []string{NameConfine, itoa(uint64(files - 1))}
	if o.Spare {
		args = append(args, argSpare)
	}
	if o.Clone&newNet != 0 {
		args = append(args, argOwnNet)
	}
	return args
}

// Words in the argv of a child.
const (
	argSpare  = "spare"
	argOwnNet = "net" // it was made in a network namespace of its own
)

// Env is the environment of our own code, until the target replaces it.
func Env() []string { return []string{"GOMAXPROCS=1", "GOGC=off"} }

// Attributes are what os.StartProcess is asked for. cgroup is used when the
// order wants one.
func (o *Order) Attributes(cgroup int) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Cloneflags: uintptr(o.Clone)}
	a.UidMappings, a.GidMappings = mappings(o.Users), mappings(o.Groups)
	if o.AsRoot {
		a.Credential = &syscall.Credential{}
		a.GidMappingsEnableSetgroups = true
	}
	for _, c := range o.Ambient {
		a.AmbientCaps = append(a.AmbientCaps, uintptr(c))
	}
	a.UseCgroupFD, a.CgroupFD = o.InCgroup, cgroup
	return a
}

func mappings(pairs []Pair) []syscall.SysProcIDMap {
	var list []syscall.SysProcIDMap
	for _, p := range pairs {
		list = append(list, syscall.SysProcIDMap{ContainerID: int(p.Inside), HostID: int(p.Outside), Size: 1})
	}
	return list
}

// Encode returns o as bytes.
func (o *Order) Encode() []byte {
	w := writer{}
	walkOrder(&w, o)
	return w.buf
}

func (o *Order) decode(data []byte) bool {
	r := reader{buf: data}
	walkOrder(&r, o)
	return !r.short && len(r.buf) == 0
}

func walkOrder(k coder, o *Order) {
	k.number(&o.Clone)
	pair := func(p *Pair) { k.number(&p.Inside); k.number(&p.Outside) }
	each(k, &o.Users, pair)
	each(k, &o.Groups, pair)
	flag(k, &o.AsRoot)
	each(k, &o.Ambient, k.number)
	flag(k, &o.InCgroup)
	flag(k, &o.Spare)
	flag(k, &o.Quiet)
}

// maker makes children for a server. A child in a user namespace cannot share
// its parent's memory until it executes something, so making one copies the
// tables of that memory: 70 microseconds for each MiB, and of the server we
// would copy all. This process is small and stays so. Its children are the
// server's own, by CLONE_PARENT.
//
// A network namespace costs more to make and to take apart than all the others
// of a child, and the kernel has one lock for both. So the maker moves to one of
// its own, if it may, in which there is nothing: a child begins in that and
// makes another when it needs a network.
//
// It ends when the server does.
func maker() {
	socket := atoi(os.Args[1])
	quiet := syscall.Unshare(newNet) == nil
	message, rights := make([]byte, 4096), make([]byte, 2048)
	for {
		n, nr, _, _, err := syscall.Recvmsg(socket, message, rights, syscall.MSG_CMSG_CLOEXEC)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n == 0 {
			syscall.Exit(0)
		}
		files := descriptors(rights[:nr])
		pid, err := makeChild(message[:n], files, quiet)
		for _, fd := range files {
			_ = syscall.Close(fd)
		}
		_, _ = syscall.Write(socket, answerOf(pid, err))
	}
}

func descriptors(rights []byte) []int {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) == 0 {
		return nil
	}
	files, _ := syscall.ParseUnixRights(&messages[0])
	return files
}

func makeChild(message []byte, files []int, quiet bool) (pid int, err error) {
	var o Order
	if !o.decode(message) || len(files) == 0 {
		return 0, syscall.EBADMSG
	}
	if o.Quiet && quiet {
		o.Clone &^= newNet
	}
	const asSibling = 0x8000 // CLONE_PARENT
	o.Clone |= asSibling
	attr := &syscall.ProcAttr{Env: Env(), Sys: o.Attributes(files[len(files)-1])}
	if o.InCgroup {
		files = files[:len(files)-1]
	}
	for _, fd := range files {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	return syscall.ForkExec(Self, o.Args(len(files)), attr)
}

func answerOf(pid int, err error) []byte {
	errno, _ := err.(syscall.Errno)
	w := writer{}
	for _, n := range []uint64{uint64(pid), uint64(errno)} {
		w.number(&n)
	}
	return w.buf
}

// Made decodes what a maker answers.
func Made(answer []byte) (pid int, err error) {
	r := reader{buf: answer}
	var number, errno uint64
	r.number(&number)
	r.number(&errno)
	if r.short {
		return 0, syscall.EBADMSG
	}
	if errno != 0 {
		return 0, syscall.Errno(errno)
	}
	return int(number), nil
}
