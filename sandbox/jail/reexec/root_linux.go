package reexec

import "syscall"

// scaffold is where the private root is put together. What a Config binds of
// below it is opened before it is covered, and /proc must stay visible, or the
// kernel refuses a fresh one inside a user namespace.
const scaffold = "/sys"

// makeRoot builds a root of its own that holds only what the Config names,
// and enters it. The old one is out of reach afterwards.
func (c *child) makeRoot() {
	const private = syscall.MS_REC | syscall.MS_PRIVATE
	c.must("make mounts private", syscall.Mount("", "/", "", private, ""))
	c.openCovered()
	c.tmpfs(scaffold, c.RootBytes, c.RootNodes, "755", 0)
	for _, folder := range []string{"/tmp", "/dev", "/proc", "/app", "/etc", "/run"} {
		c.must("make "+folder, syscall.Mkdir(scaffold+folder, 0o755))
	}
	c.tmpfs(scaffold+"/tmp", c.TmpBytes, c.TmpNodes, "1777", syscall.MS_NOEXEC)
	c.mountProc()
	for i := range c.Binds {
		c.bind(&c.Binds[i])
	}
	for i := range c.Files {
		c.write(&c.Files[i])
	}
	c.sendTmp()
	c.enter()
}

// openCovered opens what is bound of below the scaffold, a cgroup, while it can
// still be found.
func (c *child) openCovered() {
	const oPath = 0x200000
	for i := range c.Binds {
		b := &c.Binds[i]
		if len(b.Host) <= len(scaffold) || b.Host[:len(scaffold)+1] != scaffold+"/" {
			continue
		}
		fd, err := syscall.Open(b.Host, oPath|syscall.O_CLOEXEC, 0)
		c.must("open "+b.Host, err)
		b.Host = "/proc/self/fd/" + itoa(uint64(fd))
	}
}

func (c *child) tmpfs(at string, bytes, nodes uint64, mode string, extra uintptr) {
	options := "size=" + itoa(bytes) + ",nr_inodes=" + itoa(nodes) + ",mode=" + mode
	err := syscall.Mount("tmpfs", at, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV|extra, options)
	c.must("mount tmpfs", err)
}

// mountProc shows the process itself and nothing of the machine. Where the
// kernel refuses (a container that masks parts of /proc) there is none.
func (c *child) mountProc() {
	const flags = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC
	err := syscall.Mount("proc", scaffold+"/proc", "proc", flags, "subset=pid")
	if err == syscall.EPERM {
		return
	}
	c.must("mount proc", err)
}

func (c *child) bind(b *Bind) {
	at := scaffold + b.Inside
	c.parents(at)
	if b.Folder {
		c.makeFolder(at)
	} else {
		fd, err := syscall.Open(at, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_CLOEXEC, 0o444)
		c.must("make "+b.Inside, err)
		_ = syscall.Close(fd)
	}
	err := syscall.Mount(b.Host, at, "", syscall.MS_BIND|syscall.MS_REC, "")
	c.must("bind "+b.Host, err)
	if b.Device {
		c.checkDevice(b.Inside, at)
	}
	c.must("protect "+b.Inside, setAttributes(at, b.attributes(), recursive))
}

func (b *Bind) attributes() uint64 {
	set := uint64(attrReadOnly | attrNoSUID)
	if !b.Device {
		set |= attrNoDev
	}
	if !b.Exec {
		set |= attrNoExec
	}
	return set
}

// checkDevice refuses a node that is not what its name says: whoever could
// put another one there would be handed to the target by us.
func (c *child) checkDevice(name, at string) {
	want := map[string]uint64{"/dev/null": 0x103, "/dev/zero": 0x105, "/dev/urandom": 0x109}[name]
	var st syscall.Stat_t
	c.must("look at "+name, syscall.Stat(at, &st))
	if st.Mode&syscall.S_IFMT != syscall.S_IFCHR || uint64(st.Rdev) != want {
		c.fail("check "+name, syscall.ENODEV)
	}
}

func (c *child) write(f *File) {
	at := scaffold + f.Path
	c.parents(at)
	const flags = syscall.O_CREAT | syscall.O_EXCL | syscall.O_WRONLY | syscall.O_CLOEXEC
	fd, err := syscall.Open(at, flags, 0o644)
	c.must("make "+f.Path, err)
	for data := []byte(f.Data); len(data) > 0; {
		n, err := syscall.Write(fd, data)
		c.must("write "+f.Path, err)
		data = data[n:]
	}
	_ = syscall.Close(fd)
}

// parents makes the folders above a path.
func (c *child) parents(path string) {
	for i := len(scaffold) + 1; i < len(path); i++ {
		if path[i] == '/' {
			c.makeFolder(path[:i])
		}
	}
}

func (c *child) makeFolder(path string) {
	if err := syscall.Mkdir(path, 0o755); err != nil && err != syscall.EEXIST {
		c.fail("make "+path, err)
	}
}

// sendTmp hands the parent a descriptor of /tmp, through which it can still
// ask how full it is when everything inside is dead.
func (c *child) sendTmp() {
	const oPath = 0x200000
	fd, err := syscall.Open(scaffold+"/tmp", oPath|syscall.O_CLOEXEC, 0)
	c.must("open /tmp", err)
	err = syscall.Sendmsg(c.control, []byte{TmpFollows}, syscall.UnixRights(fd), nil, 0)
	c.must("send /tmp", err)
	_ = syscall.Close(fd)
}

// enter makes the scaffold the root and forgets the old one.
func (c *child) enter() {
	_ = syscall.Symlink("/proc/self/fd", scaffold+"/dev/fd")
	c.must("enter root", syscall.Chdir(scaffold))
	c.must("pivot root", syscall.PivotRoot(".", "."))
	c.must("leave old root", syscall.Unmount(".", syscall.MNT_DETACH))
	c.must("enter root", syscall.Chdir("/"))
	c.must("protect root", setAttributes("/", attrReadOnly|attrNoSUID|attrNoDev, 0))
}
