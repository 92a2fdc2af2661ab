package reexec

// The layers a Config switches on, one bit each.
const (
	OnRoot       uint64 = 1 << iota // private root; needs a mount namespace
	OnLoopback                      // bring up lo, in a net namespace of its own
	OnHostname                      // needs a uts namespace
	OnCgroupNS                      // unshare the cgroup namespace once attached
	OnRlimits                       // apply Config.Rlimits
	OnCaps                          // drop every capability
	OnNoNewPrivs                    // no_new_privs
	OnLandlock                      // restrict paths; without a net namespace TCP too
	OnSeccomp                       // the filter of the profile
	OneProcess                      // seccomp: no second process, no shared memory
	NoNetwork                       // seccomp: no sockets; for want of a net namespace, or of a need
	OwnPID                          // seccomp: signals only to itself; for want of a pid namespace
	SetUID                          // become UID and GID
	OwnFile                         // a Path of Self is the file after the descriptors of the cgroups
)

// Config tells the child what to become. It travels over a socket, encoded by
// Encode: this package cannot afford fmt or encoding/json.
type Config struct {
	On       uint64
	Profile  uint64 // as jail.Profile
	UID, GID uint64

	Path string // executable on the host, or Self
	Exe  string // where it is seen inside
	Args []string
	Env  []string
	Dir  string
	// Steps, if there are any, are run one after the other instead of Path, and
	// Collect copied out then. Reports go to the last descriptor that is kept.
	Steps   []Command
	Collect []Copy
	Work    string // folder of the host that holds src and tmp, for want of a private root

	Keep      uint64 // how many descriptors above 2 the target keeps
	Attach    uint64 // how many come after those, through which to enter a cgroup
	Hostname  string
	Binds     []Bind
	Files     []File
	Rlimits   []Rlimit
	CPUs      []uint64 // words of the affinity mask; empty: leave it
	RootBytes uint64   // size of the private root
	RootNodes uint64
	TmpBytes  uint64 // size of /tmp
	TmpNodes  uint64
}

// Command is one program to run.
type Command struct {
	Exe  string
	Args []string
}

// Copy is one file to copy out.
type Copy struct {
	Path string
	To   uint64 // descriptor
}

// Bind is a file or folder of the host seen inside, read-only.
type Bind struct {
	Host, Inside string
	Exec, Folder bool
	Device       bool // a device node, which stays one
}

// File is written into the private root.
type File struct {
	Path string
	Data string
}

// Rlimit is one resource limit.
type Rlimit struct{ Resource, Soft, Hard uint64 }

// Encode returns c as bytes, its own length first.
func (c *Config) Encode() []byte {
	w := writer{buf: make([]byte, 8, 4096)}
	walk(&w, c)
	n := uint64(len(w.buf) - 8)
	for i := range 8 {
		w.buf[i] = byte(n >> (8 * i))
	}
	return w.buf
}

// Length reads the length that Encode put in front.
func Length(head [8]byte) uint64 {
	r := reader{buf: head[:]}
	var n uint64
	r.number(&n)
	return n
}

// Decode fills c from what follows the length, and says whether all of it was
// there and nothing else.
func (c *Config) Decode(body []byte) bool {
	r := reader{buf: body}
	walk(&r, c)
	return !r.short && len(r.buf) == 0
}

// coder is either direction: walk names the fields once for both.
type coder interface {
	number(*uint64)
	text(*string)
	count(int) int
}

func walk(k coder, c *Config) {
	for _, n := range []*uint64{&c.On, &c.Profile, &c.UID, &c.GID, &c.Keep, &c.Attach,
		&c.RootBytes, &c.RootNodes, &c.TmpBytes, &c.TmpNodes} {
		k.number(n)
	}
	for _, s := range []*string{&c.Path, &c.Exe, &c.Dir, &c.Work, &c.Hostname} {
		k.text(s)
	}
	each(k, &c.Args, k.text)
	each(k, &c.Env, k.text)
	each(k, &c.Steps, func(s *Command) { k.text(&s.Exe); each(k, &s.Args, k.text) })
	each(k, &c.Collect, func(f *Copy) { k.text(&f.Path); k.number(&f.To) })
	each(k, &c.CPUs, k.number)
	each(k, &c.Files, func(f *File) { k.text(&f.Path); k.text(&f.Data) })
	each(k, &c.Rlimits, func(l *Rlimit) { k.number(&l.Resource); k.number(&l.Soft); k.number(&l.Hard) })
	each(k, &c.Binds, func(b *Bind) {
		k.text(&b.Host)
		k.text(&b.Inside)
		flag(k, &b.Exec)
		flag(k, &b.Folder)
		flag(k, &b.Device)
	})
}

func each[T any](k coder, list *[]T, one func(*T)) {
	n := k.count(len(*list))
	if n > len(*list) {
		*list = make([]T, n)
	}
	for i := range *list {
		one(&(*list)[i])
	}
}

func flag(k coder, b *bool) {
	var n uint64
	if *b {
		n = 1
	}
	k.number(&n)
	*b = n == 1
}

type writer struct{ buf []byte }

func (w *writer) number(n *uint64) {
	for i := range 8 {
		w.buf = append(w.buf, byte(*n>>(8*i)))
	}
}

func (w *writer) text(s *string) {
	w.count(len(*s))
	w.buf = append(w.buf, *s...)
}

func (w *writer) count(n int) int {
	u := uint64(n)
	w.number(&u)
	return n
}

type reader struct {
	buf   []byte
	short bool
}

func (r *reader) number(n *uint64) {
	*n = 0
	if len(r.buf) < 8 {
		r.short, r.buf = true, nil
		return
	}
	for i := range 8 {
		*n |= uint64(r.buf[i]) << (8 * i)
	}
	r.buf = r.buf[8:]
}

func (r *reader) text(s *string) {
	n := r.count(0)
	if r.short {
		return
	}
	*s = string(r.buf[:n])
	r.buf = r.buf[n:]
}

// count never answers more than there are bytes left, so that a broken length
// costs nothing.
func (r *reader) count(int) int {
	var n uint64
	r.number(&n)
	if n > uint64(len(r.buf)) {
		r.short, r.buf = true, nil
		return 0
	}
	return int(n)
}
