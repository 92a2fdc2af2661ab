package reexec

import (
	"os"
	"syscall"
)

// Exit codes of the child when the target was never executed. The reason
// travels over the control socket; these only make a lost one noticeable.
const (
	exitBroken = 70 // a layer could not be put on
	exitOrphan = 71 // the parent is gone
)

func init() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case NameConfine:
		confine()
	case NameMaker:
		maker()
	case NameCanary:
		canary()
	}
}

// child is this process on its way to becoming the target. During init the
// goroutine is locked to the main thread, which matters: credentials,
// Landlock and no_new_privs belong to a thread, and only the one that calls
// execve survives it.
type child struct {
	Config
	control int    // socket to the parent; closed by a successful execve
	self    int    // our own binary, when it is the target
	layer   string // which layer is being put on, by its name in jail
	entered uint64 // CPU time used before it entered its cgroups
	ownNet  bool   // it is in a network namespace of its own
}

// confine puts on every layer that the Config asks for and executes the
// target. It does not return.
func confine() {
	c := &child{control: atoi(os.Args[1]), self: -1}
	spare := false
	for _, arg := range os.Args[2:] {
		spare, c.ownNet = spare || arg == argSpare, c.ownNet || arg == argOwnNet
	}
	if spare {
		c.takeFiles()
	}
	c.receive()
	if c.Path == Self {
		c.openSelf()
	}
	c.isolate()
	c.drop()
	c.execute()
}

// receive reads the Config.
func (c *child) receive() {
	var head [8]byte
	c.read(head[:])
	body := make([]byte, Length(head))
	c.read(body)
	if !c.Decode(body) {
		c.fail("read configuration", syscall.EBADMSG)
	}
}

// attach enters the cgroups that are open. A thread that moves itself, and no
// other, needs no lock that the whole machine would have to come to rest for;
// the threads of ours that stay behind do not outlive execve.
func (c *child) attach() {
	first := 3 + int(c.Keep)
	for fd := first; fd < first+int(c.Attach); fd++ {
		_, err := syscall.Write(fd, []byte("0"))
		c.must("enter cgroup", err)
		_ = syscall.Close(fd)
	}
	c.entered = clock(processCPU)
}

func (c *child) read(p []byte) {
	for len(p) > 0 {
		n, err := syscall.Read(c.control, p)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n == 0 {
			syscall.Exit(exitOrphan)
		}
		p = p[n:]
	}
}

// openSelf opens our own binary. The child may have been started from another,
// smaller one, so that it is given the file.
func (c *child) openSelf() {
	if c.on(OwnFile) {
		c.self = 3 + int(c.Keep) + int(c.Attach)
		return
	}
	const oPath = 0x200000
	fd, err := syscall.Open(Self, oPath|syscall.O_CLOEXEC, 0)
	c.must("open own binary", err)
	c.self = fd
}

// isolate changes what the process can see.
func (c *child) isolate() {
	if c.on(OnHostname) {
		c.layer = "uts"
		c.must("set host name", syscall.Sethostname([]byte(c.Hostname)))
	}
	if c.on(OnLoopback) {
		c.layer = "net"
		c.network()
	}
	if c.on(OnRoot) {
		c.layer = "root"
		c.makeRoot()
	}
	c.layer = "target"
	c.attach()
	if c.on(OnCgroupNS) {
		c.layer = "cgroupns"
		c.must("unshare cgroup namespace", syscall.Unshare(newCgroup))
	}
	c.layer = "target"
	if c.Dir != "" {
		c.must("enter "+c.Dir, syscall.Chdir(c.Dir))
	}
	syscall.Umask(0o022)
}

// drop gives up what the process may do. Each step takes away what a later
// one would need, so the order is the only one there is.
func (c *child) drop() {
	c.setAffinity()
	if c.on(OnCaps) {
		c.layer = "caps"
		c.dropBounding()
	}
	if c.on(SetUID) {
		c.layer = "userns"
		c.becomeUser()
	}
	if c.on(OnNoNewPrivs) {
		c.layer = "nnp"
		c.must("set no_new_privs", prctl(prSetNoNewPrivs, 1))
		if c.on(OnCaps) {
			c.layer = "caps"
			c.dropCaps()
		}
	}
	if c.on(OnLandlock) {
		c.layer = "landlock"
		c.landlock()
	}
	c.layer = "target"
	c.dieWithParent()
}

// execute applies what would hurt our own runtime, and becomes the target or
// what runs the steps.
func (c *child) execute() {
	first := 3
	if len(c.Steps) == 0 {
		first += int(c.Keep)
	}
	argv, err := pointers(c.Args)
	c.must("prepare arguments", err)
	envv, err := pointers(c.Env)
	c.must("prepare environment", err)
	exe, err := syscall.BytePtrFromString(c.Exe)
	c.must("prepare path", err)
	filter := c.filter()
	c.must("close descriptors", closeOnExecFrom(first))
	if len(c.Steps) > 0 {
		c.steer()
	}
	used := clock(processCPU)
	c.ready(Readiness{CPU: used, Inside: used - c.entered, At: clock(monotonic)})
	if c.on(OnRlimits) {
		c.layer = "rlimits"
		c.setRlimits()
	}
	if c.on(OnSeccomp) {
		c.layer = "seccomp"
		c.must("install filter", installFilter(filter))
	}
	if c.on(OnCaps) && !c.on(OnNoNewPrivs) {
		c.dropCaps() // a filter without no_new_privs needed them until here
	}
	c.layer = "target"
	if len(c.Steps) > 0 {
		c.drive()
	}
	err = become(c.self, exe, argv, envv)
	c.fail("execute "+c.Exe, err)
}

// ready tells the parent that the target is next.
func (c *child) ready(r Readiness) {
	w := writer{buf: []byte{Ready}}
	for _, n := range []uint64{r.CPU, r.Inside, r.At} {
		w.number(&n)
	}
	_, err := syscall.Write(c.control, w.buf)
	c.must("speak to parent", err)
}

// on says whether a layer is asked for.
func (c *child) on(bit uint64) bool { return c.On&bit != 0 }

func (c *child) must(step string, err error) {
	if err != nil {
		c.fail(step, err)
	}
}

// fail tells the parent which step went wrong, and ends the process.
func (c *child) fail(step string, err error) {
	code := syscall.Errno(0)
	if e, ok := err.(syscall.Errno); ok {
		code = e
	}
	w := writer{}
	n := uint64(code)
	w.number(&n)
	w.text(&c.layer)
	w.text(&step)
	_, _ = syscall.Write(c.control, w.buf)
	syscall.Exit(exitBroken)
}

// Failure decodes what fail sent: the layer, what it could not do and why. ok
// is false when nothing, or something else, was sent.
func Failure(message []byte) (layer, step string, err error, ok bool) {
	r := reader{buf: message}
	var code uint64
	r.number(&code)
	r.text(&layer)
	r.text(&step)
	if r.short {
		return "", "", nil, false
	}
	return layer, step, syscall.Errno(code), true
}

// atoi reads a small decimal number: argv of a child is our own.
func atoi(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// itoa writes one.
func itoa(n uint64) string {
	var b [20]byte
	i := len(b)
	for {
		i--
		b[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return string(b[i:])
		}
	}
}
